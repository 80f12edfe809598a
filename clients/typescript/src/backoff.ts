const FIRST_MS = 250;
const LAST_MS = 10_000;

/**
 * How long to wait before the next attempt to connect, in milliseconds: doubling from 0.25 s to 10 s, and spread by
 * a quarter, so that a restarted server is not met by all its pages at once.
 *
 * @param attempt how many attempts have failed in a row, from 1
 * @param random a number from 0 to 1
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(LAST_MS, FIRST_MS * 2 ** (attempt - 1));
  return Math.round(full * (0.75 + random / 4));
}
