// Every example of README.md runs.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { LocalKey, encrypt } from 'sealwax';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
const AsyncFunction = (async () => {}).constructor;

/** Node has no Worker of the web: the example's worker answers behind a port. */
async function nodeWorker() {
  const { SealwaxWorker } = await import('sealwax/worker');
  const { serveSealwax } = await import('sealwax/worker-host');
  return {
    SealwaxWorker: class extends SealwaxWorker {
      constructor() {
        const { port1, port2 } = new MessageChannel();
        serveSealwax({ endpoint: port2 });
        super({ worker: port1 });
      }
    },
  };
}

const load = (name) => (name === 'sealwax/worker' ? nodeWorker() : import(name));

/** Imports become calls, and the rest the body of a function. */
const runnable = (code) =>
  code.replace(/^import \{ (.*?) \} from '(.*?)';$/gm, "const { $1 } = await load('$2');");

const key = await LocalKey.generate('notes');
const file = new Blob(['tide table']);

let server;
before(async () => {
  const sealed = await encrypt(new Blob(['tide table']), key, { padding: 'none' }).bytes();
  server = createServer((request, response) => {
    const [, start, end] = /bytes=(\d+)-(\d+)/.exec(request.headers.range);
    const last = Math.min(Number(end), sealed.length - 1);
    response
      .writeHead(206, { 'Content-Range': `bytes ${start}-${last}/${sealed.length}` })
      .end(sealed.subarray(Number(start), last + 1));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(() => server.close());

/** What the examples take for granted. */
async function given() {
  const tampered = await encrypt(file, key).bytes();
  tampered[tampered.length - 1] ^= 1;
  const flip = async (bytes) => bytes.map((byte) => byte ^ 0x5a);
  const yourKms = { wrap: flip, unwrap: flip };
  const url = `http://127.0.0.1:${server.address().port}/object`;
  return {
    assert,
    load,
    key,
    file,
    tampered,
    yourKms,
    url,
    streamOfYours: file.stream(),
    upload: async (number, part) => assert.ok(number > 0 && part.size > 0),
  };
}

test('the page has its examples', () =>
  assert.ok(examples.length >= 9, `${examples.length} examples`));

for (const [index, code] of examples.entries()) {
  test(`example ${index + 1}: ${code
    .trim()
    .split('\n')
    .find((line) => line && !line.startsWith('import'))}`, async () => {
    const names = await given();
    // The first example makes its own key.
    if (code.includes('const key =')) delete names.key;
    await new AsyncFunction(...Object.keys(names), runnable(code))(...Object.values(names));
  });
}
