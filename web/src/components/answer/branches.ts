import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";
import type { Place } from "../../model/conversations/branches";

/** Which of the questions that were asked at this place is shown. Says `other-branch` with the number of another one. */
@customElement("ds-branches")
export class Branches extends PageElement {
  @property({ attribute: false }) place: Place | undefined;

  protected override render(): TemplateResult | typeof nothing {
    if (!this.place || this.place.of < 2) return nothing;
    const { number, of } = this.place;
    return html`<span class="branches" role="group" aria-label="Versions of this question" data-testid="branches">
      ${this.step("back", number - 1, number > 1, "Earlier version", "branch-before")}
      <span data-testid="branch" aria-label="Version ${number} of ${of}">${number} / ${of}</span>
      ${this.step("", number + 1, number < of, "Later version", "branch-after")}
    </span>`;
  }

  private step(direction: string, to: number, there: boolean, label: string, id: string): TemplateResult {
    return html`<button
      class="icon-only ${direction}"
      aria-label=${label}
      title=${label}
      ?disabled=${!there}
      @click=${() => this.dispatchEvent(new CustomEvent("other-branch", { detail: to, bubbles: true }))}
      data-testid=${id}
    >
      ${icons.chevron}
    </button>`;
  }
}
