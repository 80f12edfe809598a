import { html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import * as icons from "./icons";
import { PageElement } from "./page-element";

const THANKS_MS = 1600;

/** Copies `text`, and says so for a moment. */
@customElement("ds-copy")
export class CopyButton extends PageElement {
  @property({ attribute: false }) text = "";
  @property() label = "Copy";
  @state() private outcome: "" | "Copied" | "Not allowed" = "";

  protected override render(): TemplateResult {
    return html`<button class="quiet small" @click=${this.copy} aria-label=${this.label} data-testid="copy">
      ${this.outcome === "Copied" ? icons.check : icons.copy}<span role="status">${this.outcome || "Copy"}</span>
    </button>`;
  }

  private async copy(): Promise<void> {
    // Outside https and loopback there is no clipboard.
    this.outcome = await (navigator.clipboard?.writeText(this.text) ?? Promise.reject()).then(
      () => "Copied" as const,
      () => "Not allowed" as const,
    );
    setTimeout(() => (this.outcome = ""), THANKS_MS);
  }
}
