// What the upload worker is told and what it tells.
//
// Commands:  { command: 'start', key, file, path, space } and { command: 'pause' | 'resume' | 'cancel', key }
// Events:    { event: 'ready' }, then
//            { event: 'progress' | 'done' | 'paused' | 'failed' | 'cancelled', key, ... }
import { UploadJob } from './job.mjs';

/** Serves the queue from now on. */
export function serveJobs(seal) {
  const jobs = new Map();
  self.onmessage = ({ data: { command, key, ...details } }) => {
    const emit = (event, values = {}) => self.postMessage({ event, key, ...values });
    if (command === 'start') jobs.set(key, new UploadJob(details, emit, seal));
    const job = jobs.get(key);
    if (command === 'start' || command === 'resume') job?.run();
    if (command === 'pause') job?.pause();
    if (command === 'cancel') job?.cancel().finally(() => jobs.delete(key));
  };
  // What is sent before this script has run through would be lost.
  self.postMessage({ event: 'ready' });
}
