// Node, Deno and Bun: the modules come as text, at the first use. Servers are bundled, too, and no bundler takes a
// file along that is read at run time.

import { aesModule } from './aes.js';
import { coreModule } from './core.js';

coreModule.setSource(async () => (await import('./inline-modules.js')).coreBytes());
aesModule.setSource(async () => (await import('./inline-modules.js')).aesBytes());

export * from './index.js';
