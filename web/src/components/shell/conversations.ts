import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import type { Chat } from "../../model/chat";
import { dateGroups, sharedTitles, timeText } from "../../model/conversations/date-groups";
import { type Listed, StoreError } from "../../model/conversations/conversation-store";
import { addressOf } from "./address";
import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";

const REFRESH_MS = 5000;
const TYPING_PAUSE_MS = 200;

type Changing = { readonly id: string; readonly how: "rename" | "remove" };

/** The person's conversations, the latest first, each a link to its address; they can be searched and renamed. */
@customElement("ds-conversations")
export class Conversations extends PageElement {
  @property({ attribute: false }) chat!: Chat;
  @property({ attribute: false }) listed: readonly Listed[] = [];
  @property({ attribute: false }) more = false;
  @property({ attribute: false }) current = "";
  @state() private changing: Changing | null = null;
  @state() private failure = "";
  @state() private words = "";
  private refreshing: ReturnType<typeof setInterval> | undefined;
  private typing: ReturnType<typeof setTimeout> | undefined;

  /** What other browsers ask is seen too, if a little later. */
  override connectedCallback(): void {
    super.connectedCallback();
    this.refreshing = setInterval(() => {
      if (!document.hidden) void this.chat.store.refresh();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.refreshing);
    clearTimeout(this.typing);
    if (this.words) void this.chat.store.search("");
  }

  protected override render(): TemplateResult {
    return html`<nav aria-label="Conversations" @keydown=${this.escaped} data-testid="conversations">
      <input
        type="search"
        placeholder="Search conversations"
        aria-label="Search conversations"
        .value=${this.words}
        @input=${this.typed}
        data-testid="conversation-search"
      />
      ${this.listed.length === 0
        ? html`<p class="faint">${this.words ? "Nothing found." : "Nothing asked yet."}</p>`
        : nothing}
      ${this.groups()}
      ${this.more
        ? html`<button class="quiet small" @click=${() => void this.chat.store.showMore()} data-testid="more-conversations">
            Show more
          </button>`
        : nothing}
      <form method="post" action="/signout">
        ${this.signedIn()}
        <button class="quiet small" data-testid="sign-out">Sign out</button>
      </form>
    </nav>`;
  }

  private groups(): TemplateResult[] {
    const now = new Date();
    const shared = sharedTitles(this.listed);
    return dateGroups(this.listed, now).map(
      ({ name, conversations }) => html`<h2 class="day" data-testid="day">${name}</h2>
        <ul aria-label=${name}>
          ${repeat(
            conversations,
            ({ id }) => id,
            (one) => this.item(one, shared.has(one.title) ? timeText(one.updatedAt, now) : ""),
          )}
        </ul>`,
    );
  }

  private signedIn(): TemplateResult | typeof nothing {
    const { state } = this.chat.connection;
    return state.kind === "open" ? html`<span class="faint">${state.server.user_id}</span>` : nothing;
  }

  private item(one: Listed, time: string): TemplateResult {
    if (this.changing?.id === one.id) {
      return html`<li class="changing">${this.changing.how === "rename" ? this.renaming(one) : this.removing(one)}</li>`;
    }
    return html`<li>
      <a href=${addressOf(one.id)} aria-current=${one.id === this.current ? "page" : "false"} data-testid="conversation">
        ${one.running ? html`<span class="spinner" role="img" aria-label="under way"></span>` : nothing}
        <span class="title" dir="auto">${one.title}</span>
        ${time ? html`<time class="faint" data-testid="conversation-time">${time}</time>` : nothing}
      </a>
      ${this.tool(one, "rename", `Rename ${one.title}`, "Rename", icons.pencil)}
      ${this.tool(one, "remove", `Delete ${one.title}`, "Delete", icons.cross)}
    </li>`;
  }

  private tool(one: Listed, how: Changing["how"], label: string, title: string, icon: unknown): TemplateResult {
    return html`<button
      class="tool"
      aria-label=${label}
      title=${title}
      @click=${() => void this.change({ id: one.id, how })}
      data-testid="conversation-${how}"
    >
      ${icon}
    </button>`;
  }

  private renaming(one: Listed): TemplateResult {
    return html`<form @submit=${(event: SubmitEvent) => this.renamed(event, one.id)}>
      <input name="title" aria-label="Title" maxlength="200" required .value=${one.title} data-testid="conversation-title" />
      ${this.lastWords()}
    </form>`;
  }

  private removing(one: Listed): TemplateResult {
    return html`<div role="group" aria-label="Delete ${one.title}?">
      <p>Delete “${one.title}”?</p>
      ${this.lastWords()}
      <button class="quiet small" @click=${() => void this.removeNow(one.id)} data-testid="conversation-delete">Delete</button>
      <button class="quiet small" @click=${() => void this.change(null)}>Keep</button>
    </div>`;
  }

  private lastWords(): TemplateResult | typeof nothing {
    return this.failure ? html`<p role="alert" class="warning" data-testid="conversation-error">${this.failure}</p>` : nothing;
  }

  private async change(changing: Changing | null): Promise<void> {
    this.changing = changing;
    this.failure = "";
    await this.updateComplete;
    const first = this.querySelector<HTMLElement>(".changing input, .changing button");
    first?.focus();
    if (first instanceof HTMLInputElement) first.select();
  }

  private renamed(event: SubmitEvent, id: string): void {
    event.preventDefault();
    const title = String(new FormData(event.target as HTMLFormElement).get("title"));
    void this.attempt(() => this.chat.rename(id, title));
  }

  private async removeNow(id: string): Promise<void> {
    if (await this.attempt(() => this.chat.remove(id))) this.dispatchEvent(new CustomEvent("removed", { detail: id }));
  }

  /** The server may refuse: why stands where it was asked. */
  private async attempt(change: () => Promise<void>): Promise<boolean> {
    try {
      await change();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.failure = error.message;
      return false;
    }
    await this.change(null);
    return true;
  }

  private escaped(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.preventDefault(); // elsewhere it stops the answer
    if (this.changing) void this.change(null);
    else this.search("");
  }

  private typed(event: InputEvent): void {
    this.search((event.target as HTMLInputElement).value);
  }

  private search(words: string): void {
    this.words = words;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void this.chat.store.search(this.words), TYPING_PAUSE_MS);
  }
}
