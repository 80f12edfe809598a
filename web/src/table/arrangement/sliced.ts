const SLICE_MS = 12;

/** Lets the page do what waits; a timer of zero would wait for 4 ms. */
function pause(): Promise<void> {
  return new Promise((resume) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resume();
    };
    port2.postMessage(null);
  });
}

/**
 * Runs a long calculation in slices that leave the page its frames. Resolves with its result, or with null once
 * `signal` is aborted.
 */
export async function sliced<T>(steps: Generator<void, T>, signal: AbortSignal): Promise<T | null> {
  while (!signal.aborted) {
    const until = performance.now() + SLICE_MS;
    do {
      const step = steps.next();
      if (step.done) return step.value;
    } while (performance.now() < until);
    await pause();
  }
  return null;
}
