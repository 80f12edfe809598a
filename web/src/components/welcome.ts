import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { type CatalogSummary, FLIGHTS, readCatalog } from "../catalog";
import { counted } from "../format";
import { PageElement } from "./page-element";

/** The page before the first question: what data there are, and some questions to begin with. */
@customElement("ds-welcome")
export class Welcome extends PageElement {
  @property({ attribute: false }) ready = false;
  @state() private catalog: CatalogSummary | null = null;
  private asked = false;

  protected override willUpdate(): void {
    if (!this.ready || this.asked) return;
    this.asked = true;
    void readCatalog().then((catalog) => (this.catalog = catalog));
  }

  protected override render(): TemplateResult {
    const samples = this.catalog?.samples ?? FLIGHTS;
    return html`
      <section class="welcome" aria-label="Welcome">
        <h2>Ask your data</h2>
        <p class="lead">
          In plain words or in SQL. Every question runs in a process of its own, and <strong>Stop</strong> ends it for
          certain.
        </p>
        <div class="samples" role="group" aria-label="Sample questions">
          ${samples.map(
            (sample) => html`<button class="sample" ?disabled=${!this.ready} @click=${() => this.ask(sample)}
              data-testid="sample">${sample}</button>`,
          )}
        </div>
        ${this.tables()}
      </section>
    `;
  }

  private tables(): TemplateResult | typeof nothing {
    if (!this.catalog?.tables.length) return nothing;
    return html`<ul class="tables" aria-label="Tables" data-testid="tables">
      ${this.catalog.tables.map(
        (table) => html`<li title=${table.columns.join(", ")}>
          <code>${table.name}</code> <span>${counted(table.rowCount, "row")}</span>
        </li>`,
      )}
    </ul>`;
  }

  private ask(sample: string): void {
    this.dispatchEvent(new CustomEvent("ask", { detail: sample }));
  }
}
