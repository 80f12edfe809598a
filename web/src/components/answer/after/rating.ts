import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Verdict } from "deadstop-client";

import * as icons from "../../../elements/icons";
import { PageElement } from "../../../elements/page-element";
import type { Rating } from "../../../model/conversations/conversation";

const LABELS: Readonly<Record<Verdict, string>> = { up: "Good answer", down: "Bad answer" };

/** What the person thinks of the answer: a thumb, and a word about it. Says `rate`; `failure` is why it was not kept. */
@customElement("ds-rating")
export class RatingChoice extends PageElement {
  @property({ attribute: false }) rating!: Rating;
  @property({ attribute: false }) failure = "";
  @state() private wording = false;

  protected override render(): TemplateResult {
    return html`<span role="group" aria-label="Rate the answer">${this.thumb("up")}${this.thumb("down")}</span>
      ${this.wording ? this.words() : this.said()}
      ${this.failure ? html`<span class="failed" role="alert" data-testid="rating-error">${this.failure}</span>` : nothing}`;
  }

  /** What was not kept needs no word. */
  protected override willUpdate(): void {
    if (this.failure) this.wording = false;
  }

  private thumb(verdict: Verdict): TemplateResult {
    const chosen = this.rating.verdict === verdict;
    return html`<button
      class="icon-only ${verdict}"
      aria-label=${LABELS[verdict]}
      title=${chosen ? "Take it back" : LABELS[verdict]}
      aria-pressed=${chosen}
      @click=${() => this.choose(chosen ? null : verdict)}
      data-testid="rate-${verdict}"
    >
      ${icons.thumb}
    </button>`;
  }

  private words(): TemplateResult {
    return html`<form @submit=${this.submitted} @keydown=${this.escaped}>
      <input
        name="comment"
        aria-label="A word about it"
        placeholder="A word about it (optional)"
        maxlength="500"
        autocomplete="off"
        .value=${this.rating.comment}
        data-testid="rating-comment"
      />
      <button class="quiet small" data-testid="rating-save">Save</button>
    </form>`;
  }

  private said(): TemplateResult | typeof nothing {
    const { verdict, comment } = this.rating;
    if (!verdict) return nothing;
    return html`<button class="link said" @click=${() => void this.ask()} data-testid="rating-said">${comment ? `“${comment}”` : "Add a word"}</button>`;
  }

  private choose(verdict: Verdict | null): void {
    this.say({ verdict, comment: verdict ? this.rating.comment : "" });
    if (verdict) void this.ask();
    else this.wording = false;
  }

  private async ask(): Promise<void> {
    this.wording = true;
    await this.updateComplete;
    this.querySelector("input")?.focus();
  }

  private submitted(event: SubmitEvent): void {
    event.preventDefault();
    if (this.rating.verdict) this.say({ ...this.rating, comment: (this.querySelector("input") as HTMLInputElement).value.trim() });
    this.wording = false;
  }

  private escaped(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.preventDefault(); // elsewhere it stops the answer
    this.wording = false;
  }

  private say(rating: Rating): void {
    this.dispatchEvent(new CustomEvent("rate", { detail: rating, bubbles: true }));
  }
}
