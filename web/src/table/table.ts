import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { PageElement } from "../elements/page-element";
import { counted } from "../model/format";
import { valueText } from "../model/values/value-text";
import type { Wire } from "../model/values/wire-values";
import type { Column } from "deadstop-client";
import { SortAndFilter } from "./arrangement/sort-and-filter";
import { formatCell, isNumeric } from "../model/values/cell-text";
import { parseType } from "../model/values/logical-types";
import { CellSelection } from "./cell-selection";
import "./cell-dialog";
import type { CellDialog } from "./cell-dialog";
import { ColumnWidths } from "./column-widths";
import { asTsv, copyLabel, selectedAsTsv } from "./clipboard";
import { Rows } from "../model/values/rows";
import { type Cell, contains, edges } from "./selection";
import { contentHeightPx, ROW_HEIGHT_PX, scrollTopFor, type Window, windowOf } from "./viewport";

const SHOWN_ROWS = 10;
// A CSV file ends up in a spreadsheet, which must not take a value for a formula.
const FORMATS = { "csv?safe=1": "CSV", parquet: "Parquet", json: "JSON" } as const;
const LONG_TEXT = 24;
let tables = 0;

/** A result of any length. Only the rows in view are in the page. */
@customElement("ds-table")
export class ResultTable extends PageElement {
  @property({ attribute: false }) columns: readonly Column[] = [];
  @property({ attribute: false }) rows = Rows.none;
  /** True while rows may still come: what is sorted and filtered is brought up to date as they do. */
  @property({ attribute: false }) live = false;
  @property({ attribute: false }) truncated = false;
  /** The job to download the whole result from; empty where that is not possible. */
  @property({ attribute: false }) jobId = "";
  @state() private scrollTopPx = 0;
  @query(".scroller") private readonly scroller!: HTMLElement;
  private readonly arranging = new SortAndFilter(this);
  private readonly selection = new CellSelection(this, {
    bounds: () => ({ rows: this.total, columns: this.columns.length, page: SHOWN_ROWS }),
    firstRow: () => Math.ceil(this.scrollTopPx / ROW_HEIGHT_PX),
    reveal: (cell) => void this.reveal(cell),
    open: () => this.openCell(),
  });
  @query("ds-cell-dialog") private readonly dialog!: CellDialog;
  private readonly widths = new ColumnWidths(this);
  private readonly focusId = `cell-${++tables}`;
  private numeric: readonly boolean[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("rows")) this.arranging.grown(this.rows, this.columns);
    const first = changed.get("rows")?.length === 0 || !this.widths.measured;
    if (!changed.has("columns") && !first) return;
    this.numeric = this.columns.map((column, index) => isNumeric(column, this.rows.value(0, index)));
    this.widths.measure(this.columns, this.rows);
  }

  protected override render(): TemplateResult {
    return html`<figure class="table" data-testid="table" data-rows=${this.rows.length}>
      <figcaption>${this.caption()}</figcaption>
      <div
        class="scroller"
        role="grid"
        aria-multiselectable="true"
        aria-readonly="true"
        aria-rowcount=${this.total + 1}
        aria-colcount=${this.columns.length}
        aria-label="Result"
        aria-busy=${this.live || this.arranging.busy}
        tabindex="0"
        @scroll=${this.scrolled}
        @copy=${this.copied}
        @keydown=${(event: KeyboardEvent) => event.target === this.scroller && this.selection.keyPressed(event)}
        @pointerdown=${(event: PointerEvent) => this.selection.pressed(event)}
        @pointerover=${(event: PointerEvent) => this.selection.draggedOver(event)}
        @click=${(event: PointerEvent) => this.selection.clicked(event)}
        @dblclick=${this.openCell}
      >
        <div class="head" role="row" aria-rowindex="1">
          ${this.columns.map((column, index) => this.head(column, index))}
        </div>
        <div class="content" role="rowgroup"><div class="window" role="presentation">${this.visibleRows()}</div></div>
      </div>
      <ds-cell-dialog></ds-cell-dialog>
    </figure>`;
  }

  private get total(): number {
    return this.arranging.order?.length ?? this.rows.length;
  }

  private caption(): TemplateResult {
    const all = counted(this.rows.length, "row");
    const count = this.arranging.wanted.filter.trim() ? `${this.total.toLocaleString("en-US")} of ${all}` : all;
    return html`
      <span data-testid="row-count" role="status">${count}${this.live ? " so far" : ""}${this.live || this.arranging.busy ? "…" : ""}</span>
      <span class="wide" data-testid="column-count">${counted(this.columns.length, "column")}</span>
      ${this.truncated ? html`<span data-testid="truncated">the first of more</span>` : nothing}
      ${this.selectionTools()}
      <span class="gap"></span>
      ${this.rows.length > SHOWN_ROWS ? this.filterField() : nothing}
      ${this.rows.length > 0
        ? html`<ds-copy .text=${() => this.everything()} label=${copyLabel(this.total)}></ds-copy>`
        : nothing}
      ${this.jobId && !this.live ? this.downloads() : nothing}
    `;
  }

  private selectionTools(): TemplateResult | typeof nothing {
    const { selected } = this.selection;
    if (!selected) return nothing;
    const { top, bottom, left, right } = edges(selected);
    const [rows, columns] = [bottom - top + 1, right - left + 1];
    return html`<span role="status" data-testid="selected">${rows * columns === 1 ? `row ${top + 1}` : `${rows} × ${columns} selected`}</span>
      <button class="quiet small" @click=${this.openCell} title="Show the cell's whole text (Enter)" data-testid="open-cell">Open cell</button>`;
  }

  private filterField(): TemplateResult {
    const typed = (event: InputEvent) =>
      this.arranging.filter((event.target as HTMLInputElement).value, this.rows, this.columns);
    return html`<input type="search" placeholder="Filter rows" aria-label="Filter rows" @input=${typed}
      data-testid="filter" />`;
  }

  private downloads(): TemplateResult {
    return html`<span class="downloads" role="group" aria-label="Download">
      ${Object.entries(FORMATS).map(
        ([format, name]) =>
          html`<a href="/api/jobs/${this.jobId}/result.${format}" download data-testid="download-${name.toLowerCase()}">${name}</a>`,
      )}
    </span>`;
  }

  private head(column: Column, index: number): TemplateResult {
    const { column: sorted, descending } = this.arranging.wanted;
    const direction = sorted !== index ? "none" : descending ? "descending" : "ascending";
    return html`<div role="columnheader" aria-sort=${direction} class=${this.numeric[index] ? "number" : ""}>
      <button
        title="Sort by ${column.name}; Shift ← → changes the width"
        @click=${() => this.sort(index)}
        @keydown=${(event: KeyboardEvent) => this.widths.keyPressed(event, index)}
        data-testid="sort"
      >
        <span>${column.name}</span>
      </button>
      ${column.type ? html`<span class="type" title=${column.type} data-testid="type">${column.type.toLowerCase()}</span>` : nothing}
      <span class="edge" @pointerdown=${(event: PointerEvent) => this.widths.grabbed(event, index)} @dblclick=${() => this.widths.resize(index, null)} data-testid="column-edge"></span>
    </div>`;
  }

  private visibleRows(): TemplateResult[] {
    const { first, end } = this.view();
    return Array.from({ length: end - first }, (_, index) => this.row(first + index));
  }

  private row(place: number): TemplateResult {
    const row = this.arranging.order?.[place] ?? place;
    return html`<div role="row" aria-rowindex=${place + 2} data-testid="row">
      ${this.columns.map((column, index) => this.cell(this.rows.value(row, index), column, { row: place, column: index }))}
    </div>`;
  }

  private cell(value: Wire | undefined, column: Column, place: Cell): TemplateResult {
    const text = formatCell(value, column);
    const selected = contains(this.selection.selected, place);
    const { focus } = this.selection.selected ?? {};
    const focused = focus?.row === place.row && focus.column === place.column;
    return html`<div
      role="gridcell"
      id=${focused ? this.focusId : nothing}
      class="${this.numeric[place.column] ? "number" : ""} ${selected ? "selected" : ""} ${focused ? "focused" : ""}"
      aria-selected=${selected ? "true" : nothing}
      data-row=${place.row}
      data-column=${place.column}
      title=${text.length > LONG_TEXT ? text : nothing}
    >
      ${value === null ? html`<span class="null">null</span>` : text}
    </div>`;
  }

  private view(): Window {
    return windowOf(this.scrollTopPx, SHOWN_ROWS * ROW_HEIGHT_PX, this.total);
  }

  /** Sizes go through the style object: the Content-Security-Policy allows no style attributes. */
  protected override updated(): void {
    const visible = this.scroller.querySelector<HTMLElement>(".window");
    this.scroller.style.setProperty("--columns", this.widths.template);
    if (this.selection.selected) this.scroller.setAttribute("aria-activedescendant", this.focusId);
    else this.scroller.removeAttribute("aria-activedescendant");
    this.scroller.style.setProperty("--content-height", `${contentHeightPx(this.total)}px`);
    visible?.style.setProperty("transform", `translateY(${this.view().offsetPx}px)`);
  }

  /** The rows as they stand, from the first on. */
  private everything(): Promise<string> {
    return asTsv(this.rows, this.columns, this.arranging.order);
  }

  private copied(event: ClipboardEvent): void {
    const { selected } = this.selection;
    if (!selected) return;
    event.preventDefault();
    event.clipboardData?.setData("text/plain", selectedAsTsv(this.rows, this.columns, this.arranging.order, selected));
  }

  /** Another order puts other cells into the places that were selected. */
  private sort(column: number): void {
    this.selection.select(null);
    this.arranging.sortBy(column, this.rows, this.columns);
  }

  private openCell(): void {
    const { focus } = this.selection.selected ?? {};
    const column = focus && this.columns[focus.column];
    if (!column) return;
    const value = this.rows.value(this.arranging.order?.[focus.row] ?? focus.row, focus.column) ?? null;
    void this.dialog.show(column, value === null ? null : valueText(value, parseType(column.type)));
  }

  private async reveal({ row, column }: Cell): Promise<void> {
    const visiblePx = SHOWN_ROWS * ROW_HEIGHT_PX;
    this.scroller.scrollTop = scrollTopFor(row, this.scroller.scrollTop, visiblePx, this.total);
    this.scrollTopPx = this.scroller.scrollTop;
    await this.updateComplete;
    const cell = this.scroller.querySelector(`[data-row="${row}"][data-column="${column}"]`);
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  private scrolled(): void {
    this.scrollTopPx = this.scroller.scrollTop;
  }
}
