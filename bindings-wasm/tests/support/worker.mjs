// A worker for the suite: a real one in browsers; in Node, which has none, the same code behind a
// port.
import { SealwaxWorker } from 'sealwax/worker';
import { isNode, key } from './suite.mjs';

/** `own`: one whose script brings the provider "mine". */
export async function newWorker({ own = false, ...options } = {}) {
  if (!isNode)
    return new SealwaxWorker(
      own ? { worker: new Worker('/tests/support/own-worker.mjs', { type: 'module' }) } : options,
    );
  const { serveSealwax } = await import('sealwax/worker-host');
  const { port1, port2 } = new MessageChannel();
  serveSealwax({ endpoint: port2, ...(own && { providers: { mine: key() } }) });
  return new SealwaxWorker({ worker: port1, ...options });
}
