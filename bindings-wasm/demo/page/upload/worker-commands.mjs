// What the upload worker is told and what it tells.
//
// Commands:
//   { command: 'start', key, user, file, path, space }
//   { command: 'pause' | 'resume' | 'cancel', key }
//   { command: 'network', online }
// Events, of which 'ready' is the first:
//   { event: 'ready' }
//   { event: 'progress' | 'done' | 'paused' | 'failed' | 'locked' | 'cancelled', key, ... }
import { Backend } from '../lib/backend.mjs';
import { networkIs } from '../lib/network.mjs';
import { UploadJob } from './job.mjs';

/** Serves the queue from now on. */
export function serveJobs(seal) {
  const jobs = new Map();
  const backends = new Map();
  const backendOf = (user) => {
    if (!backends.has(user)) backends.set(user, new Backend(user));
    return backends.get(user);
  };
  self.onmessage = ({ data: { command, key, user, online, ...details } }) => {
    if (command === 'network') return networkIs(online);
    const emit = (event, values = {}) => {
      if (event === 'done' || event === 'cancelled') jobs.delete(key);
      self.postMessage({ event, key, ...values });
    };
    if (command === 'start')
      jobs.set(key, new UploadJob({ backend: backendOf(user), ...details }, emit, seal));
    const job = jobs.get(key);
    if (command === 'start' || command === 'resume') job?.run();
    if (command === 'pause') job?.pause();
    if (command === 'cancel') job?.cancel();
  };
  // What is sent before this script has run through would be lost.
  self.postMessage({ event: 'ready' });
}
