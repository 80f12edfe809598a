import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { AuthenticatedData, ConnectionState } from "deadstop-client";
import { BOARD, OPERATIONS, type View } from "./address";
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
  @property({ attribute: false }) view: View = "chat";
  /** Where the conversation is. */
  @property({ attribute: false }) chatAddress = "#";
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
          ?hidden=${this.view !== "chat"}
          @click=${() => this.dispatchEvent(new CustomEvent("toggle-list"))}
          data-testid="conversations-toggle"
        >
          ${icons.panel}
        </button>
        <h1 class="brand">${icons.octagon}<span class="brand-name">Deadstop</span></h1>
        <span class="gap"></span>
        ${this.ways()}
        ${this.server ? this.signedIn(this.server) : nothing}
        <button
          class="icon-only"
          aria-label="Data"
          aria-expanded=${this.schema}
          title="Data: tables and columns"
          ?hidden=${this.view !== "chat"}
          @click=${() => this.dispatchEvent(new CustomEvent("toggle-schema"))}
          data-testid="schema-toggle-panel"
        >
          ${icons.table}
        </button>
        <button
          class="quiet"
          ?disabled=${this.fresh && this.view === "chat"}
          @click=${() => this.dispatchEvent(new CustomEvent("new-chat"))}
          data-testid="new-chat"
        >
          ${icons.plus}<span class="wide">New conversation</span>
        </button>
      </header>
    `;
  }

  /** To the views that are not shown. */
  private ways(): unknown {
    const ways: readonly (readonly [View, string, string, string])[] = [
      ["chat", "Conversation", this.chatAddress, "to-chat"],
      ["board", "Board", BOARD, "to-board"],
      ["operations", "Operations", OPERATIONS, "to-ops"],
    ];
    const open = ways.filter(([view]) => view !== this.view && (view !== "operations" || this.server?.role === "operator"));
    return open.map(([, name, address, id]) => html`<a class="way" href=${address} data-testid=${id}>${name}</a>`);
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
