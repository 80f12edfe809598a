import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { PageElement } from "../components/page-element";
import { counted } from "../format";
import type { ColumnInfo } from "../protocol";
import { formatCell, isNumeric } from "./format";
import { Rows } from "./rows";
import { contentHeightPx, ROW_HEIGHT_PX, windowOf } from "./viewport";
import { columnTemplate } from "./widths";

const SHOWN_ROWS = 10;
const FORMATS = ["csv", "parquet", "json"] as const;

/** A result of any length. Only the rows in view are in the page. */
@customElement("ds-table")
export class ResultTable extends PageElement {
  @property({ attribute: false }) columns: readonly ColumnInfo[] = [];
  @property({ attribute: false }) rows = Rows.none;
  @property({ attribute: false }) live = false;
  @property({ attribute: false }) truncated = false;
  /** With it the whole result can be downloaded; empty where it cannot. */
  @property({ attribute: false }) jobId = "";
  @state() private scrollTopPx = 0;
  @query(".scroller") private readonly scroller!: HTMLElement;
  private template = "";
  private numeric: readonly boolean[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    const first = changed.get("rows")?.length === 0 || this.template === "";
    if (!changed.has("columns") && !first) return;
    this.numeric = this.columns.map((column, index) => isNumeric(column, this.rows.value(0, index)));
    this.template = columnTemplate(this.columns, this.rows);
  }

  protected override render(): TemplateResult {
    const total = this.rows.length;
    return html`<figure class="table" data-testid="table" data-rows=${total}>
      <figcaption>
        <span data-testid="row-count">${counted(total, "row")}${this.live ? "…" : ""}</span>
        ${this.truncated ? html`<span class="faint">the first of more</span>` : nothing}
        <span class="gap"></span>
        ${this.jobId && !this.live ? this.downloads() : nothing}
      </figcaption>
      <div
        class="scroller"
        role="table"
        aria-rowcount=${total + 1}
        aria-colcount=${this.columns.length}
        aria-label="Result"
        tabindex="0"
        @scroll=${this.scrolled}
      >
        <div class="head" role="row" aria-rowindex="1">${this.columns.map((column, index) => this.head(column, index))}</div>
        <div class="content" role="rowgroup"><div class="window" role="presentation">${this.visibleRows()}</div></div>
      </div>
    </figure>`;
  }

  private head(column: ColumnInfo, index: number): TemplateResult {
    return html`<div role="columnheader" class=${this.numeric[index] ? "number" : ""} title=${column.type || column.name}>
      ${column.name}
    </div>`;
  }

  private visibleRows(): TemplateResult[] {
    const { first, end } = this.view();
    return Array.from({ length: end - first }, (_, index) => this.row(first + index));
  }

  private row(row: number): TemplateResult {
    return html`<div role="row" aria-rowindex=${row + 2} data-testid="row">
      ${this.columns.map((column, index) => {
        const value = this.rows.value(row, index);
        const text = formatCell(value, column);
        return html`<div role="cell" class=${this.numeric[index] ? "number" : ""} title=${text.length > 24 ? text : nothing}>
          ${value === null ? html`<span class="null">null</span>` : text}
        </div>`;
      })}
    </div>`;
  }

  private downloads(): TemplateResult {
    return html`<span class="downloads" role="group" aria-label="Download">
      ${FORMATS.map(
        (format) => html`<a href="/api/jobs/${this.jobId}/result.${format}" download data-testid="download-${format}">
          ${format === "parquet" ? "Parquet" : format.toUpperCase()}</a
        >`,
      )}
    </span>`;
  }

  private view(): ReturnType<typeof windowOf> {
    return windowOf(this.scrollTopPx, SHOWN_ROWS * ROW_HEIGHT_PX, this.rows.length);
  }

  /** Sizes go through the style object: the Content-Security-Policy allows no style attributes. */
  protected override updated(): void {
    const visible = this.scroller.querySelector<HTMLElement>(".window");
    this.scroller.style.setProperty("--columns", this.template);
    this.scroller.style.setProperty("--content-height", `${contentHeightPx(this.rows.length)}px`);
    visible?.style.setProperty("transform", `translateY(${this.view().offsetPx}px)`);
  }

  private scrolled(): void {
    this.scrollTopPx = this.scroller.scrollTop;
  }
}
