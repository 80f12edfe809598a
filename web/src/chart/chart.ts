import { html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { PageElement } from "../components/page-element";
import type { ColumnInfo } from "../protocol";
import { Rows } from "../table/rows";
import { MOST_POINTS, withRows } from "./data";

const DARK = "(prefers-color-scheme: dark)";

/** The picture of a result. What draws it is loaded when the first picture is wanted. */
@customElement("ds-chart")
export class Chart extends PageElement {
  @property({ attribute: false }) spec!: object;
  @property({ attribute: false }) columns: readonly ColumnInfo[] = [];
  @property({ attribute: false }) rows = Rows.none;
  @state() private failure = "";
  @query(".plot") private readonly plot!: HTMLElement;
  private clear = (): void => {};
  private drawings = 0;
  private readonly redraw = (): void => void this.draw();

  override connectedCallback(): void {
    super.connectedCallback();
    matchMedia(DARK).addEventListener("change", this.redraw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    matchMedia(DARK).removeEventListener("change", this.redraw);
    this.clear();
  }

  protected override render(): TemplateResult {
    const cut = this.rows.length > MOST_POINTS;
    return html`<figure class="chart" data-testid="chart" role="img" aria-label=${labelOf(this.spec)}>
      <div class="plot" ?hidden=${this.failure !== ""}></div>
      ${this.failure ? html`<figcaption data-testid="chart-error">${this.failure}</figcaption>` : ""}
      ${cut ? html`<figcaption>The first ${MOST_POINTS} of ${this.rows.length} rows</figcaption>` : ""}
    </figure>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("spec") || changed.has("rows") || changed.has("columns")) void this.draw();
  }

  /** Of several drawings under way the last one stays. */
  private async draw(): Promise<void> {
    const drawing = ++this.drawings;
    try {
      const { draw } = await import("./vega");
      if (drawing !== this.drawings || !this.isConnected) return;
      this.clear();
      this.plot.replaceChildren();
      this.clear = await draw(this.plot, withRows(this.spec, this.columns, this.rows));
      this.failure = "";
    } catch (error) {
      this.failure = `The chart could not be drawn: ${(error as Error).message}`;
    }
  }
}

function labelOf(spec: object): string {
  const { description, title } = spec as { description?: string; title?: string | { text?: string } };
  const text = description ?? (typeof title === "string" ? title : title?.text);
  return text ? `Chart: ${text}` : "Chart of the result";
}
