import { html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { NOTHING_SHOWN, type Shown, updateBlocks } from "../markdown";
import { PageElement } from "./page-element";

/** A text in markdown as it is written: the answer, or what the prompt monitor tells. */
@customElement("ds-response")
export class Response extends PageElement {
  @property({ attribute: false }) text = "";
  /** True while more may come: a typing mark stands at the end. */
  @property({ attribute: false }) live = false;
  @property({ attribute: false }) name = "response";
  private shown: Shown = NOTHING_SHOWN;

  protected override render(): TemplateResult {
    return html`<div class="markdown" data-testid=${this.name} data-live=${this.live && this.text !== ""}></div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("text")) return;
    this.shown = updateBlocks(this.firstElementChild as HTMLElement, this.text, this.shown);
  }
}
