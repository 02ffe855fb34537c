// sealwax/kms: providers for KMSs that a host's own client or plain fetch can reach.

export { AwsKms } from './providers/aws.js';
export { HttpProvider, HttpProviderError } from './providers/http.js';
export { VaultTransit, VaultTransitError } from './providers/vault.js';
