import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";
import type { Place } from "../../model/conversations/branches";
import { isStatement } from "../../model/conversations/conversation";
import { directionRuns } from "../../text/directions";
import "./branches";

/** A longer question is cut to its first lines, with a button for the rest. */
const LONG_CHARS = 280;
const LONG_LINES = 4;

/** What was asked, as the heading of its answer. Says `edited` with another text that is to be asked in its place. */
@customElement("ds-question")
export class Question extends PageElement {
  @property({ attribute: false }) text = "";
  @property({ attribute: false }) place: Place | undefined;
  /** False while an answer of the conversation is under way: nothing can be asked beside it. */
  @property({ attribute: false }) askable = false;
  @property({ attribute: false }) editable = true;
  @state() private whole = false;
  @state() private editing = false;

  /** Opens the editor. */
  async edit(): Promise<void> {
    this.editing = true;
    await this.updateComplete;
    const field = this.querySelector("textarea") as HTMLTextAreaElement;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  protected override render(): TemplateResult {
    return this.editing ? this.editor() : this.shown();
  }

  private shown(): TemplateResult {
    const long = this.text.length > LONG_CHARS || this.text.split("\n").length > LONG_LINES;
    return html`<div class="asked">
        <h2 class="question ${long && !this.whole ? "cut" : ""}" dir="auto" data-testid="question">${this.readable()}</h2>
        ${this.editable ? this.pencil() : nothing}
      </div>
      <ds-branches .place=${this.place}></ds-branches>
      ${long ? this.toggle() : nothing}`;
  }

  /** A statement reads from left to right around names that run the other way; a sentence as it begins. */
  private readable(): unknown {
    if (!isStatement(this.text)) return this.text;
    return directionRuns(this.text).map((run, at) => (at % 2 === 0 ? run : html`<bdi>${run}</bdi>`));
  }

  private pencil(): TemplateResult {
    return html`<button
      class="icon-only"
      aria-label="Edit the question"
      title="Edit and ask again"
      @click=${() => void this.edit()}
      data-testid="edit"
    >
      ${icons.pencil}
    </button>`;
  }

  private editor(): TemplateResult {
    return html`<form class="editing" @submit=${this.submitted} @keydown=${this.keyPressed}>
      <textarea aria-label="The question, edited" rows="2" dir="auto" required .value=${this.text} data-testid="edit-input"></textarea>
      <div>
        <button class="quiet small" ?disabled=${!this.askable} data-testid="edit-ask">Ask</button>
        <button type="button" class="quiet small" @click=${() => void this.leave()} data-testid="edit-cancel">Cancel</button>
        <span class="faint">${this.askable ? "The first version stays." : "An answer is under way: stop it, or wait for it."}</span>
      </div>
    </form>`;
  }

  private toggle(): TemplateResult {
    return html`<button
      class="link"
      aria-expanded=${this.whole}
      @click=${() => (this.whole = !this.whole)}
      data-testid="whole-question"
    >
      ${this.whole ? "Show less" : "Show the whole question"}
    </button>`;
  }

  private submitted(event: SubmitEvent): void {
    event.preventDefault();
    const text = (this.querySelector("textarea") as HTMLTextAreaElement).value.trim();
    if (!text || !this.askable) return;
    this.editing = false;
    this.dispatchEvent(new CustomEvent("edited", { detail: text, bubbles: true }));
  }

  private keyPressed(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.preventDefault(); // elsewhere it stops the answer
      void this.leave();
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !(event.target instanceof HTMLTextAreaElement)) return;
    event.preventDefault();
    (event.currentTarget as HTMLFormElement).requestSubmit();
  }

  private async leave(): Promise<void> {
    this.editing = false;
    await this.updateComplete;
    this.querySelector<HTMLElement>("[data-testid=edit]")?.focus();
  }
}
