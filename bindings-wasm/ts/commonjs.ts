// All entry points in one file, for CommonJS: two files would have two error classes.

export * as index from './node.js';
export * as kms from './kms.js';
export * as worker from './worker.js';
export * as workerHost from './worker-host.js';
