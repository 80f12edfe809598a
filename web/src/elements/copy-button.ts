import { html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import * as icons from "./icons";
import { PageElement } from "./page-element";

const THANKS_MS = 1600;

/** Copies `text`, and says so for a moment. */
@customElement("ds-copy")
export class CopyButton extends PageElement {
  /** What is copied, or how it is made once it is wanted. */
  @property({ attribute: false }) text: string | (() => Promise<string>) = "";
  @property() label = "Copy";
  @state() private outcome: "" | "Copied" | "Not allowed" = "";

  protected override render(): TemplateResult {
    return html`<button class="quiet small" @click=${this.copy} aria-label=${this.label} title=${this.label} data-testid="copy">
      ${this.outcome === "Copied" ? icons.check : icons.copy}<span role="status">${this.outcome || "Copy"}</span>
    </button>`;
  }

  private async copy(): Promise<void> {
    // Outside https and loopback there is no clipboard.
    const text = typeof this.text === "string" ? this.text : await this.text();
    this.outcome = await (navigator.clipboard?.writeText(text) ?? Promise.reject()).then(
      () => "Copied" as const,
      () => "Not allowed" as const,
    );
    setTimeout(() => (this.outcome = ""), THANKS_MS);
  }
}
