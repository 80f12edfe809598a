import { parseType } from "../model/values/logical-types";
import { valueText } from "../model/values/value-text";
import type { Column } from "deadstop-client";
import type { Rows } from "../model/values/rows";
import { edges, type Selection } from "./selection";
import { sliced } from "./arrangement/sliced";

/** Of cells that are selected; more would hold up the page. */
export const MOST_SELECTED = 10_000;
/** The clipboard is for some rows; the downloads have all of them. */
export const MOST_COPIED = 100_000;

const ROWS_BETWEEN_PAUSES = 1_000;

export function copyLabel(count: number): string {
  return count > MOST_COPIED ? `Copy the first ${MOST_COPIED.toLocaleString("en-US")} rows` : "Copy the rows";
}

/**
 * The rows with a head line as spreadsheets take them from the clipboard: cells parted by tabs, numbers without
 * separators. At most the first `MOST_COPIED`.
 *
 * @param order numbers of the rows in the order wanted; null for the order in which they came
 */
export async function asTsv(rows: Rows, columns: readonly Column[], order: Uint32Array | null): Promise<string> {
  return (await sliced(lines(rows, columns, order), new AbortController().signal)) ?? "";
}

function* lines(rows: Rows, columns: readonly Column[], order: Uint32Array | null): Generator<void, string> {
  const made = [columns.map((column) => guarded(column.name)).join("\t")];
  const count = Math.min(MOST_COPIED, order?.length ?? rows.length);
  for (let place = 0; place < count; place += 1) {
    if (place % ROWS_BETWEEN_PAUSES === 0) yield;
    const row = order?.[place] ?? place;
    made.push(columns.map((column, index) => guarded(valueText(rows.value(row, index) ?? null, parseType(column.type)))).join("\t"));
  }
  return made.join("\n");
}

/** A tab or a line's end inside a cell would begin another one. */
function guarded(text: string): string {
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The cells of a rectangle without a head line, at most of its first `MOST_SELECTED` rows; of one cell alone its text
 * as it is.
 */
export function selectedAsTsv(rows: Rows, columns: readonly Column[], order: Uint32Array | null, selection: Selection): string {
  const { top, bottom, left, right } = edges(selection);
  const text = (place: number, index: number): string =>
    valueText(rows.value(order?.[place] ?? place, index) ?? null, parseType(columns[index]?.type ?? ""));
  if (top === bottom && left === right) return text(top, left);
  const places = range(top, Math.min(bottom, top + MOST_SELECTED - 1));
  return places.map((place) => range(left, right).map((index) => guarded(text(place, index))).join("\t")).join("\n");
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
