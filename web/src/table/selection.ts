/** A cell by its place in the order shown, and its column; both from 0. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** A rectangle of cells: where it was begun, and the cell that has the focus. */
export interface Selection {
  readonly anchor: Cell;
  readonly focus: Cell;
}

export interface Bounds {
  readonly rows: number;
  readonly columns: number;
  /** Rows that are in view at once: what Page Up and Page Down move by. */
  readonly page: number;
}

/** How the keys move, as (rows, columns); with Ctrl to the edge. */
const STEPS: Readonly<Record<string, (page: number) => readonly [number, number]>> = {
  ArrowUp: () => [-1, 0],
  ArrowDown: () => [1, 0],
  ArrowLeft: () => [0, -1],
  ArrowRight: () => [0, 1],
  PageUp: (page) => [-page, 0],
  PageDown: (page) => [page, 0],
  Home: () => [0, -Infinity],
  End: () => [0, Infinity],
};

export function at(cell: Cell): Selection {
  return { anchor: cell, focus: cell };
}

export function extended(selection: Selection | null, focus: Cell): Selection {
  return { anchor: selection?.anchor ?? focus, focus };
}

/** The focus after a key; null for a key that moves nothing. `toEdge`: Ctrl is held. */
export function moved(focus: Cell, key: string, toEdge: boolean, bounds: Bounds): Cell | null {
  const step = STEPS[key]?.(bounds.page);
  if (!step) return null;
  const [rows, columns] = step.map((by) => (toEdge && by !== 0 ? Math.sign(by) * Infinity : by)) as [number, number];
  const corner = toEdge && (key === "Home" || key === "End") ? columns : rows;
  return { row: clamped(focus.row + corner, bounds.rows), column: clamped(focus.column + columns, bounds.columns) };
}

export function contains(selection: Selection | null, { row, column }: Cell): boolean {
  if (!selection) return false;
  const { top, bottom, left, right } = edges(selection);
  return top <= row && row <= bottom && left <= column && column <= right;
}

/** The rectangle, all edges within it. */
export function edges({ anchor, focus }: Selection): { top: number; bottom: number; left: number; right: number } {
  return {
    top: Math.min(anchor.row, focus.row),
    bottom: Math.max(anchor.row, focus.row),
    left: Math.min(anchor.column, focus.column),
    right: Math.max(anchor.column, focus.column),
  };
}

function clamped(value: number, count: number): number {
  return Math.max(0, Math.min(count - 1, value));
}
