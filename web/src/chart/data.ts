import type { Column } from "deadstop-client";
import { isNumeric } from "../model/values/cell-text";
import type { Rows } from "../model/values/rows";

/** A drawing of more points than this says nothing more, and takes seconds. */
export const MOST_POINTS = 5000;

/** The specification with the result's rows as its data, unless it brings values of its own. */
export function withRows(spec: object, columns: readonly Column[], rows: Rows): object {
  const { data } = spec as { data?: { values?: unknown } };
  if (data?.values) return spec;
  return { ...spec, data: { values: valuesOf(columns, rows) } };
}

function valuesOf(columns: readonly Column[], rows: Rows): object[] {
  const count = Math.min(MOST_POINTS, rows.length);
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(columns.map((column, index) => [column.name, plain(rows.value(row, index), isNumeric(column, null))])),
  );
}

/** Numbers that the wire carries as texts, because they have more digits than JavaScript keeps, are drawn none the less. */
function plain(value: unknown, numeric: boolean): unknown {
  return numeric && typeof value === "string" ? Number(value) : value;
}
