// sealwax/kms: providers for key management services, through the host's own client or fetch.

export { AwsKms } from './providers/aws.js';
export { HttpProvider, HttpProviderError } from './providers/http.js';
export { VaultTransit, VaultTransitError } from './providers/vault.js';
