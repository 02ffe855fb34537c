// Calls each server that the test names, with every network provider; prints the results.
import { KMS } from '@aws-sdk/client-kms';
import { encrypt } from '../../dist/node.js';
import { AwsKms, HttpProvider, VaultTransit } from '../../dist/kms.js';

const ARN = 'arn:aws:kms:us-east-1:123456789012:key/0000';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'not-a-secret' };

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { urls } = JSON.parse(Buffer.concat(chunks).toString());

const providersOf = (url) => ({
  aws: new AwsKms(
    ARN,
    new KMS({ endpoint: url, region: 'us-east-1', credentials: CREDENTIALS, maxAttempts: 1 }),
  ),
  http: new HttpProvider({ url, keyId: 'key' }),
  vault: new VaultTransit('key', { url, token: 'token' }),
});

/** What an error and its causes say. */
function saidBy(error) {
  const said = [];
  for (let at = error; at instanceof Error; at = at.cause)
    said.push(`${at.code ?? at.name}: ${at.message}`);
  return said.join('; ');
}

const found = {};
for (const [kind, url] of Object.entries(urls)) {
  found[kind] = {};
  for (const [name, key] of Object.entries(providersOf(url))) {
    found[kind][name] = await encrypt(new Uint8Array(1), key)
      .bytes()
      .then(() => 'sealed', saidBy);
  }
}
console.log(JSON.stringify(found));
