import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { TableColumns } from "../../editor/columns";
import type { SqlEditor } from "../../editor/sql-editor";
import { highlightSql } from "../../text/highlight";
import "../../elements/copy-button";
import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";

const PREVIEWED = 200;

/** The statement that runs or ran; after a repair the last one. It can be changed and run as a question of its own. */
@customElement("ds-sql")
export class Sql extends PageElement {
  @property({ attribute: false }) statements: readonly string[] = [];
  @property({ attribute: false }) runnable = false;
  /** For completion, while it is edited. */
  @property({ attribute: false }) tables: TableColumns = {};
  @state() private editing = false;

  protected override render(): TemplateResult {
    const earlier = this.statements.length - 1;
    return html`<details class="fold sql">
      <summary data-testid="sql-toggle">
        ${icons.chevron} SQL <code class="preview" aria-hidden="true"></code>
        ${earlier > 0 ? html`<span data-testid="repairs">· repaired, attempt ${earlier + 1}</span>` : nothing}
      </summary>
      ${this.editing ? this.editor() : nothing}
      <div class="code" ?hidden=${this.editing}>
        <div class="tools">
          ${this.runnable
            ? html`<button class="quiet small" @click=${this.edit} aria-label="Edit SQL" data-testid="sql-edit">
                ${icons.pencil}Edit
              </button>`
            : nothing}
          <ds-copy .text=${this.statement} label="Copy SQL"></ds-copy>
        </div>
        <pre tabindex="0" data-testid="sql"><code></code></pre>
      </div>
    </details>`;
  }

  private editor(): TemplateResult {
    return html`<form class="sql-editor" @submit=${this.run} @keydown=${this.keyPressed}>
      <ds-sql-editor
        .statement=${this.statement}
        .tables=${this.tables}
        @run=${this.run}
        @cancel=${() => (this.editing = false)}
      ></ds-sql-editor>
      <div>
        <button class="quiet small" ?disabled=${!this.runnable} data-testid="sql-run">${icons.play}Run</button>
        <button class="quiet small" type="button" @click=${() => (this.editing = false)}>Cancel</button>
        <span class="faint"><kbd>Ctrl</kbd> <kbd>Enter</kbd> runs</span>
      </div>
    </form>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("statements")) this.show();
  }

  private show(): void {
    const preview = this.statement.slice(0, PREVIEWED).replace(/\s+/g, " ");
    for (const [where, text] of [["summary code", preview], ["pre code", this.statement]] as const) {
      const code = this.querySelector(where) as Element;
      code.textContent = text;
      void highlightSql(code);
    }
  }

  private get statement(): string {
    return this.statements.at(-1) ?? "";
  }

  /** The editor is loaded when it is first wanted. */
  private async edit(): Promise<void> {
    await import("../../editor/sql-editor");
    this.editing = true;
  }

  /** Elsewhere Escape stops the answer. */
  private keyPressed(event: KeyboardEvent): void {
    if (event.key === "Escape") event.preventDefault();
  }

  private run(event: Event): void {
    event.preventDefault();
    const text = this.querySelector<SqlEditor>("ds-sql-editor")?.text.trim() ?? "";
    if (!text || !this.runnable) return;
    this.editing = false;
    this.dispatchEvent(new CustomEvent("run-sql", { detail: text }));
  }
}
