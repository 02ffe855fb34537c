// For pages that cannot serve a .wasm file: the modules are in this one, as text.

import { aesModule } from './aes.js';
import { coreModule } from './core.js';
import { aesBytes, coreBytes } from './inline-modules.js';

coreModule.setSource(coreBytes);
aesModule.setSource(aesBytes);

export * from './index.js';
