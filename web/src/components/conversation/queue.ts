import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";

/** The questions that are asked once the answer under way is complete. Says `ask-queued`, and which to edit or take back. */
@customElement("ds-queue")
export class Queue extends PageElement {
  @property({ attribute: false }) questions: readonly string[] = [];
  /** True where nothing is under way: the answer before them was stopped, has failed, or asked back. */
  @property({ attribute: false }) held = false;

  protected override render(): TemplateResult {
    return html`<section class="queue" aria-label="Queued questions" ?hidden=${this.questions.length === 0}>
      <p class="faint" role="status" data-testid="queue-state">${this.state}</p>
      <ol>
        ${this.questions.map((question, at) => this.item(question, at))}
      </ol>
    </section>`;
  }

  private get state(): string {
    if (this.questions.length === 0) return "";
    return this.held ? "Not asked yet: the answer before is not complete." : "Asked when this answer is complete:";
  }

  private item(question: string, at: number): TemplateResult {
    return html`<li data-testid="queued">
      <span class="text" title=${question}>${question}</span>
      ${this.held && at === 0
        ? html`<button class="quiet small" @click=${() => this.say("ask-queued", at)} data-testid="ask-queued">Ask now</button>`
        : nothing}
      <button class="icon-only" aria-label="Edit ${question}" title="Edit" @click=${() => this.say("edit-queued", at)} data-testid="edit-queued">
        ${icons.pencil}
      </button>
      <button class="icon-only" aria-label="Take back ${question}" title="Take back" @click=${() => this.say("take-back", at)} data-testid="take-back">
        ${icons.cross}
      </button>
    </li>`;
  }

  private say(what: string, at: number): void {
    this.dispatchEvent(new CustomEvent(what, { detail: at }));
  }
}
