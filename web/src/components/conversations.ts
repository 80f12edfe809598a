import { html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { type Conversation, titleOf } from "../conversation";
import { addressOf } from "./address";
import * as icons from "./icons";
import { PageElement } from "./page-element";

/** The conversations so far, newest first, each a link to its address. */
@customElement("ds-conversations")
export class Conversations extends PageElement {
  @property({ attribute: false }) known: readonly Conversation[] = [];
  @property({ attribute: false }) current = "";

  protected override render(): TemplateResult {
    return html`<nav aria-label="Conversations" data-testid="conversations">
      ${this.known.length === 0 ? html`<p class="faint">Nothing asked yet.</p>` : ""}
      <ul>
        ${this.known.map((conversation) => this.item(conversation))}
      </ul>
      <form method="post" action="/signout">
        <button class="quiet small" data-testid="sign-out">Sign out</button>
      </form>
    </nav>`;
  }

  private item(conversation: Conversation): TemplateResult {
    const current = conversation.id === this.current;
    const title = titleOf(conversation);
    return html`<li>
      <a href=${addressOf(conversation.id)} aria-current=${current ? "page" : "false"} data-testid="conversation">
        ${conversation.turns.some((turn) => !turn.ended)
          ? html`<span class="spinner" role="img" aria-label="under way"></span>`
          : ""}
        <span class="title">${title}</span>
      </a>
      <button
        class="forget"
        aria-label="Forget ${title}"
        title="Forget this conversation"
        @click=${() => this.dispatchEvent(new CustomEvent("forget", { detail: conversation.id }))}
        data-testid="forget"
      >
        ${icons.cross}
      </button>
    </li>`;
  }
}
