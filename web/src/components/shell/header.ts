import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { AuthenticatedData, ConnectionState } from "deadstop-client";
import { OPERATIONS } from "./address";
import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";

/** Who is signed in, and which model answers: always in view. */
@customElement("ds-header")
export class Header extends PageElement {
  @property({ attribute: false }) connection: ConnectionState = { kind: "connecting" };
  @property({ attribute: false }) fresh = true;
  /** True while the list of conversations is open. */
  @property({ attribute: false }) listed = false;
  /** True while the data panel is open. */
  @property({ attribute: false }) schema = false;
  /** Where the conversation is, while the operators' page is shown. */
  @property({ attribute: false }) chatAddress = "";
  private server: AuthenticatedData | null = null;

  protected override willUpdate(): void {
    if (this.connection.kind === "open") this.server = this.connection.server;
  }

  protected override render(): TemplateResult {
    return html`
      <header class="bar">
        <button
          class="icon-only"
          aria-label="Conversations"
          aria-expanded=${this.listed}
          title="Conversations"
          @click=${() => this.dispatchEvent(new CustomEvent("toggle-list"))}
          data-testid="conversations-toggle"
        >
          ${icons.panel}
        </button>
        <h1 class="brand">${icons.octagon}<span class="brand-name">Deadstop</span></h1>
        <span class="gap"></span>
        ${this.server?.role === "operator" ? this.wayToOperations() : nothing}
        ${this.server ? this.signedIn(this.server) : nothing}
        <button
          class="icon-only"
          aria-label="Data"
          aria-expanded=${this.schema}
          title="Data: tables and columns"
          ?hidden=${this.chatAddress !== ""}
          @click=${() => this.dispatchEvent(new CustomEvent("toggle-schema"))}
          data-testid="schema-toggle-panel"
        >
          ${icons.table}
        </button>
        <button
          class="quiet"
          ?disabled=${this.fresh}
          @click=${() => this.dispatchEvent(new CustomEvent("new-chat"))}
          data-testid="new-chat"
        >
          ${icons.plus}<span class="wide">New conversation</span>
        </button>
      </header>
    `;
  }

  private wayToOperations(): TemplateResult {
    return this.chatAddress
      ? html`<a class="way" href=${this.chatAddress} data-testid="to-chat">Conversation</a>`
      : html`<a class="way" href=${OPERATIONS} data-testid="to-ops">Operations</a>`;
  }

  private signedIn(server: AuthenticatedData): TemplateResult {
    const offline = server.llm === "offline";
    return html`
      <span
        class="chip"
        data-testid="model"
        data-offline=${offline}
        title=${offline
          ? "No model is set: questions are read by rules, and SQL you type runs as it is"
          : "The model that answers"}
        ><span class="dot" aria-hidden="true"></span><span class="name">${offline ? "offline planner" : server.llm}</span></span
      >
      <span class="chip plain wide" data-testid="user" title="Signed in as ${server.user_id} (${server.role})"
        ><span class="name">${server.user_id}</span>${server.role === "operator" ? html`<span class="role">operator</span>` : nothing}</span
      >
    `;
  }
}
