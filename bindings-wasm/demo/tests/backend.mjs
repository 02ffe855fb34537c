// The tests that need neither a browser nor the built package: the backend with its store and its key
// service.
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startWire } from './support/proxy.mjs';
import { endWorld, world } from './support/world.mjs';

after(endWorld);
await world({ proxy: startWire, browser: false, dist: fileURLToPath(new URL('../page', import.meta.url)) });
await import('./server.test.mjs');
await import('./tls.test.mjs');
await import('./life.test.mjs');
