// A backend of its own, with other limits or times than the shared one's.
import { AuditTrail } from '../../server/audit.mjs';
import { KeyService } from '../../server/kms.mjs';
import { startServer } from '../../server/server.mjs';
import { freePorts } from '../../services/ports.mjs';
import { world } from './world.mjs';

/** A server of its own before the shared services; `use(demo)` with it. */
export async function withServer(options, use) {
  const { demo } = await world();
  const [port] = await freePorts(1);
  const audit = options.audit ?? new AuditTrail();
  const server = await startServer({
    listen: { host: '127.0.0.1', port },
    store: demo.store,
    kms: new KeyService(demo.bao),
    audit,
    mounts: {},
    inspect: () => {},
    ...options,
  });
  try {
    await use({ ...demo, url: server.origin, audit });
  } finally {
    await server.close();
  }
}
