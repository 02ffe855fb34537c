// The memory of this process's children, as Linux reports it.
import { readFile, readdir } from 'node:fs/promises';

/** Parent and resident memory in bytes; undefined for a process that has ended. */
async function processOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return status && { parent: field('PPid'), resident: (field('VmRSS') || 0) * 1024 };
}

/** The largest of all processes below this one. */
async function largest() {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = new Map(await Promise.all(pids.map(async (pid) => [pid, await processOf(pid)])));
  const isBelow = (pid) =>
    pid === process.pid || (all.get(pid)?.parent > 1 && isBelow(all.get(pid).parent));
  const below = pids.filter((pid) => pid !== process.pid && isBelow(pid));
  return Math.max(0, ...below.map((pid) => all.get(pid)?.resident ?? 0));
}

/** Watches until the returned function is called, which gives the most that one process held. */
export function watch() {
  let most = 0;
  const timer = setInterval(async () => (most = Math.max(most, await largest())), 250);
  return () => {
    clearInterval(timer);
    return most;
  };
}
