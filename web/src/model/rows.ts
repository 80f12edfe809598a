import { tableFromIPC, Type } from "@uwdata/flechette";

import type { ColumnInfo } from "./protocol";

/** Some consecutive rows of a result, readable cell by cell. */
export interface Batch {
  readonly length: number;
  value(row: number, column: number): unknown;
}

// Without useBigInt an integer beyond 2^53 throws; without useDecimalInt a long decimal loses its last digits.
const EXTRACTION = { useBigInt: true, useDate: true, useDecimalInt: true } as const;

/** Reads one self-contained, uncompressed Arrow IPC stream. Cells are decoded when they are looked at. */
export function arrowBatch(stream: Uint8Array): Batch & { readonly columns: readonly ColumnInfo[] } {
  const table = tableFromIPC(stream, EXTRACTION);
  const scales = table.schema.fields.map(({ type }) => (type.typeId === Type.Decimal ? type.scale : 0));
  return {
    length: table.numRows,
    columns: table.names.map((name) => ({ name: String(name), type: "" })),
    value: (row, column) => unscaled(table.children[column]?.at(row), scales[column] ?? 0),
  };
}

/** A decimal as a number where that is exact enough to show, else as its digits; anything else as it is. */
function unscaled(value: unknown, scale: number): unknown {
  if (scale <= 0 || (typeof value !== "bigint" && typeof value !== "number")) return value;
  if (Number.isSafeInteger(Number(value))) return Number(value) / 10 ** scale;
  const digits = String(value < 0 ? -value : value).padStart(scale + 1, "0");
  return `${value < 0 ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Rows as the wire carries them in JSON: arrays in column order. */
export function jsonBatch(rows: readonly (readonly unknown[])[]): Batch {
  return { length: rows.length, value: (row, column) => rows[row]?.[column] };
}

/** All rows of a result, in batches as they came. Immutable: `append` returns a new one that shares the batches. */
export class Rows {
  static readonly none = new Rows([], [], 0);

  private constructor(
    private readonly batches: readonly Batch[],
    private readonly starts: readonly number[],
    readonly length: number,
  ) {}

  append(batch: Batch): Rows {
    if (batch.length === 0) return this;
    return new Rows([...this.batches, batch], [...this.starts, this.length], this.length + batch.length);
  }

  /** The cell's value; undefined where there is no such row. */
  value(row: number, column: number): unknown {
    const at = this.batchOf(row);
    return this.batches[at]?.value(row - (this.starts[at] ?? 0), column);
  }

  private batchOf(row: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
