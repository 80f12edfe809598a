import { html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { MarkdownStream } from "../../text/markdown-stream";
import { oncePerFrame } from "../../elements/once-per-frame";
import { PageElement } from "../../elements/page-element";

/** A text in markdown as it is written: the answer, or what the prompt monitor tells. */
@customElement("ds-response")
export class Response extends PageElement {
  @property({ attribute: false }) text = "";
  /** True while more may come: a typing mark stands at the end. */
  @property({ attribute: false }) live = false;
  @property({ attribute: false }) name = "response";
  /** Whether its links can be followed. What tells of data may have them from there. */
  @property({ attribute: false }) trusted = false;
  private writing: MarkdownStream | null = null;
  /** More has come than a frame has time for; the next frame goes on. */
  private behind = false;
  private readonly goOn = oncePerFrame(() => this.write());

  protected override render(): TemplateResult {
    return html`<div class="markdown" data-testid=${this.name} data-live=${this.live && this.text !== ""}></div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("trusted")) this.writing = null;
    if ((changed.has("text") || changed.has("trusted")) && !this.behind) this.write();
  }

  private write(): void {
    this.writing ??= new MarkdownStream(this.firstElementChild as HTMLElement, this.trusted);
    this.behind = this.writing.update(this.text);
    if (this.behind) this.goOn();
  }
}
