// Cleans up when the demo is killed and cannot do so itself. The reaper is a separate process that
// knows what there is, and removes it when its input ends.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('reaper-process.mjs', import.meta.url));
let input;

/** Has process `pid` killed, should it outlive this one. */
export const watchProcess = (pid) => tell({ process: pid });

/** Forgets a process that has ended: its number may become another's. */
export const forgetProcess = (pid) => tell({ ended: pid });

/** Has `path` removed, should it outlive this process. */
export const watchFolder = (path) => tell({ folder: path });

function tell(message) {
  input ??= start();
  input.write(`${JSON.stringify(message)}\n`);
}

function start() {
  // Detached: Ctrl-C in the terminal is for the demo, and not for it.
  const reaper = spawn(process.execPath, [SCRIPT], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  reaper.stdin.on('error', () => {});
  reaper.stdin.unref();
  reaper.unref();
  return reaper.stdin;
}
