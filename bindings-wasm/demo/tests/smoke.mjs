// The shortest way through the page, for every change: one process, one demo, one browser.
import { after } from 'node:test';

import { endWorld } from './support/world.mjs';

after(endWorld);

await import('./smoke.test.mjs');
