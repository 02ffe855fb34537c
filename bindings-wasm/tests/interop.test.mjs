// Envelopes exchanged with the reference in Python, which reads the specification independently.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LocalKey, decrypt, encrypt, fromText, inspect, openRange, rewrap, toText } from 'sealwax';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const PYTHON = join(process.env.SEALWAX_KMS_BIN ?? at('../../target/tools/venv/bin'), 'python');
const skip = !existsSync(PYTHON) && `there is no ${PYTHON}: cargo xtask setup --only python`;
const KEK = Buffer.alloc(32, 0x42);
const PLAINTEXT = Buffer.from(Array.from({ length: 40_000 }, (_, index) => (index * 7) % 256));
const KEY = ['--kek', KEK.toString('hex'), '--key-id', 'k'];
const key = () => new LocalKey(KEK, 'k');
const run = promisify(execFile);

describe('with the reference', { skip }, () => {
  let folder;
  const file = (name) => join(folder, name);
  const reference = (...args) =>
    run(PYTHON, ['-m', 'sealwax_reference', ...args], {
      env: { ...process.env, PYTHONPATH: at('../../core/reference') },
    });
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealwax-'));
    await writeFile(file('plain'), PLAINTEXT);
  });
  after(() => rm(folder, { recursive: true }));

  for (const engine of ['wasm', 'webcrypto']) {
    test(`${engine}: the reference reads ours`, async () => {
      const options = {
        engine,
        context: { tenant: 'blue', a: 'ü' },
        metadata: Buffer.from('name'),
        associatedData: Buffer.from('aad'),
      };
      const sealed = await encrypt(PLAINTEXT, key(), options).bytes();
      await writeFile(file('ours'), sealed);
      const aad = ['--aad', Buffer.from('aad').toString('hex')];
      await reference(
        'decrypt',
        file('ours'),
        file('opened'),
        ...KEY,
        ...aad,
        '--context',
        'a=ü',
        '--metadata-out',
        file('metadata'),
      );
      assert.deepEqual(await readFile(file('opened')), PLAINTEXT);
      assert.equal(await readFile(file('metadata'), 'utf8'), 'name');
      await writeFile(file('text'), await toText(sealed));
      await reference(
        'decrypt',
        file('text'),
        file('opened'),
        ...KEY,
        ...aad,
        '--text',
        '--range',
        '16380:16390',
      );
      assert.deepEqual(await readFile(file('opened')), PLAINTEXT.subarray(16380, 16390));
      const detached = encrypt(PLAINTEXT, key(), { engine, detached: true });
      await writeFile(file('header'), await detached.header());
      await writeFile(file('body'), await detached.bytes());
      await reference(
        'decrypt',
        file('body'),
        file('opened'),
        ...KEY,
        '--detached-header',
        file('header'),
      );
      assert.deepEqual(await readFile(file('opened')), PLAINTEXT);
    });

    test(`${engine}: we read the reference's`, async () => {
      await reference(
        'encrypt',
        file('plain'),
        file('theirs'),
        ...KEY,
        '--context',
        'tenant=blue',
        '--metadata',
        Buffer.from('name').toString('hex'),
        '--aad',
        '00ff',
      );
      const theirs = await readFile(file('theirs'));
      const options = {
        engine,
        context: { tenant: 'blue' },
        associatedData: new Uint8Array([0, 255]),
      };
      const message = decrypt(theirs, key(), options);
      assert.equal(Buffer.from(await message.metadata()).toString(), 'name');
      assert.deepEqual(Buffer.from(await message.bytes()), PLAINTEXT);
      const reader = await openRange(theirs, key(), { ...options, context: undefined });
      assert.deepEqual(Buffer.from(await reader.read(16380, 10)), PLAINTEXT.subarray(16380, 16390));
      await reference('encrypt', file('plain'), file('theirs'), ...KEY, '--text');
      assert.deepEqual(
        Buffer.from(
          await decrypt(await fromText((await readFile(file('theirs'), 'utf8')).trim()), key(), {
            engine,
          }).bytes(),
        ),
        PLAINTEXT,
      );
    });
  }

  test('rewraps of each other', async () => {
    const other = Buffer.alloc(32, 0x43);
    const sealed = await encrypt(PLAINTEXT, key(), { padding: 'page' }).bytes();
    await writeFile(file('ours'), sealed);
    await reference(
      'rewrap',
      file('ours'),
      file('theirs'),
      ...KEY,
      '--new-kek',
      other.toString('hex'),
      '--new-key-id',
      'n',
    );
    const theirs = await readFile(file('theirs'));
    assert.deepEqual(
      Buffer.from(await decrypt(theirs, new LocalKey(other, 'n')).bytes()),
      PLAINTEXT,
    );
    await writeFile(file('back'), await rewrap(theirs, new LocalKey(other, 'n'), key()));
    await reference('decrypt', file('back'), file('opened'), ...KEY);
    assert.deepEqual(await readFile(file('opened')), PLAINTEXT);
    assert.equal((await inspect(await readFile(file('back')))).wrappedKeys[0].keyId, 'k');
  });
});
