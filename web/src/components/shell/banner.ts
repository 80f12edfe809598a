import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { ConnectionState } from "deadstop-client";
import { PageElement } from "../../elements/page-element";

/** Says that the connection is lost, and that nothing of the answers is. */
@customElement("ds-banner")
export class Banner extends PageElement {
  @property({ attribute: false }) connection: ConnectionState = { kind: "connecting" };
  private lost = false;

  protected override willUpdate(): void {
    const { kind } = this.connection;
    if (kind === "waiting") this.lost = true;
    if (kind === "open") this.lost = false;
  }

  protected override render(): TemplateResult {
    return html`<div role="status" aria-live="polite">${this.message()}</div>`;
  }

  private message(): TemplateResult | typeof nothing {
    if (this.connection.kind === "refused") {
      return html`<p class="banner" data-testid="banner">
        The server refused this page: ${this.connection.error}. Reload it to sign in again.
      </p>`;
    }
    if (!this.lost) return nothing;
    return html`<p class="banner" data-testid="banner">
      <span><strong>Connection lost.</strong> Reconnecting… Answers go on where they were.</span>
      <button class="link" @click=${() => this.dispatchEvent(new CustomEvent("reconnect"))} data-testid="reconnect">
        Reconnect now
      </button>
    </p>`;
  }
}
