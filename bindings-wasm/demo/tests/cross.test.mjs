// The same objects in other languages, each with its own binding and the same key service.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile as write } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { KeyService } from '../server/kms.mjs';
import { ObjectId } from '../server/objects.mjs';
import { hashFile, writeFile } from './support/files.mjs';
import { getDirectly, putDirectly } from './support/store.mjs';
import { ALL, objectId, objectRow, openPage, TARGET, upload, world } from './support/world.mjs';

const here = (name) => fileURLToPath(new URL(`cross/${name}`, import.meta.url));
const C_BINDING = fileURLToPath(new URL('../../../bindings-c', import.meta.url));
const PYTHON = process.env.SEALWAX_PYTHON ?? join(TARGET, 'tools/venv/bin/python');
const LIBRARY = ['checked', 'release', 'debug']
  .map((profile) => join(TARGET, profile, 'libsealwax_c.a'))
  .find(existsSync);

const noPython = () => {
  if (ALL) return false;
  try {
    execFileSync(PYTHON, ['-c', 'import sealwax.kms, hvac'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'the Python binding is not installed in the virtual environment';
  }
};
const noC = () => !ALL && !LIBRARY && 'the C binding is not built';

/** Uploads a file and takes its header and body from the store. */
async function stored(name) {
  const { demo, folder } = await world();
  const path = await writeFile(join(folder, name), 300_000);
  const page = await openPage();
  await upload(page, path);
  await objectRow(page, path).waitFor();
  const id = await objectId(page, path);
  await page.context().close();
  const files = {};
  for (const part of ['header', 'body']) {
    files[part] = join(folder, `${name}.${part}`);
    await write(files[part], await getDirectly(demo, `${id}/${part}`));
  }
  return { path, id, ...files };
}

async function python(script, args, input) {
  const {
    demo: { bao },
  } = await world();
  const env = { ...process.env, VAULT_ADDR: bao.url, VAULT_TOKEN: bao.token };
  return execFileSync(PYTHON, [here(script), ...args], { env, input, maxBuffer: 1 << 24 });
}

/** The DEK of a stored object in hexadecimal, from the key service. */
async function unwrap(id) {
  const { demo } = await world();
  const page = await openPage();
  const {
    wrappedKeys: [key],
  } = await page.evaluate(async (object) => {
    const [{ Backend }, { inspectSealed }, { readHeader }] = await Promise.all(
      ['backend', 'envelope', 'store'].map((name) => import(`/lib/${name}.mjs`)),
    );
    return inspectSealed((await readHeader(new Backend('alice'), object)).bytes);
  }, id);
  await page.context().close();
  const dek = await new KeyService(demo.bao).unwrap(key.text, ObjectId.parse(id));
  return Buffer.from(dek, 'base64').toString('hex');
}

test('Python opens what the page sealed', { skip: noPython() }, async () => {
  const { path, id, header, body } = await stored('to-python.bin');
  const plaintext = await python('open.py', [header, body, id]);
  assert.ok(plaintext.equals(await readFile(path)));
});

test('the page opens what Python sealed', { skip: noPython() }, async () => {
  const { demo, folder } = await world();
  const page = await openPage();
  const object = await page.evaluate(async () => {
    const { Backend } = await import('/lib/backend.mjs');
    return new Backend('alice').create('vault');
  });
  const [header, body] = ['header', 'body'].map((part) => join(folder, `from-python.${part}`));
  const metadata = { name: 'from-python.txt', path: 'from-python.txt', type: 'text/plain' };
  await python(
    'seal.py',
    [header, body, JSON.stringify(object.context), JSON.stringify(metadata)],
    'Hello from Python\n',
  );
  await putDirectly(demo, `${object.id}/body`, await readFile(body));
  await putDirectly(demo, `${object.id}/header`, await readFile(header));
  await page.getByRole('button', { name: 'Refresh' }).click();
  await objectRow(page, 'from-python.txt').getByRole('button', { name: /^Open/ }).click();
  await page.locator('#panel pre', { hasText: 'Hello from Python' }).waitFor();
  await page.context().close();
});

test('C opens what the page sealed', { skip: noC() }, async () => {
  const { folder } = await world();
  const { path, id, header, body } = await stored('to-c.bin');
  const tool = join(folder, 'open-c');
  execFileSync('cc', [
    '-O1',
    '-Wall',
    '-Werror',
    here('open.c'),
    `-I${join(C_BINDING, 'include')}`,
    LIBRARY,
    '-lm',
    '-lpthread',
    '-ldl',
    '-o',
    tool,
  ]);
  const dek = await unwrap(id);
  const plaintext = execFileSync(tool, [header, body, dek], { maxBuffer: 1 << 24 });
  const out = join(folder, 'from-c.bin');
  await write(out, plaintext);
  assert.equal(await hashFile(out), await hashFile(path));
  const wrong = dek.replace(/^../, (byte) => (byte === '00' ? '01' : '00'));
  assert.throws(() => execFileSync(tool, [header, body, wrong], { stdio: 'pipe' }), /error 45/);
});
