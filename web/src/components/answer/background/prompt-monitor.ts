import { html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import "../../../elements/copy-button";
import * as icons from "../../../elements/icons";
import { PageElement } from "../../../elements/page-element";

/** What was sent to the model and what it took, as the agent reports it. */
@customElement("ds-prompt-monitor")
export class PromptMonitor extends PageElement {
  @property({ attribute: false }) text = "";
  /** The text is rendered only while it is open. */
  @state() private open = false;

  protected override render(): TemplateResult {
    return html`<details class="fold" @toggle=${this.toggled} data-testid="prompt-monitor">
      <summary data-testid="prompt-monitor-toggle">${icons.chevron} Prompt monitor</summary>
      <div class="code">
        <ds-copy .text=${this.text} label="Copy prompt monitor"></ds-copy>
        <div class="monitor" tabindex="0">
          <ds-response .text=${this.open ? this.text : ""} .name=${"prompt-monitor-text"}></ds-response>
        </div>
      </div>
    </details>`;
  }

  private toggled(event: Event): void {
    this.open = (event.target as HTMLDetailsElement).open;
  }
}
