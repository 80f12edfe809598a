import { type LogicalType, parseType } from "../../model/values/logical-types";
import type { Batch, Rows } from "../../model/values/rows";
import { isNumber, valueText } from "../../model/values/value-text";
import type { Column } from "deadstop-client";

const ROWS_BETWEEN_PAUSES = 2_000;
/** Of a column with more different values than this, looking one up costs more than reading it again. */
const MOST_REMEMBERED = 50_000;

/** What texts of these types can contain, in lower case: anything else need not be looked for in them. */
const IN_NUMBER = /^[-+.\de]*$/;
const IN_TIME = /^[-+:.() \dbc]*$/;
const IN_BOTH = "-infinity nan";
const TIME = /^(DATE|TIME|TIMESTAMP)/;

type CellTest = (batch: Batch, row: number) => boolean;

/** What is looked for, for what was typed: "1,234", as the table shows it, finds 1234. */
export function wantedText(filter: string): string {
  const text = filter.trim().toLowerCase();
  return /^-?\d{1,3}(,\d{3})+(\.\d*)?$/.test(text) ? text.replaceAll(",", "") : text;
}

/**
 * Numbers of the rows in which a cell contains `wanted`, whatever its case; ascending. A generator, because a million
 * rows take a while: the caller may pause between its steps.
 *
 * @param wanted from `wantedText`
 * @param among the rows to look at, ascending; null for all
 */
export function* matching(
  rows: Rows,
  columns: readonly Column[],
  wanted: string,
  among: Uint32Array | null,
): Generator<void, Uint32Array> {
  const tests = columns.flatMap((column, index) => testOf(index, parseType(column.type), wanted));
  const count = among?.length ?? rows.length;
  const rowAt = (place: number): number => among?.[place] ?? place;
  const found = new Uint32Array(count);
  let size = 0;
  for (let from = 0; from < count; ) {
    yield;
    const { batch, start, end } = rows.batchAround(rowAt(from));
    let to = from;
    while (to < count && to - from < ROWS_BETWEEN_PAUSES && rowAt(to) < end) to += 1;
    const hits = hitsOf(tests, batch, from, to, (place) => rowAt(place) - start);
    for (let place = from; place < to; place += 1) if (hits[place - from]) found[size++] = rowAt(place);
    from = to;
  }
  return found.subarray(0, size);
}

/** For each place whether one of the tests holds there. Column by column, which engines run fastest. */
function hitsOf(tests: readonly CellTest[], batch: Batch, from: number, to: number, rowOf: (place: number) => number): Uint8Array {
  const hits = new Uint8Array(to - from);
  for (const test of tests) {
    for (let place = from; place < to; place += 1) {
      if (!hits[place - from] && test(batch, rowOf(place))) hits[place - from] = 1;
    }
  }
  return hits;
}

/** None where no text of the type can contain what is wanted. */
function testOf(column: number, type: LogicalType, wanted: string): CellTest[] {
  if (isNumber(type) && !IN_NUMBER.test(wanted) && !IN_BOTH.includes(wanted)) return [];
  if (TIME.test(type.name) && !IN_TIME.test(wanted) && !IN_BOTH.includes(wanted)) return [];
  const known = new Map<unknown, boolean>();
  return [
    (batch, row) => {
      const cell = batch.cell(row, column);
      const key = keyOf(cell);
      let contains = known.get(key);
      if (contains !== undefined) return contains;
      contains = valueText(batch.wire(cell, column), type).toLowerCase().includes(wanted);
      if (known.size < MOST_REMEMBERED && typeof cell !== "object") known.set(key, contains);
      return contains;
    },
  ];
}

/** Where it is exact a number in place of a bigint, which a map finds several times as fast. A map takes -0 for 0. */
function keyOf(cell: unknown): unknown {
  if (typeof cell !== "bigint") return Object.is(cell, -0) ? "-0" : cell;
  const number = Number(cell);
  return Number.isSafeInteger(number) ? number : cell;
}
