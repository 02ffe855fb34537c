// The arithmetic of lengths and offsets in the module itself: core/vectors/lengths.json, and the
// codes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SealwaxError } from 'sealwax';
import start, * as module from '../../build/glue.js';
import { fileBytes, vectors } from '../support/suite.mjs';

await start({ module_or_path: await fileBytes('../../dist/sealwax.wasm') });

const FUNCTIONS = {
  body_len: (n) => [module.bodyLength(n)],
  plaintext_len: (b) => [module.plaintextLength(b)],
  // The place of a byte: the chunk that a range, even of no bytes, starts in.
  chunk_of: (p) => {
    const [, , index] = module.bodyRange(p, p, module.bodyLength(p));
    const [chunk] = module.formatLengths();
    return [index, p - index * chunk];
  },
  ciphertext_range: (first, behind, b) => {
    const [start, end] = module.bodyRange(first, behind, b);
    return start === end ? [] : [start, end];
  },
};

test('lengths: every function, every refusal', async () => {
  for (const { tests } of (await vectors('lengths')).testGroups) {
    for (const { tcId, function: name, arguments: args, output, error } of tests) {
      const where = `tcId ${tcId}: ${name}(${args})`;
      let result;
      try {
        result = FUNCTIONS[name](...args);
      } catch (thrown) {
        assert.equal(thrown.code ?? thrown[0], error?.code, where);
        continue;
      }
      assert.deepEqual(result, output, where);
    }
  }
});

test('numbers that are no lengths are refused', () => {
  for (const value of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assert.throws(
      () => module.bodyLength(value),
      (thrown) => (thrown.code ?? thrown[0]) === 1,
    );
  }
});

test('codes: numbers, names and classes of SealwaxError are those of error_codes.json', async () => {
  const { errorCodes } = await vectors('error_codes');
  for (const { code, name, class: area } of errorCodes) {
    const error = new SealwaxError(name);
    assert.deepEqual([error.number, error.code, error.class], [code, name, area]);
  }
});
