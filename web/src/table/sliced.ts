const SLICE_MS = 12;

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
    await new Promise((resume) => setTimeout(resume));
  }
  return null;
}
