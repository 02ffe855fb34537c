// Randomness of the test's choosing, for vectors that fix the salts.
import assert from 'node:assert/strict';

/**
 * Runs `body` while the module's random bytes are these, in this order; all of them must be drawn.
 */
export async function withRandom(draws, body) {
  const left = [...draws];
  const getRandomValues = (array) => {
    const bytes = left.shift();
    assert.ok(bytes, 'more randomness was drawn than the vector has');
    assert.equal(array.length, bytes.length, 'length of a draw');
    array.set(bytes);
    return array;
  };
  Object.defineProperty(crypto, 'getRandomValues', { value: getRandomValues, configurable: true });
  try {
    const result = await body();
    assert.equal(left.length, 0, 'less randomness was drawn than the vector has');
    return result;
  } finally {
    delete crypto.getRandomValues;
  }
}
