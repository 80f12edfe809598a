import { tableFromIPC } from "@uwdata/flechette";

import type { ColumnInfo } from "../protocol";

/** Some consecutive rows of a result, readable cell by cell. */
export interface Batch {
  readonly length: number;
  value(row: number, column: number): unknown;
}

// Without useBigInt an integer beyond 2^53 throws.
const EXTRACTION = { useBigInt: true, useDate: true } as const;

/** Reads one self-contained, uncompressed Arrow IPC stream. Cells are decoded when they are looked at. */
export function arrowBatch(stream: Uint8Array): Batch & { readonly columns: readonly ColumnInfo[] } {
  const table = tableFromIPC(stream, EXTRACTION);
  return {
    length: table.numRows,
    columns: table.names.map((name) => ({ name: String(name), type: "" })),
    value: (row, column) => table.children[column]?.at(row),
  };
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
