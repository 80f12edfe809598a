import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import "../elements/copy-button";
import { PageElement } from "../elements/page-element";
import type { Column } from "deadstop-client";

/** Shows the whole text of one cell. */
@customElement("ds-cell-dialog")
export class CellDialog extends PageElement {
  @state() private column: Column = { name: "", type: "" };
  /** Null for NULL. */
  @state() private text: string | null = "";
  /** What is closed is not in the page. */
  @state() private open = false;
  @query("dialog") private readonly dialog!: HTMLDialogElement;

  async show(column: Column, text: string | null): Promise<void> {
    this.column = column;
    this.text = text;
    this.open = true;
    await this.updateComplete;
    this.dialog.showModal();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.open) return nothing;
    return html`<dialog aria-label="Cell of ${this.column.name}" @keydown=${this.keyPressed} @close=${() => (this.open = false)} data-testid="cell-dialog">
      <form method="dialog">
        <span><b>${this.column.name}</b> <span class="type">${this.column.type.toLowerCase()}</span></span>
        <span class="gap"></span>
        <ds-copy .text=${this.text ?? ""} label="Copy the cell"></ds-copy>
        <button class="quiet small" data-testid="close-cell">Close</button>
      </form>
      <pre tabindex="0" data-testid="cell-text">${this.text ?? html`<span class="null">null</span>`}</pre>
    </dialog>`;
  }

  /** Escape closes the dialog, and no more: elsewhere it stops the answer. */
  private keyPressed(event: KeyboardEvent): void {
    event.stopPropagation();
  }
}
