import { tableFromIPC } from "@uwdata/flechette";

import { EXTRACTION, type Wire, wireValue } from "./wire-values";
import type { Column } from "deadstop-client";

/** What a column is sorted by; null where there is nothing to go by. */
export type Key = number | bigint | string | null;

/** Some consecutive rows of a result, readable cell by cell. */
export interface Batch {
  readonly length: number;
  /** The cell as it is kept: equal cells of a column are equal values, unless they are objects. */
  cell(row: number, column: number): unknown;
  /** A cell of this column as it stands in the rows of the wire in JSON. */
  wire(cell: unknown, column: number): Wire;
}

/** Reads one self-contained, uncompressed Arrow IPC stream. Cells are decoded when they are looked at. */
export function arrowBatch(stream: Uint8Array): Batch & { readonly columns: readonly Column[] } {
  const table = tableFromIPC(stream, EXTRACTION);
  const types = table.schema.fields.map(({ type }) => type);
  return {
    length: table.numRows,
    columns: table.names.map((name) => ({ name: String(name), type: "" })),
    cell: (row, column) => table.children[column]?.at(row),
    wire: (cell, column) => wireValue(cell, types[column]!),
  };
}

/** Rows as the wire carries them in JSON: arrays in column order. */
export function jsonBatch(rows: readonly (readonly unknown[])[]): Batch {
  return { length: rows.length, cell: (row, column) => rows[row]?.[column] ?? null, wire: (cell) => cell as Wire };
}

/** Of a cell as it came: numbers, among them the counts of dates and decimals, by their size, all else as text. */
function keyOf(cell: unknown): Key {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return null;
  if (typeof cell === "number" || typeof cell === "bigint" || typeof cell === "string") return cell;
  return typeof cell === "boolean" ? Number(cell) : String(cell);
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

  /** The cell as it stands in the rows of the wire; undefined where there is no such row. */
  value(row: number, column: number): Wire | undefined {
    if (row >= this.length) return undefined;
    const { batch, start } = this.batchAround(row);
    return batch.wire(batch.cell(row - start, column), column);
  }

  /** What the cell is sorted by. */
  key(row: number, column: number): Key {
    const { batch, start } = this.batchAround(row);
    return keyOf(batch.cell(row - start, column));
  }

  /** The batch that holds a row that there is, the number of its first row, and of the one after its last. */
  batchAround(row: number): { readonly batch: Batch; readonly start: number; readonly end: number } {
    const at = this.batchOf(row);
    const [batch, start] = [this.batches[at]!, this.starts[at]!];
    return { batch, start, end: start + batch.length };
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
