// A wire that can be cut and slowed: TCP between the page and a service, bytes passed on as they
// are.
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const HOST = '127.0.0.1';

/**
 * Starts a wire to `target`, an `http://127.0.0.1:port` URL; at a port of its own, or where `at`
 * says.
 */
export async function startWire(target, at = {}) {
  const wire = new Wire(Number(new URL(target).port));
  await wire.listen(at);
  return wire;
}

class Wire {
  #target;
  #server;
  #pairs = new Set();
  #left = Infinity;
  #isCut = false;
  /** Bytes per second towards the service, for each connection. */
  rate = Infinity;
  /** Is shown all bytes towards the service. */
  listener;
  /** Bytes passed on towards the service and back. */
  passed = { up: 0, down: 0 };

  constructor(target) {
    this.#target = target;
  }

  async listen({ host = HOST, port = 0 }) {
    this.#server = createServer((client) => this.#join(client));
    await new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    this.url = `http://${host}:${this.#server.address().port}`;
  }

  /** Cuts all connections, at once or after `bytes` more towards the service; none can be made. */
  cut(bytes = 0) {
    this.#left = bytes;
    if (bytes === 0) this.#break();
  }

  /** Whether the wire is cut by now. */
  get isCut() {
    return this.#isCut;
  }

  mend() {
    this.#isCut = false;
    this.#left = Infinity;
  }

  async close() {
    this.#break();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #break() {
    this.#isCut = true;
    for (const pair of this.#pairs) pair.forEach((socket) => socket.destroy());
    this.#pairs.clear();
  }

  #join(client) {
    if (this.#isCut) return client.destroy();
    const service = connect(this.#target, HOST);
    const pair = [client, service];
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pair.forEach((each) => each.destroy());
        this.#pairs.delete(pair);
      });
    }
    client.on('data', (data) => this.#up(client, service, data));
    service.on('data', (data) => {
      this.passed.down += data.length;
      if (!client.write(data)) {
        service.pause();
        client.once('drain', () => service.resume());
      }
    });
  }

  async #up(client, service, data) {
    this.passed.up += data.length;
    this.listener?.(data);
    this.#left -= data.length;
    if (this.#left <= 0) return this.#break();
    client.pause();
    const sent = new Promise((resolve) => service.write(data, resolve));
    await Promise.all([sent, this.rate < Infinity && sleep((1000 * data.length) / this.rate)]);
    client.resume();
  }
}
