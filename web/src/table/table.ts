import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { PageElement } from "../elements/page-element";
import { counted } from "../model/format";
import type { Wire } from "../model/values/wire-values";
import type { ColumnInfo } from "../model/wire/protocol";
import { SortAndFilter } from "./sort-and-filter";
import { formatCell, isNumeric } from "../model/values/cell-text";
import { asTsv, copyLabel, markedRows } from "./clipboard";
import { Rows } from "../model/values/rows";
import { contentHeightPx, ROW_HEIGHT_PX, type Window, windowOf } from "./viewport";
import { columnTemplate } from "./widths";

const SHOWN_ROWS = 10;
const FORMATS = { csv: "CSV", parquet: "Parquet", json: "JSON" } as const;
const LONG_TEXT = 24;

/** A result of any length. Only the rows in view are in the page. */
@customElement("ds-table")
export class ResultTable extends PageElement {
  @property({ attribute: false }) columns: readonly ColumnInfo[] = [];
  @property({ attribute: false }) rows = Rows.none;
  /** True while rows may still come: what is sorted and filtered is brought up to date as they do. */
  @property({ attribute: false }) live = false;
  @property({ attribute: false }) truncated = false;
  /** The job to download the whole result from; empty where that is not possible. */
  @property({ attribute: false }) jobId = "";
  @state() private scrollTopPx = 0;
  @query(".scroller") private readonly scroller!: HTMLElement;
  private readonly arranging = new SortAndFilter(this);
  private template = "";
  private numeric: readonly boolean[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("rows")) this.arranging.grown(this.rows, this.columns);
    const first = changed.get("rows")?.length === 0 || this.template === "";
    if (!changed.has("columns") && !first) return;
    this.numeric = this.columns.map((column, index) => isNumeric(column, this.rows.value(0, index)));
    this.template = columnTemplate(this.columns, this.rows);
  }

  protected override render(): TemplateResult {
    return html`<figure class="table" data-testid="table" data-rows=${this.rows.length}>
      <figcaption>${this.caption()}</figcaption>
      <div
        class="scroller"
        role="table"
        aria-rowcount=${this.total + 1}
        aria-colcount=${this.columns.length}
        aria-label="Result"
        aria-busy=${this.live || this.arranging.busy}
        tabindex="0"
        @scroll=${this.scrolled}
        @copy=${this.copied}
      >
        <div class="head" role="row" aria-rowindex="1">
          ${this.columns.map((column, index) => this.head(column, index))}
        </div>
        <div class="content" role="rowgroup"><div class="window" role="presentation">${this.visibleRows()}</div></div>
      </div>
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
      <span class="gap"></span>
      ${this.rows.length > SHOWN_ROWS ? this.filterField() : nothing}
      ${this.rows.length > 0
        ? html`<ds-copy .text=${() => this.everything()} label=${copyLabel(this.total)}></ds-copy>`
        : nothing}
      ${this.jobId && !this.live ? this.downloads() : nothing}
    `;
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
          html`<a href="/api/jobs/${this.jobId}/result.${format}" download data-testid="download-${format}">${name}</a>`,
      )}
    </span>`;
  }

  private head(column: ColumnInfo, index: number): TemplateResult {
    const { column: sorted, descending } = this.arranging.wanted;
    const direction = sorted !== index ? "none" : descending ? "descending" : "ascending";
    return html`<div role="columnheader" aria-sort=${direction} class=${this.numeric[index] ? "number" : ""}>
      <button
        title="Sort by ${column.name}"
        @click=${() => this.arranging.sortBy(index, this.rows, this.columns)}
        data-testid="sort"
      >
        <span>${column.name}</span>
      </button>
      ${column.type ? html`<span class="type" title=${column.type} data-testid="type">${column.type.toLowerCase()}</span>` : nothing}
    </div>`;
  }

  private visibleRows(): TemplateResult[] {
    const { first, end } = this.view();
    return Array.from({ length: end - first }, (_, index) => this.row(first + index));
  }

  private row(place: number): TemplateResult {
    const row = this.arranging.order?.[place] ?? place;
    return html`<div role="row" aria-rowindex=${place + 2} data-testid="row">
      ${this.columns.map((column, index) => this.cell(this.rows.value(row, index), column, this.numeric[index]))}
    </div>`;
  }

  private cell(value: Wire | undefined, column: ColumnInfo, numeric: boolean | undefined): TemplateResult {
    const text = formatCell(value, column);
    return html`<div role="cell" class=${numeric ? "number" : ""} title=${text.length > LONG_TEXT ? text : nothing}>
      ${value === null ? html`<span class="null">null</span>` : text}
    </div>`;
  }

  private view(): Window {
    return windowOf(this.scrollTopPx, SHOWN_ROWS * ROW_HEIGHT_PX, this.total);
  }

  /** Sizes go through the style object: the Content-Security-Policy allows no style attributes. */
  protected override updated(): void {
    const visible = this.scroller.querySelector<HTMLElement>(".window");
    this.scroller.style.setProperty("--columns", this.template);
    this.scroller.style.setProperty("--content-height", `${contentHeightPx(this.total)}px`);
    visible?.style.setProperty("transform", `translateY(${this.view().offsetPx}px)`);
  }

  /** The rows as they stand, from the first on. */
  private everything(): Promise<string> {
    return asTsv(this.rows, this.columns, this.arranging.order);
  }

  /** What is marked is copied as rows and columns; the browser alone would put each cell on a line of its own. */
  private copied(event: ClipboardEvent): void {
    const marked = markedRows(this.scroller);
    if (marked.length === 0) return;
    event.preventDefault();
    event.clipboardData?.setData("text/plain", marked.join("\n"));
  }

  private scrolled(): void {
    this.scrollTopPx = this.scroller.scrollTop;
  }
}
