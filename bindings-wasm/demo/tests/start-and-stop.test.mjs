// The demo as people start it: it gives a URL, runs until it is told to end, and leaves nothing
// behind, also when it is killed and can do nothing about it any more.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { world } from './support/world.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const LONGEST_MS = 60_000;

/**
 * Starts `main.mjs` with a folder of its own for what is temporary; resolves when it has shown its
 * URL.
 */
async function startMain(name) {
  const { folder } = await world();
  const temporary = join(folder, name);
  await mkdir(temporary);
  const main = spawn(process.execPath, [here('../main.mjs')], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) =>
    main.once('exit', (code, signal) => resolve({ code, signal })),
  );
  let text = '';
  for await (const data of main.stdout) {
    text += data;
    const [, url] = /(http:\/\/127\.0\.0\.1:\d+)[^]*Ctrl-C/.exec(text) ?? [];
    if (url) return { main, ended, temporary, url };
  }
  throw new Error(`no URL was shown:\n${text}`);
}

/** The processes below `parent`, at any depth. */
async function descendants(parent) {
  const parents = new Map();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    parents.set(Number(pid), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const below = (pid) =>
    pid > 1 && parents.has(pid) && (parents.get(pid) === parent || below(parents.get(pid)));
  return [...parents.keys()].filter(below);
}

async function until(what, isTrue) {
  for (const end = Date.now() + LONGEST_MS; !(await isTrue()); await sleep(50)) {
    assert.ok(Date.now() < end, `${what} in ${LONGEST_MS} ms`);
  }
}

async function isRunning(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat !== undefined && !/\) Z /.test(stat);
}

for (const [signal, expected] of [
  ['SIGINT', { code: 0, signal: null }],
  ['SIGKILL', { code: null, signal: 'SIGKILL' }],
]) {
  test(`the demo serves its page, and after ${signal} no process and no file of it is left`, async () => {
    const { main, ended, temporary, url } = await startMain(signal);
    const page = await fetch(url);
    assert.match(await page.text(), /<title>Sealwax/);
    const started = await descendants(main.pid);
    assert.ok(started.length >= 3, 'the key service, the store and the reaper');
    assert.equal((await readdir(temporary)).length, 1);
    main.kill(signal);
    assert.deepEqual(await ended, expected);
    for (const pid of started)
      await until(`process ${pid} ends`, async () => !(await isRunning(pid)));
    await until('all files are removed', async () => (await readdir(temporary)).length === 0);
    await assert.rejects(fetch(url));
  });
}
