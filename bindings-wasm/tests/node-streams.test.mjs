// Node's own streams on both sides: they wait for each other, and learn of each other's failures.
import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { LocalKey, decrypt, decryptStream, encrypt, encryptStream } from 'sealwax';

const key = () => new LocalKey(new Uint8Array(32).fill(7), 'k');
const PIECE = Buffer.alloc(64 << 10, 5);
const COUNT = 320;
/** More than may be under way at a time. */
const MOST_AHEAD = 6 << 20;

/** Pieces on demand, counted. */
function source(fail) {
  const seen = { read: 0 };
  const pieces = function* () {
    for (let at = 0; at < COUNT; at++) {
      if (at === fail) throw new RangeError('the disk is gone');
      seen.read += PIECE.length;
      yield PIECE;
    }
  };
  return {
    seen,
    stream: Readable.from(pieces(), { objectMode: false, highWaterMark: PIECE.length }),
  };
}

/** Takes a little at a time, after a while. */
function slowTarget(seen) {
  const made = { bytes: 0, ahead: 0 };
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      made.bytes += chunk.length;
      made.ahead = Math.max(made.ahead, seen.read - made.bytes);
      setImmediate(done);
    },
  });
  return Object.assign(made, { stream });
}

test('a slow target of Node: nothing is lost, nothing runs ahead', async () => {
  const { seen, stream } = source();
  const target = slowTarget(seen);
  const sealed = Readable.toWeb(stream)
    .pipeThrough(encryptStream(key()))
    .pipeThrough(decryptStream(key()));
  await pipeline(Readable.fromWeb(sealed), target.stream);
  assert.equal(target.bytes, COUNT * PIECE.length);
  assert.ok(target.ahead < 2 * MOST_AHEAD, `${target.ahead} bytes ahead`);
});

test('a slow target of the web', async () => {
  const { seen, stream } = source();
  const target = slowTarget(seen);
  await encrypt(Readable.toWeb(stream), key()).stream().pipeTo(Writable.toWeb(target.stream));
  assert.ok(target.bytes > COUNT * PIECE.length);
  assert.ok(target.ahead < MOST_AHEAD, `${target.ahead} bytes ahead`);
});

test('a target that fails gives the source up; a source that fails is io', async () => {
  const { stream } = source();
  const full = new Writable({ write: (_chunk, _encoding, done) => done(new Error('no space')) });
  await assert.rejects(
    encrypt(Readable.toWeb(stream), key()).stream().pipeTo(Writable.toWeb(full)),
    /no space/,
  );
  await new Promise((resolve) => (stream.destroyed ? resolve() : stream.once('close', resolve)));
  const broken = decrypt(
    Readable.toWeb(source(10).stream).pipeThrough(encryptStream(key())),
    key(),
  );
  await assert.rejects(
    broken.bytes(),
    ({ code, cause }) =>
      code === 'io' && (cause instanceof RangeError || cause.cause instanceof RangeError),
  );
});
