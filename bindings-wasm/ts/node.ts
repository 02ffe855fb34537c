// Node, Deno and Bun: the modules are text, loaded at first use. Servers get bundled too, and no
// bundler copies files that are read at run time.

import { aesModule } from './aes.js';
import { coreModule } from './core.js';
import { hpkeModule } from './hpke.js';

coreModule.setSource(async () => (await import('./inline-modules.js')).coreBytes());
aesModule.setSource(async () => (await import('./inline-modules.js')).aesBytes());
hpkeModule().setSource(async () => (await import('./inline-hpke.js')).hpkeBytes());

export * from './index.js';
