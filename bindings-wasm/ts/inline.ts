// sealwax/inline: for pages that cannot serve a .wasm file. The script contains the modules as
// text.

import { aesModule } from './aes.js';
import { coreModule } from './core.js';
import { hpkeModule } from './hpke.js';
import { aesBytes, coreBytes } from './inline-modules.js';

coreModule.setSource(coreBytes);
aesModule.setSource(aesBytes);
hpkeModule().setSource(async () => (await import('./inline-hpke.js')).hpkeBytes());

export * from './index.js';
