// Starts the whole demo: OpenBao, SeaweedFS and the backend, on free ports of loopback and in a
// temporary folder. All of it ends with the demo, even if a part fails to start.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { AuditTrail } from './server/audit.mjs';
import { KeyService } from './server/kms.mjs';
import { originsOf, startServer } from './server/server.mjs';
import { Store } from './server/store.mjs';
import { startOpenBao } from './services/openbao.mjs';
import { freePorts } from './services/ports.mjs';
import { watchFolder } from './services/reaper.mjs';
import { startSeaweedFs } from './services/seaweedfs.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const BUCKET = 'sealwax-demo';
/** The built package `sealwax`; another place is for those who build it elsewhere. */
const PACKAGE = process.env.SEALWAX_DIST ?? here('../dist');

/**
 * Starts the demo.
 *
 * @param {object} [options]
 * @param {string} [options.host] of the page
 * @param {number} [options.port] of the page; a free one by default
 * @param {{ key: string, cert: string }} [options.tls] PEM; without it the page is plain http
 * @param {(url: string) => Promise<{ url: string, close(): Promise<void> }>} [options.proxy] put
 *   before the store and before the key service, for tests that cut the network
 * @param {string} [options.dist] where the built package `sealwax` is
 * @param {Record<string, string>} [options.mounts] further folders to serve, for tests
 * @param {object} [options.server] further options of `startServer`
 */
export async function startDemo({
  host = '127.0.0.1',
  port,
  tls,
  proxy,
  dist = PACKAGE,
  mounts = {},
  server: more = {},
} = {}) {
  if (!existsSync(dist)) throw new Error(`the package sealwax is not built: there is no ${dist}`);
  const stack = [];
  const stop = async () => {
    while (stack.length) await stack.pop()();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'sealwax-demo-'));
    watchFolder(folder);
    stack.push(() => rm(folder, { recursive: true, force: true }));
    const [kmsPort, storePort, freePort] = await freePorts(3);
    const listen = { host, port: port ?? freePort, tls };
    const services = { kmsPort, storePort, folder, origins: originsOf(listen) };
    const [bao, weed] = await startServices(stack, services);
    const fronts = { store: weed, kms: bao };
    for (const [name, { url }] of Object.entries(proxy ? fronts : {})) {
      fronts[name] = await proxy(url);
      stack.push(() => fronts[name].close());
    }
    const store = new Store({ ...weed, url: fronts.store.url, bucket: BUCKET });
    await store.create();
    const audit = new AuditTrail(join(folder, 'audit.jsonl'));
    stack.push(() => audit.flush());
    const server = await startServer({
      listen,
      mounts: { '/': here('page'), '/sealwax/': dist, ...mounts },
      store,
      kms: new KeyService({ ...bao, url: fronts.kms.url }),
      audit,
      inspect: (await import(pathToFileURL(join(dist, 'node.js')))).inspect,
      ...more,
    });
    stack.push(() => server.close());
    return { url: server.origin, store, bao, weed, fronts, audit, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startServices(stack, { kmsPort, storePort, folder, origins }) {
  const results = await Promise.allSettled([
    startOpenBao({ port: kmsPort, reader: 'carol', origins }),
    startSeaweedFs({ port: storePort, folder, origins }),
  ]);
  for (const { value } of results) {
    if (value) stack.push(() => value.service.stop());
  }
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  return results.map(({ value }) => value);
}
