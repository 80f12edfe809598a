import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { highlightedSql } from "../highlight";
import { sanitized } from "../sanitize";
import "./copy-button";
import * as icons from "./icons";
import { PageElement } from "./page-element";

/** The statement that runs or ran; after a repair the last one, and how many there were before it. */
@customElement("ds-sql")
export class Sql extends PageElement {
  @property({ attribute: false }) statements: readonly string[] = [];

  protected override render(): TemplateResult {
    const earlier = this.statements.length - 1;
    return html`<details class="fold sql" open>
      <summary data-testid="sql-toggle">
        ${icons.chevron} SQL
        ${earlier > 0 ? html`<span class="faint" data-testid="repairs">repaired, attempt ${earlier + 1}</span>` : nothing}
      </summary>
      <div class="code">
        <ds-copy .text=${this.statement} label="Copy SQL"></ds-copy>
        <pre tabindex="0" data-testid="sql"><code></code></pre>
      </div>
    </details>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("statements")) this.querySelector("code")?.replaceChildren(sanitized(highlightedSql(this.statement)));
  }

  private get statement(): string {
    return this.statements.at(-1) ?? "";
  }
}
