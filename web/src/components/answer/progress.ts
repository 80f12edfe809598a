import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { AnswerState } from "../../model/answers/answer-state";
import { PageElement } from "../../elements/page-element";

/** How far the engine is, where it can say. */
@customElement("ds-progress")
export class Progress extends PageElement {
  @property({ attribute: false }) progress: AnswerState["progress"] = null;

  protected override render(): TemplateResult | typeof nothing {
    if (!this.progress) return nothing;
    const { fraction, message } = this.progress;
    const percent = fraction === null ? null : Math.round(Math.min(1, Math.max(0, fraction)) * 100);
    return html`<span class="progress" data-testid="progress">
      <progress max="100" .value=${percent ?? 0} aria-label=${message || "Progress"} ?hidden=${percent === null}></progress>
      <span>${message}${message && percent !== null ? " · " : nothing}${percent === null ? nothing : `${percent} %`}</span>
    </span>`;
  }
}
