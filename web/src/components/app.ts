import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { hasEnded } from "../answer-state";
import { type CatalogSummary, readCatalog } from "../catalog";
import { Chat } from "../chat";
import { spoken, titleOf, type Turn } from "../conversation";
import { UnderWay } from "../under-way";
import { addressedConversation, addressOf, operationsAddressed, showAddress } from "./address";
import { AtBottom } from "./at-bottom";
import type { ConnectionState } from "../connection";
import type { Composer } from "./composer";
import { oncePerFrame } from "./frame";
import * as icons from "./icons";
import { PageElement } from "./page-element";
import { reloadIfSignedOut } from "./signed-out";

/** Here the list of conversations lies over the conversation. */
const NARROW = "(max-width: 60rem)";

/** The page: a header, the conversation, and the field to ask in. */
@customElement("ds-app")
export class App extends PageElement {
  @state() private listed = false;
  @state() private operations = false;
  @state() private catalog: CatalogSummary | null = null;
  private catalogWanted = false;
  @query("ds-composer") private readonly composer!: Composer;
  private readonly redraw = oncePerFrame(() => this.requestUpdate());
  private readonly bottom = new AtBottom(this);
  private readonly chat = new Chat(
    `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`,
    (userId) => new UnderWay(localStorage, userId),
    addressedConversation,
    () => this.chatChanged(),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    const { connection } = this.chat;
    addEventListener("offline", () => connection.drop());
    addEventListener("online", () => connection.open());
    addEventListener("keydown", (event) => this.keyPressed(event));
    addEventListener("storage", () => void this.chat.reread());
    addEventListener("focus", () => void this.chat.reread());
    addEventListener("hashchange", () => this.addressChanged());
    this.operationsAddressChanged();
    connection.open();
  }

  protected override render(): TemplateResult {
    const { chat } = this;
    const connection = chat.connection.state;
    return html`
      <a class="skip" href="#ask">Skip to the question field</a>
      <ds-header
        .connection=${connection}
        .fresh=${chat.conversation.turns.length === 0}
        .listed=${this.listed}
        .chatAddress=${this.operations ? this.chatAddress : ""}
        @new-chat=${this.newChat}
        @toggle-list=${this.listToggled}
      ></ds-header>
      <ds-banner .connection=${connection} @reconnect=${() => chat.connection.open()}></ds-banner>
      ${this.operations ? html`<ds-ops></ds-ops>` : nothing}
      <div class="body" ?hidden=${this.operations}>
        ${this.listed ? this.list() : nothing}
        <div class="stage">
          <main id="conversation" tabindex="-1">
            <div class="column">
              ${chat.conversation.turns.length === 0
                ? this.welcome(connection)
                : this.turns()}
            </div>
          </main>
          ${this.dock(connection.kind === "open")}
        </div>
      </div>
    `;
  }

  private welcome(connection: ConnectionState): TemplateResult {
    return html`<ds-welcome
      .ready=${connection.kind === "open"}
      .catalog=${this.catalog}
      .offline=${connection.kind === "open" && connection.server.llm === "offline"}
      @ask=${this.asked}
    ></ds-welcome>`;
  }

  private list(): TemplateResult {
    return html`<ds-conversations
      .chat=${this.chat}
      .listed=${this.chat.store.listed}
      .more=${this.chat.store.more}
      .current=${this.chat.conversation.id}
      @removed=${(event: CustomEvent<string>) => this.removed(event.detail)}
    ></ds-conversations>`;
  }

  private dock(ready: boolean): TemplateResult {
    const { active, openClarification } = this.chat;
    return html`
      <div class="dock" role="region" aria-label="Ask">
        ${this.bottom.away
          ? html`<button class="to-bottom" @click=${() => this.bottom.jump()} data-testid="to-bottom">
              ${icons.down} Latest
            </button>`
          : nothing}
        <ds-composer
          class="column"
          .phase=${active ? this.chat.answerOf(active).phase : null}
          .clarifying=${Boolean(openClarification)}
          .ready=${ready}
          @ask=${this.asked}
          @stop-answer=${(event: CustomEvent<{ now: boolean }>) => this.chat.stop(event.detail.now)}
        ></ds-composer>
        <ds-loaded class="column" .catalog=${this.catalog}></ds-loaded>
      </div>
    `;
  }

  private turns(): unknown {
    const { turns } = this.chat.conversation;
    return repeat(
      turns,
      (turn) => turn.sessionId,
      (turn, index) => this.turn(turn, index === turns.length - 1),
    );
  }

  private turn(turn: Turn, isLast: boolean): TemplateResult {
    const answer = this.chat.answerOf(turn);
    const connection = this.chat.connection.state;
    return html`<ds-answer
      .turn=${turn}
      .answer=${answer}
      .user=${connection.kind === "open" ? connection.server.user_id : ""}
      .retryable=${hasEnded(answer) && !this.chat.active}
      .answerable=${isLast}
      @retry=${() => this.retry(turn)}
      @edit=${() => this.composer.fill(spoken(turn))}
      @ask=${this.asked}
      @run-sql=${this.statementAsked}
    ></ds-answer>`;
  }

  protected override updated(): void {
    const { conversation, active } = this.chat;
    const named = conversation.turns.length > 0 ? `${titleOf(conversation)} · Deadstop` : "Deadstop";
    document.title = active ? `● ${named}` : named;
  }

  protected override firstUpdated(): void {
    this.bottom.attach(this.querySelector("main") as HTMLElement);
  }

  private get chatAddress(): string {
    const { conversation } = this.chat;
    return conversation.turns.length > 0 ? addressOf(conversation.id) : "#";
  }

  private chatChanged(): void {
    const { conversation, connection } = this.chat;
    if (conversation.turns.length > 0 && !this.operations) showAddress(conversation.id);
    if (connection.state.kind === "open") void this.readCatalogOnce();
    if (connection.state.kind === "refused") void reloadIfSignedOut();
    if (connection.state.kind === "waiting" && connection.state.attempt <= 2) void reloadIfSignedOut();
    this.redraw();
  }

  private async readCatalogOnce(): Promise<void> {
    if (this.catalogWanted) return;
    this.catalogWanted = true;
    this.catalog = await readCatalog();
  }

  private asked(event: CustomEvent<string>): void {
    this.bottom.jump();
    this.chat.ask(event.detail);
  }

  private statementAsked(event: CustomEvent<string>): void {
    this.bottom.jump();
    this.chat.ask(event.detail, true);
  }

  private listToggled(): void {
    this.listed = !this.listed;
    if (this.listed) void this.chat.store.refresh();
  }

  private removed(id: string): void {
    if (id === addressedConversation()) showAddress("");
  }

  private retry(turn: Turn): void {
    this.bottom.jump();
    this.chat.retry(turn);
  }

  /** What shows operations is loaded when somebody goes there. */
  private operationsAddressChanged(): void {
    this.operations = operationsAddressed();
    if (this.operations) void import("../ops/ops");
  }

  private newChat(): void {
    if (this.operations) location.hash = "";
    showAddress("");
    this.chat.begin();
    this.composer.fill("");
  }

  private addressChanged(): void {
    this.operationsAddressChanged();
    const wanted = addressedConversation();
    if (!wanted || wanted === this.chat.conversation.id) return;
    this.bottom.jump();
    if (matchMedia(NARROW).matches) this.listed = false;
    void this.chat.open(wanted);
  }

  private keyPressed(event: KeyboardEvent): void {
    if (event.key !== "Escape" || this.operations || event.defaultPrevented || event.isComposing) return;
    if (this.chat.active && this.chat.answerOf(this.chat.active).phase !== "stopping") this.chat.stop();
  }
}
