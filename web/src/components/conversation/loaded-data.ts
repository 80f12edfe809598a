import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { type CatalogSummary, isTrouble, READING } from "../../model/catalog/catalog";
import { counted } from "../../model/format";
import { PageElement } from "../../elements/page-element";

const NAMED = 5;

/** Which data are loaded: always in view, under the field to ask in. */
@customElement("ds-loaded")
export class Loaded extends PageElement {
  @property({ attribute: false }) catalog: CatalogSummary | null = null;
  /** While there is none: what is waited for. */
  @property({ attribute: false }) awaited = READING;

  protected override render(): TemplateResult {
    if (!this.catalog) return html`<p class="loaded" data-testid="awaited">
      ${isTrouble(this.awaited) ? "There are no data to ask about." : this.awaited}
    </p>`;
    const { tables } = this.catalog;
    if (tables.length === 0) return html`<p class="loaded" data-testid="loaded">There are no tables.</p>`;
    const rest = tables.length - NAMED;
    const all = tables.map((table) => `${table.name}: ${counted(table.rowCount, "row")}`).join("\n");
    return html`<p class="loaded" title=${all} data-testid="loaded">
      Data: ${tables.slice(0, NAMED).map((table, at) => html`${at > 0 ? ", " : nothing}<code>${table.name}</code>`)}
      ${rest > 0 ? `and ${rest} more` : nothing}
    </p>`;
  }
}
