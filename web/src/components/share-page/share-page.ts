import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { gone, reduce } from "../../model/answers/answer-events";
import { type AnswerState, ASKED, hasEnded } from "../../model/answers/answer-state";
import { SignInNeeded, StoreError } from "../../model/conversations/conversation-store";
import { answerAddress, type Shared, type SharedAnswer, sharedIn, turnOf } from "../../model/conversations/shares";
import * as icons from "../../elements/icons";
import { shareAddress } from "../../elements/share-address";
import { oncePerFrame } from "../../elements/once-per-frame";
import { PageElement } from "../../elements/page-element";
import type { JobEvent } from "deadstop-client";
import "../../styles/share.css";

const EVENTS = ["agent_accepted", "agent_chunk", "agent_complete", "agent_error", "agent_killed"];

/** The answers of a share, to be read: nothing can be asked, stopped or changed here. */
@customElement("ds-share-page")
export class SharePage extends PageElement {
  @state() private shared: Shared | null = null;
  @state() private failure: TemplateResult | null = null;
  private readonly shareId = decodeURIComponent(location.pathname.split("/")[2] ?? "");
  private readonly answers = new Map<string, AnswerState>();
  private readonly redraw = oncePerFrame(() => this.requestUpdate());

  override connectedCallback(): void {
    super.connectedCallback();
    void this.read();
  }

  protected override render(): TemplateResult {
    return html`<header class="shared-header">
        <a href="/" class="brand">${icons.octagon}<strong>Deadstop</strong></a>
        <span class="faint">Shared, read only</span>
      </header>
      <main id="conversation" tabindex="-1">
        <div class="column">
          ${this.failure ? html`<p class="warning" role="alert" data-testid="share-failure">${this.failure}</p>` : nothing}
          ${this.shared ? this.contents(this.shared) : nothing}
        </div>
      </main>`;
  }

  private contents({ title, createdAt, answers }: Shared): TemplateResult {
    const day = new Date(createdAt).toLocaleDateString("en-GB", { dateStyle: "long" });
    // Mostly the title is the first question, which stands right below.
    const said = answers[0]?.query.trim() === title;
    return html`<h1 class=${said ? "unseen" : ""} data-testid="share-title">${title}</h1>
      <p class="faint">Shared on ${day}; the figures are of when it was asked.</p>
      ${repeat(
        answers,
        ({ jobId }) => jobId,
        (answer) => html`<ds-answer .turn=${turnOf(answer)} .answer=${this.answers.get(answer.jobId) ?? ASKED} .readonly=${true}></ds-answer>`,
      )}`;
  }

  private async read(): Promise<void> {
    try {
      this.shared = await sharedIn(this.shareId);
      document.title = `${this.shared.title} · Deadstop`;
      for (const answer of this.shared.answers) this.follow(answer);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.failure = error instanceof SignInNeeded ? this.signInFirst() : html`${error.message} <a href="/">Go to Deadstop</a>`;
    }
  }

  private signInFirst(): TemplateResult {
    return html`This is for people who can sign in here. <a href="/${shareAddress(this.shareId)}" data-testid="share-sign-in">Sign in and read it</a>`;
  }

  /** An event stream that breaks off would begin anew, so it is taken once. */
  private follow({ jobId }: SharedAnswer): void {
    const source = new EventSource(answerAddress(this.shareId, jobId));
    const change = (next: (state: AnswerState) => AnswerState) => {
      const changed = next(this.answers.get(jobId) ?? ASKED);
      this.answers.set(jobId, changed);
      if (hasEnded(changed)) source.close();
      this.redraw();
    };
    for (const name of EVENTS) {
      source.addEventListener(name, ({ data }: MessageEvent<string>) => change((state) => reduce(state, JSON.parse(data) as JobEvent)));
    }
    source.addEventListener("error", () => change(gone));
  }
}
