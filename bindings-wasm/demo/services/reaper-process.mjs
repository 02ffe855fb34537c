// The reaper process: see reaper.mjs. Its input ends when the process that started it ends, however
// that happens.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const processes = new Set();
const folders = new Set();

for await (const line of createInterface({ input: process.stdin })) {
  const { process: running, ended, folder } = JSON.parse(line);
  if (running) processes.add(running);
  if (ended) processes.delete(ended);
  if (folder) folders.add(folder);
}

for (const pid of processes) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
for (const folder of folders)
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
