import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { CatalogSummary } from "../catalog";
import { counted } from "../format";
import { PageElement } from "./page-element";

const NAMED = 5;

/** Which data are loaded: always in view, under the field to ask in. */
@customElement("ds-loaded")
export class Loaded extends PageElement {
  @property({ attribute: false }) catalog: CatalogSummary | null = null;

  protected override render(): TemplateResult | typeof nothing {
    if (!this.catalog) return html`<p class="loaded">Reading what data there are…</p>`;
    const { tables } = this.catalog;
    if (tables.length === 0) return nothing;
    const rest = tables.length - NAMED;
    const all = tables.map((table) => `${table.name}: ${counted(table.rowCount, "row")}`).join("\n");
    return html`<p class="loaded" title=${all} data-testid="loaded">
      Data: ${tables.slice(0, NAMED).map((table, at) => html`${at > 0 ? ", " : nothing}<code>${table.name}</code>`)}
      ${rest > 0 ? `and ${rest} more` : nothing}
    </p>`;
  }
}
