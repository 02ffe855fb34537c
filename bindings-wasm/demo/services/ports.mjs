// Free ports on loopback, below the system's range for outgoing connections: no connection of
// another program can take one before the server starts.
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';

const HOST = '127.0.0.1';
const LOWEST = 12_000;
const RANGE = '/proc/sys/net/ipv4/ip_local_port_range';
const USUAL_RANGE = '32768';
const MOST_TRIES = 1_000;

/** `count` different TCP ports of 127.0.0.1 that were free a moment ago. */
export async function freePorts(count) {
  const [end] = (await readFile(RANGE, 'utf8').catch(() => USUAL_RANGE)).split('\t').map(Number);
  const ports = new Set();
  for (let tries = 0; ports.size < count; tries += 1) {
    if (tries === MOST_TRIES)
      throw new Error(`no ${count} ports are free between ${LOWEST} and ${end}`);
    // At random: demos that start at the same time look in different places.
    const port = randomInt(LOWEST, Math.max(end, LOWEST + count));
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}
