// The worker that SealwaxWorker starts by itself.

import { serveSealwax } from './worker/host.js';

serveSealwax();
