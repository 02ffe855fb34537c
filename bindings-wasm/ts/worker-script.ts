// The default script of SealwaxWorker.

import { serveSealwax } from './worker/host.js';

serveSealwax();
