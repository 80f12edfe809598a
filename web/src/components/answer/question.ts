import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";

/** A longer question is cut to its first lines, with a button for the rest. */
const LONG_CHARS = 280;
const LONG_LINES = 4;

/** What was asked, as the heading of its answer. Says `edit` when it is to be edited. */
@customElement("ds-question")
export class Question extends PageElement {
  @property({ attribute: false }) text = "";
  @state() private whole = false;

  protected override render(): TemplateResult {
    const long = this.text.length > LONG_CHARS || this.text.split("\n").length > LONG_LINES;
    return html`<div class="asked">
        <h2 class="question ${long && !this.whole ? "cut" : ""}" data-testid="question">${this.text}</h2>
        <button
          class="icon-only"
          aria-label="Edit the question"
          title="Edit and ask again"
          @click=${() => this.dispatchEvent(new CustomEvent("edit", { bubbles: true }))}
          data-testid="edit"
        >
          ${icons.pencil}
        </button>
      </div>
      ${long ? this.toggle() : nothing}`;
  }

  private toggle(): TemplateResult {
    return html`<button
      class="link"
      aria-expanded=${this.whole}
      @click=${() => (this.whole = !this.whole)}
      data-testid="whole-question"
    >
      ${this.whole ? "Show less" : "Show the whole question"}
    </button>`;
  }
}
