import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { PageElement } from "../../elements/page-element";

/** Chooses the agent for the next question; nothing where there is one alone. Says `picked` with its name. */
@customElement("ds-agent-picker")
export class AgentPicker extends PageElement {
  /** The server's default one first. */
  @property({ attribute: false }) agents: readonly string[] = [];
  @property({ attribute: false }) agent = "";

  protected override render(): TemplateResult | typeof nothing {
    if (this.agents.length < 2) return nothing;
    return html`<label class="agent-picker">
      Agent
      <select @change=${this.changed} data-testid="agent-picker">
        ${this.agents.map((name) => html`<option .value=${name} .selected=${name === this.agent}>${name}</option>`)}
      </select>
    </label>`;
  }

  private changed(event: Event): void {
    this.dispatchEvent(new CustomEvent("picked", { detail: (event.target as HTMLSelectElement).value }));
  }
}
