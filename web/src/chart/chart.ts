import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { PageElement } from "../elements/page-element";
import { THEME_CHANGED } from "../elements/theme";
import type { Column } from "deadstop-client";
import { Rows } from "../model/values/rows";
import { MOST_POINTS, withRows } from "./data";
import { asKind, type Kind, kindOf, kindsFor } from "./kinds";
import { legible, titleOf } from "./labels";
import { fileName, save } from "../elements/save-file";
import type { Drawing } from "./vega";

const DARK = "(prefers-color-scheme: dark)";
const NAMES: Readonly<Record<Kind, string>> = { line: "Line", bar: "Bars", scatter: "Points" };

/** The picture of a result. What draws it is loaded when the first picture is wanted. */
@customElement("ds-chart")
export class Chart extends PageElement {
  @property({ attribute: false }) spec!: object;
  @property({ attribute: false }) columns: readonly Column[] = [];
  @property({ attribute: false }) rows = Rows.none;
  @state() private failure = "";
  /** What the reader has chosen instead of the kind that the agent chose. */
  @state() private chosen: Kind | null = null;
  @query(".plot") private readonly plot!: HTMLElement;
  private drawing: Drawing | null = null;
  private drawings = 0;
  private readonly redraw = (): void => void this.draw();

  override connectedCallback(): void {
    super.connectedCallback();
    matchMedia(DARK).addEventListener("change", this.redraw);
    addEventListener(THEME_CHANGED, this.redraw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    matchMedia(DARK).removeEventListener("change", this.redraw);
    removeEventListener(THEME_CHANGED, this.redraw);
    this.drawing?.clear();
  }

  protected override render(): TemplateResult {
    const { subtitle } = titleOf(this.spec);
    const cut = this.rows.length > MOST_POINTS;
    return html`<figure class="chart" data-testid="chart" data-kind=${this.kind ?? nothing}>
      ${this.tools()}
      <div class="plot" role="img" aria-label="Chart: ${nameOf(this.spec)}${subtitle ? `. ${subtitle}` : ""}" ?hidden=${this.failure !== ""}></div>
      ${this.failure ? html`<figcaption data-testid="chart-error">${this.failure}</figcaption>` : ""}
      ${cut ? html`<figcaption>The first ${MOST_POINTS} of ${this.rows.length} rows</figcaption>` : ""}
    </figure>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (["spec", "rows", "columns", "chosen"].some((name) => changed.has(name))) void this.draw();
  }

  private get kind(): Kind | null {
    return this.chosen ?? kindOf(this.spec);
  }

  private tools(): TemplateResult {
    const kinds = kindsFor(this.spec);
    return html`<div class="tools">
      <span role="group" aria-label="Kind of chart">
        ${kinds.length > 1 ? kinds.map((kind) => this.switchTo(kind)) : nothing}
      </span>
      <span role="group" aria-label="Save the chart">
        ${this.saving("png", "PNG")} ${this.saving("svg", "SVG")}
      </span>
    </div>`;
  }

  private switchTo(kind: Kind): TemplateResult {
    return html`<button
      class="quiet small"
      aria-pressed=${kind === this.kind}
      @click=${() => (this.chosen = kind)}
      data-testid="chart-${kind}"
    >
      ${NAMES[kind]}
    </button>`;
  }

  private saving(format: "png" | "svg", name: string): TemplateResult {
    return html`<button
      class="quiet small"
      aria-label="Save the chart as ${name}"
      ?disabled=${this.failure !== ""}
      @click=${() => void this.save(format)}
      data-testid="chart-save-${format}"
    >
      ${name}
    </button>`;
  }

  /** The drawing as SVG; empty where there is none. */
  async svgText(): Promise<string> {
    return (await (await this.drawing?.svg())?.text()) ?? "";
  }

  private async save(format: "png" | "svg"): Promise<void> {
    const file = await this.drawing?.[format]();
    if (file) save(file, `${fileName(nameOf(this.spec))}.${format}`);
  }

  /** Of several drawings under way the last one stays. */
  private async draw(): Promise<void> {
    const drawing = ++this.drawings;
    try {
      const { draw } = await import("./vega");
      if (drawing !== this.drawings || !this.isConnected) return;
      this.drawing?.clear();
      this.plot.replaceChildren();
      const spec = this.chosen ? asKind(this.spec, this.chosen) : this.spec;
      const laid = legible(withRows(spec, this.columns, this.rows), this.plot.clientWidth);
      this.plot.style.height = laid.heightPx === null ? "" : `${laid.heightPx}px`;
      const drawn = await draw(this.plot, laid.spec);
      if (drawing !== this.drawings) return drawn.clear();
      this.drawing = drawn;
      this.failure = "";
    } catch (error) {
      this.failure = `The chart could not be drawn: ${(error as Error).message}`;
    }
  }
}

function nameOf(spec: object): string {
  return (spec as { description?: string }).description ?? (titleOf(spec).text || "the result");
}
