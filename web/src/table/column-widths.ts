import type { ReactiveController, ReactiveControllerHost } from "lit";

import type { Column } from "deadstop-client";
import { formatCell } from "../model/values/cell-text";
import type { Rows } from "../model/values/rows";

const SAMPLED_ROWS = 40;
const NARROWEST_CH = 6;
/** Where there is no room for more, and where there is. */
const WIDEST_CH = 44;
const WIDEST_WITH_ROOM_CH = 160;
const NARROWEST_PX = 40;
const STEP_PX = 24;
const PADDING_CH = 4;
const SORT_MARK_CH = 2;
/** Types are written smaller, and long ones are cut. */
const TYPE_SIZE = 0.9;
const WIDEST_TYPE_CH = 14;

/** Widths of a table's columns: as their contents need, or as the reader has made them. */
export class ColumnWidths implements ReactiveController {
  private tracks: readonly string[] = [];
  private readonly resizedPx = new Map<number, number>();

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {}

  get measured(): boolean {
    return this.tracks.length > 0;
  }

  measure(columns: readonly Column[], rows: Rows): void {
    this.tracks = columnTracks(columns, rows);
  }

  /** For `grid-template-columns`. */
  get template(): string {
    return this.tracks.map((track, index) => (this.resizedPx.has(index) ? `${this.resizedPx.get(index)}px` : track)).join(" ");
  }

  /** Null gives the column back the width that its content has. */
  resize(column: number, widthPx: number | null): void {
    if (widthPx === null) this.resizedPx.delete(column);
    else this.resizedPx.set(column, Math.max(NARROWEST_PX, Math.round(widthPx)));
    this.host.requestUpdate();
  }

  /** Shift with an arrow, on the column's head. */
  keyPressed(event: KeyboardEvent, column: number): void {
    const by = { ArrowLeft: -STEP_PX, ArrowRight: STEP_PX }[event.key];
    if (!by || !event.shiftKey) return;
    event.preventDefault();
    this.resize(column, widthOf(event.currentTarget as Element) + by);
  }

  /** The edge of the column's head follows the pointer until that is released. */
  grabbed(event: PointerEvent, column: number): void {
    event.preventDefault();
    const edge = event.currentTarget as HTMLElement;
    const [fromPx, widthPx] = [event.clientX, widthOf(edge)];
    edge.setPointerCapture(event.pointerId);
    edge.onpointermove = ({ clientX }) => this.resize(column, widthPx + clientX - fromPx);
    edge.onlostpointercapture = () => (edge.onpointermove = null);
  }
}

/** Of the column to whose head the element belongs, in pixels. */
function widthOf(part: Element): number {
  return part.closest("[role=columnheader]")?.getBoundingClientRect().width ?? 0;
}

/** A track for each column, from its name and the first rows; it grows where there is room. */
function columnTracks(columns: readonly Column[], rows: Rows): readonly string[] {
  return columns.map((column, index) => {
    const width = widthCh(column, index, rows);
    return `minmax(${Math.min(WIDEST_CH, width)}ch, ${width}ch)`;
  });
}

function widthCh(column: Column, index: number, rows: Rows): number {
  const type = Math.min(WIDEST_TYPE_CH, column.type.length * TYPE_SIZE);
  let longest = Math.max(column.name.length + SORT_MARK_CH, type);
  for (let row = 0; row < Math.min(SAMPLED_ROWS, rows.length); row += 1) {
    longest = Math.max(longest, formatCell(rows.value(row, index), column).length);
  }
  return Math.min(WIDEST_WITH_ROOM_CH, Math.max(NARROWEST_CH, longest) + PADDING_CH);
}
