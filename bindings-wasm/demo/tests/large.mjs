// The tests that take minutes, in their full size: a gibibyte through many cuts of its link,
// thousands of files.
import { after } from 'node:test';

import { endWorld } from './support/world.mjs';

after(endWorld);

await import('./network.test.mjs');
await import('./small-files.test.mjs');
