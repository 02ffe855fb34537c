// The tests that need no browser: the backend with its store and its key service.
import { after } from 'node:test';

import { startWire } from './support/proxy.mjs';
import { endWorld, world } from './support/world.mjs';

after(endWorld);
await world({ proxy: startWire, browser: false });
await import('./server.test.mjs');
await import('./tls.test.mjs');
await import('./start-and-stop.test.mjs');
await import('./attack/requests.test.mjs');
await import('./attack/transport.test.mjs');
await import('./attack/hand-in.test.mjs');
await import('./attack/property.test.mjs');
