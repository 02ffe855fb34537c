// The shortest way through the page, for every change: one process, one demo, one browser.
import { after } from 'node:test';

import { endWorld } from './support/world.mjs';

await import('./smoke.test.mjs');

// Last: a hook runs as soon as no test is left, and tests may be left out by their names.
after(endWorld);
