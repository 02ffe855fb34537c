// The upload worker: encryption and network, off the page's thread.
import { serveJobs } from './serve.mjs';

serveJobs();
