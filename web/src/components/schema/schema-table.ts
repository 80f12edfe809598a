import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";
import { emptyText, quoted, rangeText, type SchemaColumn, type SchemaTable } from "../../model/catalog/schema";
import { counted } from "../../model/format";

const PREVIEW_ROWS = 20;
/** Of a column's values; the rest is told by number. */
const MOST_VALUES = 12;

/** A table of the data panel, folded in until it is wanted. */
@customElement("ds-schema-table")
export class SchemaTableElement extends PageElement {
  @property({ attribute: false }) found!: SchemaTable;

  protected override render(): TemplateResult {
    const { table, columns, measures, synonyms, opened } = this.found;
    return html`<details class="fold" ?open=${opened} data-testid="schema-table">
      <summary data-testid="schema-toggle">${icons.chevron} <code>${table.name}</code> <span class="faint">${counted(table.row_count, "row")}</span></summary>
      ${calledText(synonyms)}
      <div class="tools">
        ${this.inserting(table.name)}
        <button class="quiet small" @click=${this.preview} data-testid="schema-preview">${icons.play} Preview</button>
      </div>
      <ul aria-label="Columns of ${table.name}">
        ${columns.map((column) => this.column(column))}
      </ul>
      ${measures.length > 0
        ? html`<h3>Measures</h3>
            <ul>${measures.map(({ name, expression }) => html`<li>${this.inserting(name)} <code class="faint">${expression}</code></li>`)}</ul>`
        : nothing}
    </details>`;
  }

  private column({ column, refersTo, synonyms }: SchemaColumn): TemplateResult {
    const facts = [rangeText(column), emptyText(column, this.found.table.row_count)].filter(Boolean).join(" · ");
    return html`<li data-testid="schema-column">
      ${this.inserting(column.name)} <span class="type">${column.type.toLowerCase()}</span>
      ${refersTo ? html`<span class="key" title="Refers to ${refersTo}">→ ${refersTo}</span>` : nothing}
      ${facts ? html`<div class="facts">${facts}</div>` : nothing}
      ${valuesText(column.values ?? [])} ${calledText(synonyms)}
    </li>`;
  }

  private inserting(name: string): TemplateResult {
    return html`<button
      class="name"
      title="Put ${name} into the question"
      @click=${() => this.say("insert", name)}
      data-testid="schema-name"
    >
      <code>${name}</code>
    </button>`;
  }

  private preview(): void {
    this.say("ask-sql", `select * from ${quoted(this.found.table.name)} limit ${PREVIEW_ROWS}`);
  }

  private say(what: string, detail: string): void {
    this.dispatchEvent(new CustomEvent(what, { detail, bubbles: true }));
  }
}

function valuesText(values: readonly string[]): TemplateResult | typeof nothing {
  if (values.length === 0) return nothing;
  const rest = values.length - MOST_VALUES;
  return html`<div class="values">
    ${values.slice(0, MOST_VALUES).map((value) => html`<span>${value}</span>`)} ${rest > 0 ? `and ${rest} more` : nothing}
  </div>`;
}

function calledText(synonyms: readonly string[]): TemplateResult | typeof nothing {
  return synonyms.length > 0 ? html`<div class="facts">also called ${synonyms.join(", ")}</div>` : nothing;
}
