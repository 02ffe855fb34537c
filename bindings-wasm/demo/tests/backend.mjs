// The tests that need no browser: the backend with its store and its key service.
import { after } from 'node:test';

import { startWire } from './support/proxy.mjs';
import { endWorld, world } from './support/world.mjs';

await world({ proxy: startWire, browser: false });
await import('./server.test.mjs');
await import('./tls.test.mjs');
await import('./start-and-stop.test.mjs');
await import('./attack/requests.test.mjs');
await import('./attack/transport.test.mjs');
await import('./attack/hand-in.test.mjs');
await import('./attack/trail.test.mjs');
await import('./attack/uploads.test.mjs');
await import('./attack/property.test.mjs');

// Last: a hook runs as soon as no test is left, and tests may be left out by their names.
after(endWorld);
