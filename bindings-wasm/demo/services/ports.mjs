// Free ports on loopback. All are held open together before any is given back, so that one call
// never names a port twice.
import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/** `count` different TCP ports of 127.0.0.1 that were free a moment ago. */
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

function listen() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, HOST, () => resolve(server));
  });
}
