// The tests that take minutes, in their full size: a gibibyte through many cuts of its link,
// thousands of files.
import { after } from 'node:test';

import { endWorld } from './support/world.mjs';

await import('./network.test.mjs');
await import('./small-files.test.mjs');

// Last: a hook runs as soon as no test is left, and tests may be left out by their names.
after(endWorld);
