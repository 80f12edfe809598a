import { html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import "./copy-button";
import * as icons from "./icons";
import { PageElement } from "./page-element";

/** What was sent to the model and what it took, as the agent reports it. */
@customElement("ds-prompt-monitor")
export class PromptMonitor extends PageElement {
  @property({ attribute: false }) text = "";

  protected override render(): TemplateResult {
    return html`<details class="fold" data-testid="prompt-monitor">
      <summary data-testid="prompt-monitor-toggle">${icons.chevron} Prompt monitor</summary>
      <div class="code">
        <ds-copy .text=${this.text} label="Copy prompt monitor"></ds-copy>
        <pre tabindex="0" data-testid="prompt-monitor-text">${this.text}</pre>
      </div>
    </details>`;
  }
}
