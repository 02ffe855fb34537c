// Work in WebAssembly holds the thread; now and then it must let others have it.

/** Longest hold, in milliseconds: half a frame, and more where there are no frames to keep. */
const HOLD = 'WorkerGlobalScope' in globalThis ? 32 : 8;

let since = 0;

/** Returns at once, or lets every waiting event go first when the thread was held for long. */
export async function yieldToEventLoop(): Promise<void> {
  const now = performance.now();
  if (now - since < HOLD) return;
  await nextTask();
  since = performance.now();
}

declare const setImmediate: ((callback: () => void) => void) | undefined;

/** By `setTimeout` only where there is nothing else: browsers wait four milliseconds with it. */
function nextTask(): Promise<void> {
  // Next's edge runtime has the others in name, and refuses the call.
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
