// All entry points in one, for CommonJS: two files of it would have two classes of errors.

export * as index from './node.js';
export * as kms from './kms.js';
export * as worker from './worker.js';
export * as workerHost from './worker-host.js';
