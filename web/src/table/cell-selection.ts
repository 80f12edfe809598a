import type { ReactiveController, ReactiveControllerHost } from "lit";

import { at, type Bounds, type Cell, extended, moved, type Selection } from "./selection";

export interface SelectionHandlers {
  bounds(): Bounds;
  /** The first row in view: where the keys begin. */
  firstRow(): number;
  /** Brings a cell that has got the focus by a key into view. */
  reveal(cell: Cell): void;
  open(): void;
}

/** Selects cells of a table by mouse, touch and keyboard. The cells carry `data-row` and `data-column`. */
export class CellSelection implements ReactiveController {
  selected: Selection | null = null;
  private dragging = false;
  private readonly released = (): void => void (this.dragging = false);

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly handlers: SelectionHandlers,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener("pointerup", this.released);
  }

  hostDisconnected(): void {
    removeEventListener("pointerup", this.released);
  }

  select(selected: Selection | null): void {
    this.selected = selected;
    this.host.requestUpdate();
  }

  /** A finger scrolls; it selects by `clicked`. */
  pressed(event: PointerEvent): void {
    const cell = cellOf(event);
    if (!cell || event.button !== 0 || event.pointerType === "touch") return;
    this.dragging = true;
    this.select(event.shiftKey ? extended(this.selected, cell) : at(cell));
  }

  draggedOver(event: PointerEvent): void {
    const cell = this.dragging ? cellOf(event) : null;
    if (cell) this.select(extended(this.selected, cell));
  }

  clicked(event: PointerEvent): void {
    const cell = event.pointerType === "touch" ? cellOf(event) : null;
    if (cell) this.select(at(cell));
  }

  keyPressed(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.selected) this.select(null);
    else if ((event.key === "Enter" || event.key === " ") && this.selected) this.handlers.open();
    else if (!this.move(event)) return;
    event.preventDefault();
  }

  private move(event: KeyboardEvent): boolean {
    const bounds = this.handlers.bounds();
    if (bounds.rows === 0 || event.altKey) return false;
    const from = this.selected?.focus ?? { row: this.handlers.firstRow() - 1, column: 0 };
    const to = moved(from, event.key, event.ctrlKey || event.metaKey, bounds);
    if (!to) return false;
    this.select(event.shiftKey ? extended(this.selected, to) : at(to));
    this.handlers.reveal(to);
    return true;
  }
}

function cellOf(event: Event): Cell | null {
  const { row, column } = (event.target as Element).closest<HTMLElement>("[data-row]")?.dataset ?? {};
  return row === undefined ? null : { row: Number(row), column: Number(column) };
}
