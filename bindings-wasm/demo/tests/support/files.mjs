// Files to upload: pseudo-random, so that nothing compresses or repeats, with a marker every 64 KiB
// that a search of the store must not find.
import { createCipheriv, createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';

export const MARKER = Buffer.from('SEALWAX-DEMO-PLAINTEXT-MARKER');
const BLOCK = 64 * 1024;

/** Writes `size` bytes to `path`. */
export async function writeFile(path, size, seed = 1) {
  const key = createHash('sha256').update(`seed ${seed}`).digest();
  const random = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(BLOCK);
  const out = createWriteStream(path);
  for (let left = size; left > 0; left -= BLOCK) {
    const block = random.update(zeros);
    MARKER.copy(block);
    if (!out.write(block.subarray(0, Math.min(BLOCK, left)))) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
  return path;
}

/** SHA-256 of a file. */
export async function hashFile(path) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** A WAV of `seconds`: 8-bit mono, a tone that rises, so that every place differs. */
export function wav(seconds, rate = 44_100) {
  const samples = seconds * rate;
  const bytes = Buffer.alloc(44 + samples);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate, 28);
  bytes.writeUInt16LE(1, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples, 40);
  for (let i = 0; i < samples; i += 1)
    bytes[44 + i] = 128 + 60 * Math.sin((i * (1 + i / samples)) / 40);
  return bytes;
}
