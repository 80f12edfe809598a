import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { StoreError } from "../../model/conversations/conversation-store";
import { endShare, linkOf, listShares, type Share, share } from "../../model/conversations/shares";
import "../../elements/copy-button";
import { PageElement } from "../../elements/page-element";
import "../../styles/dialog.css";
import "../../styles/share.css";

/** What can be shared from where the dialog was opened: jobs. */
export interface Shareable {
  readonly answer: readonly string[];
  /** The conversation up to that answer. */
  readonly conversation: readonly string[];
}

/** Makes links to answers, lists those that there are, and ends them. */
@customElement("ds-share-dialog")
export class ShareDialog extends PageElement {
  @state() private shareable: Shareable | null = null;
  @state() private shares: readonly Share[] = [];
  @state() private publicAllowed = false;
  @state() private keptDays = 0;
  @state() private made = "";
  @state() private failure = "";
  @query("dialog") private readonly dialog!: HTMLDialogElement;

  /** @param shareable null: only the links that there are */
  async show(shareable: Shareable | null): Promise<void> {
    this.shareable = shareable;
    this.made = "";
    this.failure = "";
    if (!this.dialog.open) this.dialog.showModal();
    await this.attempt(() => this.reread());
  }

  protected override render(): TemplateResult {
    return html`<dialog aria-label="Share" @keydown=${(event: KeyboardEvent) => event.stopPropagation()} data-testid="share-dialog">
      <form method="dialog"><h2>${this.shareable ? "Share" : "Shared links"}</h2><span class="gap"></span><button class="quiet small">Close</button></form>
      ${this.shareable ? this.making(this.shareable) : nothing}
      ${this.failure ? html`<p class="warning" role="alert" data-testid="share-error">${this.failure}</p>` : nothing}
      ${this.shareable ? html`<h3>Your links</h3>` : nothing} ${this.list()}
    </dialog>`;
  }

  private making({ conversation }: Shareable): TemplateResult {
    return html`<form class="making" @submit=${this.submitted}>
      <p>Who has the link ${this.publicAllowed ? "" : "and can sign in here "}reads it as it stands now, and nothing else of yours.</p>
      ${this.keptDays > 0 ? html`<p class="faint" data-testid="share-life">${this.life()}</p>` : nothing}
      ${conversation.length > 1
        ? html`<label><input type="radio" name="what" value="answer" checked /> This answer</label>
            <label><input type="radio" name="what" value="conversation" data-testid="share-conversation" /> The conversation up to here, ${conversation.length} answers</label>`
        : nothing}
      ${this.publicAllowed
        ? html`<label><input type="checkbox" name="public" data-testid="share-public" /> Without signing in: anybody who has the link</label>`
        : nothing}
      <button class="quiet" data-testid="share-make">Make a link</button>
    </form>`;
  }

  private life(): string {
    const days = this.keptDays === 1 ? "1 day" : `${this.keptDays} days`;
    return `The link holds until you end it, and at most as long as the server keeps the answers: ${days} after each was complete.`;
  }

  private list(): TemplateResult {
    if (this.shares.length === 0) return html`<p class="faint" data-testid="no-shares">Nothing is shared.</p>`;
    return html`<ul aria-label="Your links">
      ${this.shares.map((one) => this.item(one))}
    </ul>`;
  }

  private item(one: Share): TemplateResult {
    const many = one.answers === 1 ? "1 answer" : `${one.answers} answers`;
    const day = new Date(one.createdAt).toLocaleDateString("en-GB", { day: "numeric", month: "short" });
    return html`<li data-testid="share" data-made=${one.id === this.made}>
      <a href=${linkOf(one)} target="_blank" rel="noopener" data-testid="share-link">${one.title}</a>
      <span class="faint">${many}, ${day}${one.isPublic ? ", without signing in" : ""}</span>
      <span class="gap"></span>
      <ds-copy .text=${linkOf(one)} label="Copy the link to ${one.title}"></ds-copy>
      <button class="quiet small" aria-label="End the link to ${one.title}" @click=${() => void this.attempt(() => this.end(one))} data-testid="share-end">End</button>
    </li>`;
  }

  private submitted(event: SubmitEvent): void {
    event.preventDefault();
    const wanted = new FormData(event.currentTarget as HTMLFormElement);
    const what = wanted.get("what") === "conversation" ? "conversation" : "answer";
    void this.attempt(() => this.make(this.shareable?.[what] ?? [], wanted.has("public")));
  }

  private async make(jobIds: readonly string[], isPublic: boolean): Promise<void> {
    this.made = (await share(jobIds, isPublic)).id;
    await this.reread();
  }

  private async end(one: Share): Promise<void> {
    await endShare(one.id);
    await this.reread();
  }

  private async reread(): Promise<void> {
    ({ shares: this.shares, publicAllowed: this.publicAllowed, keptDays: this.keptDays } = await listShares());
  }

  private async attempt(what: () => Promise<void>): Promise<void> {
    this.failure = "";
    try {
      await what();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.failure = error.message;
    }
  }
}
