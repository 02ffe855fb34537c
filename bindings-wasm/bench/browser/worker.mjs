// The worker that measures. Sides of a comparison run in turns, and the fastest run of each counts:
// what disturbs a run makes it slower, never faster.
import { CachingProvider, LocalKey, createEncryptor, decrypt, encrypt, init } from '/dist/index.js';
import { bareWasm, sealedChunks, subtleLoop } from './limits.mjs';
import { PEERS } from './peers.mjs';

const MIB = 1 << 20;
const key = new LocalKey(new Uint8Array(32).fill(7), 'k');

/** Milliseconds of the fastest of `rounds` runs of each side. */
async function inTurns(rounds, sides) {
  const best = Object.fromEntries(Object.keys(sides).map((name) => [name, Infinity]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, side] of Object.entries(sides)) {
      const start = performance.now();
      await side();
      best[name] = Math.min(best[name], performance.now() - start);
    }
  }
  return best;
}

/** Bytes that do not compress. */
function plaintextOf(size) {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

/** A file in the browser's own file system, as a person chooses one. */
async function fileOf(name, blob) {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle(name, { create: true });
  await blob.stream().pipeTo(await handle.createWritable());
  return handle.getFile();
}

async function blobs({ mib, rounds }) {
  const blob = await fileOf(
    'plaintext',
    new Blob(Array.from({ length: mib }, () => plaintextOf(MIB))),
  );
  const sealed = await fileOf('sealed', await encrypt(blob, key, { engine: 'webcrypto' }).blob());
  const chunks = await fileOf('chunks', await sealedChunks(blob));
  return {
    encrypt: await inTurns(rounds, {
      sealwax: () => encrypt(blob, key, { engine: 'webcrypto' }).blob(),
      bare: () => subtleLoop('encrypt', blob),
      keeping: () => subtleLoop('encrypt', blob, { keep: true }),
    }),
    decrypt: await inTurns(rounds, {
      sealwax: () => decrypt(sealed, key, { engine: 'webcrypto' }).blob(),
      bare: () => subtleLoop('decrypt', chunks),
      keeping: () => subtleLoop('decrypt', chunks, { keep: true }),
    }),
  };
}

async function wasm({ mib, rounds }) {
  const bytes = plaintextOf(mib * MIB);
  const sealed = await encrypt(bytes, key, { engine: 'wasm' }).bytes();
  return {
    encrypt: await inTurns(rounds, {
      sealwax: () => encrypt(bytes, key, { engine: 'wasm' }).bytes(),
      bare: () => bareWasm('encrypt', bytes.length),
    }),
    decrypt: await inTurns(rounds, {
      sealwax: () => decrypt(sealed, key, { engine: 'wasm' }).bytes(),
      bare: () => bareWasm('decrypt', bytes.length),
    }),
  };
}

async function peers({ mib, rounds }) {
  const bytes = plaintextOf(mib * MIB);
  const ours = {
    encrypt: (plaintext) => encrypt(plaintext, key).bytes(),
    decrypt: (sealed) => decrypt(sealed, key).bytes(),
  };
  const [encrypts, decrypts] = [{}, {}];
  for (const [name, make] of Object.entries({ sealwax: async () => ours, ...PEERS })) {
    const side = await make();
    const sealed = await side.encrypt(bytes);
    const opened = await side.decrypt(sealed);
    if (opened.length !== bytes.length || opened[bytes.length - 1] !== bytes[bytes.length - 1])
      throw new Error(`${name} decrypts wrongly`);
    encrypts[name] = () => side.encrypt(bytes);
    decrypts[name] = () => side.decrypt(sealed);
  }
  return { encrypt: await inTurns(rounds, encrypts), decrypt: await inTurns(rounds, decrypts) };
}

/** Messages a second. */
async function small({ messages }) {
  const message = plaintextOf(1024);
  const cached = new CachingProvider(key);
  const encryptor = await createEncryptor(key);
  const perSecond = async (each) => {
    for (let count = 0; count < messages / 10; count++) await each();
    const start = performance.now();
    for (let count = 0; count < messages; count++) await each();
    return (1000 * messages) / (performance.now() - start);
  };
  return {
    cached: await perSecond(() => encrypt(message, cached).bytes()),
    encryptor: await perSecond(() => encryptor.encryptBytes(message)),
  };
}

const MEASUREMENTS = { blobs, wasm, peers, small };

onmessage = async ({ data: { name, options } }) => {
  try {
    await init();
    postMessage({ result: await MEASUREMENTS[name](options) });
  } catch (error) {
    postMessage({ error: `${name}: ${error?.stack ?? error}` });
  }
};
