// Node, Deno and Bun: the modules are text, loaded at first use. Servers get bundled too, and no
// bundler copies files that are read at run time.

import { aesModule } from './aes.js';
import { coreModule } from './core.js';

coreModule.setSource(async () => (await import('./inline-modules.js')).coreBytes());
aesModule.setSource(async () => (await import('./inline-modules.js')).aesBytes());

export * from './index.js';
