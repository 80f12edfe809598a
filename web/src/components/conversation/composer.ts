import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { Phase } from "../../model/answers/answer-state";
import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";

/**
 * The field to ask in. Says `typed` with each change of its text, and `ask` with a question. While an answer is under
 * way, Stop stands where Send was, and a question that is sent is queued.
 */
@customElement("ds-composer")
export class Composer extends PageElement {
  /** Phase of the answer that is under way; null where none is. */
  @property({ attribute: false }) phase: Phase | null = null;
  @property({ attribute: false }) clarifying = false;
  @property({ attribute: false }) ready = false;
  @property({ attribute: false }) text = "";

  /** Puts a word where the caret is, set apart from what stands there. */
  insert(word: string): void {
    const field = this.querySelector("textarea") as HTMLTextAreaElement;
    const before = /\S$/.test(field.value.slice(0, field.selectionStart)) ? " " : "";
    const after = /^\S/.test(field.value.slice(field.selectionEnd)) ? " " : "";
    field.focus();
    field.setRangeText(before + word + after, field.selectionStart, field.selectionEnd, "end");
    this.type(field.value);
  }

  focusField(): void {
    this.querySelector("textarea")?.focus();
  }

  protected override render(): TemplateResult {
    return html`
      <form class="composer" @submit=${this.submitted}>
        <label class="unseen" for="ask">Your question</label>
        <textarea
          id="ask"
          rows="1"
          dir="auto"
          .value=${this.text}
          placeholder=${this.placeholder}
          @input=${this.typed}
          @keydown=${this.keyPressed}
          autocomplete="off"
          enterkeyhint="send"
          autofocus
          data-testid="ask-input"
        ></textarea>
        ${this.phase === null || this.text.trim() !== "" ? this.sendButton() : nothing}
        ${this.phase === null ? nothing : this.stopButton(this.phase)}
      </form>
      <p class="keys" aria-hidden="true">
        <kbd>Enter</kbd> asks · <kbd>Shift</kbd> <kbd>Enter</kbd> new line · <kbd>Esc</kbd> stops · <kbd>Ctrl</kbd> <kbd>K</kbd> everything
      </p>
    `;
  }

  /** Stop goes away while it has the focus; without this a keyboard would have to find the field again. */
  protected override updated(changed: PropertyValues<this>): void {
    const unfocused = document.activeElement === document.body || document.activeElement === null;
    if (changed.has("phase") && this.phase === null && unfocused && matchMedia("(hover: hover)").matches) {
      this.querySelector("textarea")?.focus({ preventScroll: true });
    }
  }

  private get placeholder(): string {
    if (this.phase !== null) return "Ask the next question…";
    return this.clarifying ? "Answer the question above…" : "Ask your data, or type SQL…";
  }

  private sendButton(): TemplateResult {
    const empty = this.text.trim() === "";
    return html`<button
      type="submit"
      class="round send"
      ?disabled=${empty || !this.ready}
      aria-label=${this.phase === null ? "Send" : "Ask next"}
      title=${this.phase === null ? "Send (Enter)" : "Ask next, once this answer is complete (Enter)"}
      data-testid="send"
    >
      ${icons.send}
    </button>`;
  }

  private stopButton(phase: Phase): TemplateResult {
    const stopping = phase === "stopping";
    return html`<button
      type="button"
      class="round stop"
      data-stopping=${stopping}
      @click=${(event: MouseEvent) => this.stop(event, stopping)}
      title=${stopping ? "Skip the gentle steps and kill it now" : "Stop (Esc)"}
      data-testid=${stopping ? "stop-now" : "stop"}
    >
      ${icons.stop}<span>${stopping ? "Kill now" : "Stop"}</span>
    </button>`;
  }

  /** The second click of a double click on Stop would otherwise mean Kill now. */
  private stop(event: MouseEvent, now: boolean): void {
    if (event.detail > 1) return;
    this.dispatchEvent(new CustomEvent("stop-answer", { detail: { now } }));
  }

  private typed(event: InputEvent): void {
    this.type((event.target as HTMLTextAreaElement).value);
  }

  private keyPressed(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  private type(text: string): void {
    this.text = text;
    this.dispatchEvent(new CustomEvent("typed", { detail: text }));
  }

  private submitted(event: SubmitEvent): void {
    event.preventDefault();
    this.send();
  }

  private send(): void {
    const question = this.text.trim();
    if (!question || !this.ready) return;
    this.type("");
    this.dispatchEvent(new CustomEvent("ask", { detail: question }));
  }
}
