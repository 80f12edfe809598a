import type { Key, Rows } from "../../model/values/rows";

/** How a table is to be shown. */
export interface Arrangement {
  /** Column to sort by; null leaves the result's own order. */
  readonly column: number | null;
  readonly descending: boolean;
  /** Only rows in which a cell contains this text, whatever its case; empty shows all. */
  readonly filter: string;
}

export const AS_IT_CAME: Arrangement = { column: null, descending: false, filter: "" };

const ROWS_BETWEEN_PAUSES = 2_000;
const RUN = 2_048;

type Comparison = (oneRow: number, otherRow: number) => number;

/**
 * The rows of `shown` in the order of the cells of `column`. A generator, because a million rows take a second: the
 * caller may pause between its steps and may give up.
 */
export function* ordered(
  rows: Rows,
  column: number,
  descending: boolean,
  shown: Uint32Array,
): Generator<void, Uint32Array> {
  const keys = yield* keysOf(rows, column);
  const direction = descending ? -1 : 1;
  return yield* sorted(shown.slice(), (one, other) => compare(keys[one], keys[other], direction) || one - other);
}

function* keysOf(rows: Rows, column: number): Generator<void, Key[]> {
  const keys: Key[] = [];
  for (let row = 0; row < rows.length; row += 1) {
    if (row % ROWS_BETWEEN_PAUSES === 0) yield;
    keys.push(rows.key(row, column));
  }
  return keys;
}

/** What has no value stands last in both directions. */
function compare(one: Key | undefined, other: Key | undefined, direction: number): number {
  if (one === other) return 0;
  if (one === null || one === undefined) return 1;
  if (other === null || other === undefined) return -1;
  return one < other ? -direction : direction;
}

/** Merge sort over runs that the built-in sort makes: that one alone could not pause. */
function* sorted(order: Uint32Array, compared: Comparison): Generator<void, Uint32Array> {
  for (let start = 0; start < order.length; start += RUN) {
    order.subarray(start, start + RUN).sort(compared);
    yield;
  }
  let from = order;
  let to: Uint32Array = new Uint32Array(order.length);
  for (let width = RUN; width < order.length; width *= 2) {
    for (let start = 0; start < order.length; start += 2 * width) yield* merge(from, to, start, width, compared);
    [from, to] = [to, from];
  }
  return from;
}

/** Two runs of `width` rows that stand in `from` after each other become one in `to`. */
function* merge(
  from: Uint32Array,
  to: Uint32Array,
  start: number,
  width: number,
  compared: Comparison,
): Generator<void, void> {
  const middle = Math.min(start + width, from.length);
  const end = Math.min(start + 2 * width, from.length);
  let left = start;
  let right = middle;
  for (let at = start; at < end; at += 1) {
    if (at % ROWS_BETWEEN_PAUSES === 0) yield;
    const takeLeft = left < middle && (right >= end || compared(from[left]!, from[right]!) <= 0);
    to[at] = takeLeft ? from[left++]! : from[right++]!;
  }
}
