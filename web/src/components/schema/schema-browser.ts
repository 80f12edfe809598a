import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";
import { type CatalogSummary, READING } from "../../model/catalog/catalog";
import { schemaOf, type SchemaTable } from "../../model/catalog/schema";
import "../../styles/schema.css";
import "./own-files";
import "./schema-table";

/** The data in a panel: tables, columns, and what is known of them. Says `insert` with a name, `ask-sql`, and `close`. */
@customElement("ds-schema")
export class SchemaBrowser extends PageElement {
  @property({ attribute: false }) catalog: CatalogSummary | null = null;
  /** While there is none: what is waited for. */
  @property({ attribute: false }) awaited = READING;
  @state() private words = "";

  protected override render(): TemplateResult {
    return html`<aside aria-label="Data" @keydown=${this.keyPressed} data-testid="schema">
      <div class="top">
        <h2>Data</h2>
        <span class="gap"></span>
        <button class="icon-only" aria-label="Close the data panel" @click=${this.close} data-testid="schema-close">${icons.cross}</button>
      </div>
      ${this.catalog ? this.found(this.catalog) : html`<p class="faint">${this.awaited}</p>`}
    </aside>`;
  }

  private found(catalog: CatalogSummary): TemplateResult {
    const tables = schemaOf(catalog.wire, this.words);
    const notes = catalog.wire.description?.notes ?? "";
    return html`<input
        type="search"
        placeholder="Search tables and columns"
        aria-label="Search tables and columns"
        .value=${this.words}
        @input=${(event: InputEvent) => (this.words = (event.target as HTMLInputElement).value)}
        data-testid="schema-search"
      />
      <p class="unseen" role="status">${tables.length} tables</p>
      ${tables.length === 0 ? html`<p class="faint" data-testid="schema-nothing">No table or column is called so.</p>` : nothing}
      <ds-own-files .version=${catalog.wire.fingerprint ?? ""}></ds-own-files>
      ${this.listed(tables.filter(({ table }) => table.own))}
      ${tables.some(({ table }) => table.own) ? html`<h3>Everybody’s</h3>` : nothing}
      ${this.listed(tables.filter(({ table }) => !table.own))}
      ${notes ? html`<section><h3>Notes</h3><p>${notes}</p></section>` : nothing}
      ${this.correction()}`;
  }

  private listed(tables: readonly SchemaTable[]): unknown {
    return repeat(
      tables,
      ({ table }) => table.name,
      (table) => html`<ds-schema-table .found=${table}></ds-schema-table>`,
    );
  }

  private correction(): TemplateResult {
    return html`<details class="fold" data-testid="schema-wrong">
      <summary>${icons.chevron} Something here is wrong</summary>
      <p>
        Names, keys, measures, dates, units, roles of columns and what words mean are corrected in <code>deadstop.toml</code>, in
        the folder of the data; it is read again when it changes. <code>deadstop describe</code> writes one with all that is
        guessed, each line to be corrected.
      </p>
      <pre tabindex="0">[synonyms]
income = "orders.revenue"

[measures]
revenue = { table = "orders", expression = "sum(price)" }

[terms]
big = "price over 1000"

[roles]
"orders.batch" = "identifier"</pre>
    </details>`;
  }

  private keyPressed(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.preventDefault(); // elsewhere it stops the answer
    if (this.words) this.words = "";
    else this.close();
  }

  private close(): void {
    this.dispatchEvent(new CustomEvent("close"));
  }
}
