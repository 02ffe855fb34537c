// What a `Chromium` costs: memory and processor time of its processes, as Linux counts them.
import { readFile } from 'node:fs/promises';

const SAMPLE_MS = 500; // Each look stops the process for some milliseconds.
const TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux that Chromium runs on.

/** Bytes of memory that are a process's own, with its share of what it shares. */
async function memoryOf(pid) {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return 1024 * Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
}

async function secondsOf(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
}

/** Seconds of processor time that all of the browser has used so far. */
export async function cpuSeconds(browser) {
  const all = await Promise.all((await browser.processes()).map(({ id }) => secondsOf(id)));
  return all.reduce((sum, value) => sum + value, 0);
}

/**
 * Watches the memory of the browser's tab and of the whole browser. `end()` returns the most of
 * each, and what they had at the beginning.
 */
export async function watchMemory(browser) {
  const known = await browser.processes();
  const sample = async () => {
    const sizes = await Promise.all(
      known.map(async ({ id, type }) => ({ type, size: await memoryOf(id) })),
    );
    const tab = Math.max(
      ...sizes.filter(({ type }) => type === 'renderer').map(({ size }) => size),
    );
    return { tab, browser: sizes.reduce((sum, { size }) => sum + size, 0) };
  };
  const before = await sample();
  const most = { ...before };
  let running = true;
  const watching = (async () => {
    while (running) {
      const now = await sample();
      for (const name of Object.keys(most)) most[name] = Math.max(most[name], now[name]);
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  return {
    async end() {
      running = false;
      await watching;
      return { before, most };
    },
  };
}
