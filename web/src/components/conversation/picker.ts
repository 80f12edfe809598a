import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { PageElement } from "../../elements/page-element";

/** One of what can be chosen, and how it is shown. */
export interface Choice {
  readonly name: string;
  readonly text: string;
}

/** Chooses whom the next question is asked; nothing where there is one choice alone. Says `picked` with its name. */
@customElement("ds-picker")
export class Picker extends PageElement {
  @property() label = "";
  /** The server's default one first. */
  @property({ attribute: false }) choices: readonly Choice[] = [];
  @property({ attribute: false }) chosen = "";

  protected override render(): TemplateResult | typeof nothing {
    if (this.choices.length < 2) return nothing;
    return html`<label class="picker">
      ${this.label}
      <select @change=${this.changed} data-testid="${this.label.toLowerCase()}-picker">
        ${this.choices.map(
          ({ name, text }) => html`<option .value=${name} .selected=${name === this.chosen}>${text}</option>`,
        )}
      </select>
    </label>`;
  }

  private changed(event: Event): void {
    this.dispatchEvent(new CustomEvent("picked", { detail: (event.target as HTMLSelectElement).value }));
  }
}
