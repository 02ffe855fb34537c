// Work in WebAssembly blocks the thread. It must yield to the event loop now and then.

/** Longest time between yields, in milliseconds: half a frame on pages, more in workers. */
const HOLD = 'WorkerGlobalScope' in globalThis ? 32 : 8;

let since = 0;

/** Lets pending events run if the thread was blocked for long; returns at once otherwise. */
export async function yieldToEventLoop(): Promise<void> {
  const now = performance.now();
  if (now - since < HOLD) return;
  await nextTask();
  since = performance.now();
}

declare const setImmediate: ((callback: () => void) => void) | undefined;

/** Uses `setTimeout` as a last resort: browsers delay it by four milliseconds. */
function nextTask(): Promise<void> {
  // Next's edge runtime has stubs of the others that throw.
  if ('EdgeRuntime' in globalThis) return new Promise((resolve) => setTimeout(resolve));
  if (typeof setImmediate === 'function') return new Promise(setImmediate);
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
