// Opens and seals in Node what the test says on standard input; answers with JSON.
import { KMS } from '@aws-sdk/client-kms';
import { decrypt, encrypt } from '../../dist/node.js';
import { AwsKms, VaultTransit } from '../../dist/kms.js';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { sealed, context, transit, aws, text } = JSON.parse(Buffer.concat(chunks).toString());

const client = new KMS({ endpoint: aws.url, region: 'us-east-1', credentials: aws.credentials });
const keys = {
  transit: new VaultTransit(transit.name, { url: transit.url, token: transit.token }),
  aws: new AwsKms(aws.arn, client),
};

const opened = {};
for (const [name, key] of Object.entries(keys)) {
  opened[name] = Buffer.from(
    await decrypt(Buffer.from(sealed, 'base64'), key, { context }).bytes(),
  ).toString();
}
const made = await encrypt(new TextEncoder().encode(text), Object.values(keys), {
  context,
}).bytes();
console.log(JSON.stringify({ opened, made: Buffer.from(made).toString('base64') }));
