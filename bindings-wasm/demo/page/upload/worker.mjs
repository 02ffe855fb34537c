// The upload worker: encryption and network, off the page's main thread.
import { serveJobs } from './worker-commands.mjs';

serveJobs();
