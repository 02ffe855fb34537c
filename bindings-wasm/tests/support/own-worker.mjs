// A worker's script with a provider of its own. Workers have no import map: paths, not names.
import { LocalKey } from '../../dist/index.js';
import { serveSealwax } from '../../dist/worker-host.js';

serveSealwax({ providers: { mine: new LocalKey(new Uint8Array(32).fill(7), 'k') } });
