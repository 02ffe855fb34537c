// Parts of a sealed object for multipart uploads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decrypt, encrypt } from 'sealwax';
import {
  CHUNK,
  both,
  concat,
  key,
  plaintextOf,
  rejectsWith,
  streamOf,
  throwsWith,
} from '../support/suite.mjs';

const PLAINTEXT = plaintextOf(20 * CHUNK);

async function collected(parts) {
  const made = [];
  for await (const part of parts) made.push({ ...part, content: await part.bytes() });
  return made;
}

for (const partSize of [CHUNK, CHUNK + 16, 3 * CHUNK, 100_000, 10_000_000]) {
  both(`parts of ${partSize} bytes: places, any order, the same again`, async (engine) => {
    for (const source of [PLAINTEXT, new Blob([PLAINTEXT])]) {
      const parts = await encrypt(source, key(), { engine }).parts({ partSize });
      const made = await collected(parts);
      assert.equal(made.length, parts.count);
      made.forEach(({ number, offset, size, content }, index) => {
        assert.deepEqual([number, offset, size], [index + 1, index * partSize, content.length]);
        assert.equal(size, Math.min(partSize, parts.size - offset));
      });
      const sealed = concat(made.map(({ content }) => content));
      assert.equal(sealed.length, parts.size);
      assert.deepEqual(await decrypt(sealed, key()).bytes(), PLAINTEXT);
      for (const number of new Set([parts.count, 1, Math.ceil(parts.count / 2)])) {
        assert.deepEqual(await parts.part(number).bytes(), made[number - 1].content);
        assert.deepEqual(
          new Uint8Array(await (await parts.part(number).blob()).arrayBuffer()),
          made[number - 1].content,
        );
      }
      for (const number of [0, -1, 1.5, parts.count + 1])
        throwsWith(() => parts.part(number), 'invalid_argument', /numbered from 1/);
    }
  });
}

both('a source that changed is refused, part by part', async (engine) => {
  const source = PLAINTEXT.slice();
  const parts = await encrypt(source, key(), { engine }).parts({ partSize: 100_000 });
  const first = await parts.part(1).bytes();
  await parts.part(2).bytes();
  source[50_000] ^= 1;
  await rejectsWith(parts.part(1).bytes(), 'io', /has changed/);
  source[50_000] ^= 1;
  assert.deepEqual(await parts.part(1).bytes(), first, 'as it was, it is sealed as it was');
  // The chunk that two parts share is never sealed in two ways, either.
  source[source.length - 1] ^= 1;
  await parts.part(parts.count).bytes();
  source[2 * 100_000 + 100] ^= 1;
  await rejectsWith(parts.part(3).bytes(), 'io', /has changed/);
});

test('closed parts, a cancelled signal, sizes that are none', async () => {
  const controller = new AbortController();
  const parts = await encrypt(PLAINTEXT, key(), { signal: controller.signal }).parts({
    partSize: 50_000,
  });
  await parts.part(1).bytes();
  controller.abort();
  await rejectsWith(parts.part(2).bytes(), 'cancelled');
  parts[Symbol.dispose]();
  await rejectsWith(parts.part(1).bytes(), 'invalid_state', /closed/);
  for (const partSize of [0, -1, 0.5, '5'])
    await rejectsWith(
      encrypt(PLAINTEXT, key()).parts({ partSize }),
      'invalid_argument',
      /partSize/,
    );
});

both('parts of a stream: in order, each kept', async (engine) => {
  const parts = await encrypt(streamOf(PLAINTEXT, 7000), key(), {
    engine,
    size: PLAINTEXT.length,
  }).parts({ partSize: 100_000 });
  throwsWith(() => parts.part(1), 'invalid_state', /in order only/);
  const made = await collected(parts);
  assert.equal(made.length, parts.count);
  assert.deepEqual(await made[0].bytes(), made[0].content);
  assert.deepEqual(
    await decrypt(concat(made.map(({ content }) => content)), key()).bytes(),
    PLAINTEXT,
  );
});

test('the usual part size holds what stores allow', async () => {
  const small = await encrypt(PLAINTEXT, key()).parts();
  assert.deepEqual([small.partSize, small.count], [8 << 20, 1]);
  const huge = await encrypt(streamOf(new Uint8Array(0)), key(), { size: 2 ** 40 }).parts();
  assert.ok(huge.count <= 10_000 && huge.partSize % (1 << 20) === 0);
});
