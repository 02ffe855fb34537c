// The store seen past the page: with the credentials of its owner, or of an attacker who has them.
import assert from 'node:assert/strict';

import { AwsClient } from 'aws4fetch';

/** A signed request to the demo's bucket. */
async function ask({ weed }, method, path, { query = '', body } = {}) {
  const { accessKeyId, secretAccessKey } = weed;
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    service: 's3',
    region: 'us-east-1',
  });
  const response = await client.fetch(`${weed.url}/sealwax-demo${path}${query}`, { method, body });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response;
}

/** The multipart uploads that were begun and not ended. */
export async function listUploads(demo) {
  const xml = await (await ask(demo, 'GET', '', { query: '?uploads=' })).text();
  return [...xml.matchAll(/<UploadId>([^<]*)</g)].map(([, id]) => id);
}

/** Puts `bytes` under `key`. */
export async function putDirectly(demo, key, bytes) {
  await ask(demo, 'PUT', `/${key}`, { body: bytes });
}

/** The bytes under `key`. */
export async function getDirectly(demo, key) {
  return Buffer.from(await (await ask(demo, 'GET', `/${key}`)).arrayBuffer());
}
