// The upload worker: encryption and network, off the page's thread.
import { serveJobs } from './worker-commands.mjs';

serveJobs();
