// All tests in one process: they share one demo and one browser.
import { after } from 'node:test';

import { endWorld } from './support/world.mjs';

await import('./server.test.mjs');
await import('./tls.test.mjs');
await import('./start-and-stop.test.mjs');
await import('./attack/requests.test.mjs');
await import('./attack/transport.test.mjs');
await import('./attack/hand-in.test.mjs');
await import('./attack/trail.test.mjs');
await import('./attack/uploads.test.mjs');
await import('./attack/property.test.mjs');
await import('./upload.test.mjs');
await import('./network.test.mjs');
await import('./tabs.test.mjs');
await import('./names.test.mjs');
await import('./small-files.test.mjs');
await import('./failure.test.mjs');
await import('./page.test.mjs');
await import('./cross.test.mjs');

// Last: a hook runs as soon as no test is left, and tests may be left out by their names.
after(endWorld);
