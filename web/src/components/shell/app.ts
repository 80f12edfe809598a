import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { type CatalogSummary, readCatalog, READING, rereadCatalog } from "../../model/catalog/catalog";
import { Board } from "../../model/board/board";
import type { Filled, Saved } from "../../model/board/saved";
import { Chat } from "../../model/chat";
import { titleOf } from "../../model/conversations/conversation";
import type { Listed } from "../../model/conversations/conversation-store";
import { sharedTitles, timeText } from "../../model/conversations/date-groups";
import { Drafts } from "../../model/conversations/drafts";
import { type Transport, Transports } from "deadstop-client";
import { chooseTransport, chosenTransport } from "../../model/kept-transport";
import { UnderWay } from "../../model/conversations/under-way";
import { addressedConversation, addressedView, addressOf, BOARD, OPERATIONS, pushAddress, replaceAddress, type View } from "./address";
import type { Command } from "./commands";
import type { Drop } from "./drop";
import type { KeyHelp } from "./key-help";
import type { Palette } from "./palette";
import { chooseTheme, type Theme } from "../../elements/theme";
import { sharePath } from "../../elements/share-address";
import { oncePerFrame } from "../../elements/once-per-frame";
import { PageElement } from "../../elements/page-element";
import { reloadIfSignedOut } from "./signed-out";
import type { RunDialog } from "../saved/run-dialog";
import type { Savable, SaveDialog } from "../saved/save-dialog";
import type { ConversationView } from "../conversation/conversation-view";

/** Here the list of conversations lies over the conversation. */
const NARROW = "(max-width: 60rem)";
const THEMES: readonly Theme[] = ["light", "dark", "system"];
const TRANSPORTS: readonly Transport[] = ["auto", "websocket", "http"];
const VIEW_TITLES = { board: "Board", operations: "Operations" } as const;
const CATALOG_REFRESH_MS = 15_000;

/** The page: a header, the list of conversations, and the conversation or what operators see. */
@customElement("ds-app")
export class App extends PageElement {
  @state() private listed = false;
  @state() private view: View = "chat";
  @state() private schema = false;
  @state() private catalog: CatalogSummary | null = null;
  @state() private awaited = READING;
  private catalogWanted = false;
  @query("ds-drop") private readonly drop!: Drop;
  @query("ds-palette") private readonly palette!: Palette;
  @query("ds-key-help") private readonly keyHelp!: KeyHelp;
  @query("ds-save-dialog") private readonly saveDialog!: SaveDialog;
  @query("ds-run-dialog") private readonly runDialog!: RunDialog;
  @query("ds-conversation-view") private readonly conversationView!: ConversationView;
  /** Neither hears of a change in the chat by itself. */
  private readonly redraw = oncePerFrame(() => {
    this.requestUpdate();
    this.conversationView.requestUpdate();
    this.querySelector<PageElement>("ds-board:defined")?.requestUpdate();
  });
  private readonly chat = new Chat(
    new Transports(location.host, location.protocol === "https:", chosenTransport),
    new Drafts(sessionStorage),
    {
      underWayOf: (userId) => new UnderWay(localStorage, userId),
      changed: () => this.chatChanged(),
      began: (id) => {
        pushAddress(id);
        this.view = "chat";
      },
      resumed: (id) => this.view === "chat" && replaceAddress(id),
      addressed: addressedConversation,
    },
  );
  private readonly board = new Board(this.chat.answers, () => this.chatChanged());

  override connectedCallback(): void {
    super.connectedCallback();
    const { connection } = this.chat;
    addEventListener("offline", () => connection.drop());
    addEventListener("online", () => connection.open());
    addEventListener("keydown", (event) => this.keyPressed(event));
    addEventListener("storage", () => void this.chat.reread());
    addEventListener("focus", () => void this.chat.reread());
    addEventListener("popstate", () => this.showAddressed());
    setInterval(() => void this.rereadCatalog(), CATALOG_REFRESH_MS);
    this.showAddressed();
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
        .schema=${this.schema}
        .view=${this.view}
        .chatAddress=${this.chatAddress}
        @new-chat=${this.newChat}
        @toggle-list=${this.listToggled}
        @toggle-schema=${this.schemaToggled}
      ></ds-header>
      <ds-banner .connection=${connection} @reconnect=${() => chat.connection.open()}></ds-banner>
      ${this.view === "operations" ? html`<ds-ops></ds-ops>` : nothing} ${this.view === "board" ? this.boardView() : nothing}
      <div class="body" ?hidden=${this.view !== "chat"}>
        ${this.listed ? this.list() : nothing}
        <ds-conversation-view .chat=${chat} .catalog=${this.catalog} .awaited=${this.awaited} @choose-file=${() => this.drop.choose()} @save-answer=${({ detail }: CustomEvent<Savable>) => void this.showSave(detail)}></ds-conversation-view>
        ${this.schema ? this.schemaPanel() : nothing}
      </div>
      <ds-drop
        .inView=${`${this.view} ${chat.conversation.id} ${chat.shown.length}`}
        @files-changed=${() => void this.readCatalogAgain()}
        @show-data=${() => this.schema || this.schemaToggled()}
        @insert=${({ detail }: CustomEvent<string>) => this.conversationView.insert(detail)}
      ></ds-drop>
      <ds-palette></ds-palette>
      <ds-key-help></ds-key-help>
      <ds-save-dialog .agents=${chat.choices.agents} .models=${chat.choices.models} @saved=${() => void this.board.refresh()}></ds-save-dialog>
      <ds-run-dialog @ask-filled=${({ detail }: CustomEvent<Filled>) => this.askFilled(detail)}></ds-run-dialog>
    `;
  }

  private boardView(): TemplateResult {
    return html`<ds-board
      .board=${this.board}
      .user=${this.chat.userId}
      .connected=${this.chat.connection.state.kind === "open"}
      @run-saved=${({ detail }: CustomEvent<Saved>) => void this.runSaved(detail)}
      @edit-saved=${({ detail }: CustomEvent<Saved>) => void this.showSave({ saved: detail, content: detail, sql: "", standsAlone: true })}
    ></ds-board>`;
  }

  private async showSave(savable: Savable): Promise<void> {
    await import("../saved/save-dialog");
    await this.saveDialog.show(savable);
  }

  private async runSaved(saved: Saved): Promise<void> {
    await import("../saved/run-dialog");
    await this.runDialog.show(saved);
  }

  private askFilled({ query, agent, model }: Filled): void {
    this.conversationView.toEnd();
    this.chat.askAnew(query, { agent, model });
  }

  private schemaPanel(): TemplateResult {
    return html`<ds-schema
      .catalog=${this.catalog}
      .awaited=${this.awaited}
      @close=${this.schemaToggled}
      @choose-file=${() => this.drop.choose()}
      @files-changed=${() => void this.readCatalogAgain()}
      @insert=${(event: CustomEvent<string>) => this.leaveSchema(() => this.conversationView.insert(event.detail))}
      @ask-sql=${(event: CustomEvent<string>) => this.leaveSchema(() => this.conversationView.askStatement(event.detail))}
    ></ds-schema>`;
  }

  /** Where the panel lies over the conversation, it gives way to what has been done from it. */
  private leaveSchema(act: () => void): void {
    if (matchMedia(NARROW).matches) this.schema = false;
    act();
  }

  private schemaToggled(): void {
    this.schema = !this.schema;
    if (!this.schema) return;
    void import("../schema/schema-browser");
    void this.rereadCatalog();
  }

  /** Data may change while they are looked at. */
  private async rereadCatalog(): Promise<void> {
    if (this.catalog && this.schema && !document.hidden && this.chat.connection.state.kind === "open") this.catalog = await rereadCatalog(this.catalog);
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

  protected override updated(): void {
    const { conversation, active } = this.chat;
    const shown = this.view === "chat" ? (conversation.turns.length > 0 ? titleOf(conversation) : "") : VIEW_TITLES[this.view];
    const named = shown ? `${shown} · Deadstop` : "Deadstop";
    const title = active ? `● ${named}` : named;
    if (document.title !== title) document.title = title;
  }

  private get chatAddress(): string {
    const { conversation } = this.chat;
    return conversation.turns.length > 0 ? addressOf(conversation.id) : "#";
  }

  private chatChanged(): void {
    const { connection } = this.chat;
    if (connection.state.kind === "open") void this.readCatalogOnce();
    else if (this.catalog) this.catalogWanted = false;
    if (connection.state.kind === "refused") void reloadIfSignedOut();
    if (connection.state.kind === "waiting" && connection.state.attempt <= 2) void reloadIfSignedOut();
    this.redraw();
  }

  /** Once for each connection: a server that has been started anew may have other data. */
  private async readCatalogOnce(): Promise<void> {
    if (this.catalogWanted) return;
    this.catalogWanted = true;
    this.catalog = await readCatalog((what) => (this.awaited = what));
  }

  /** Once it tells of the files as they are now. */
  private async readCatalogAgain(): Promise<void> {
    this.catalog = await readCatalog((what) => (this.awaited = what));
  }

  private listToggled(): void {
    this.listed = !this.listed;
    if (this.listed) void this.chat.store.refresh();
  }

  private removed(id: string): void {
    if (id === addressedConversation()) replaceAddress("");
  }

  /** These are loaded at their first visit. */
  private loadView(): void {
    if (this.view === "operations") void import("../../ops/ops");
    if (this.view === "board") void import("../board/board");
  }

  private newChat(): void {
    pushAddress("");
    this.showAddressed();
    this.chat.changeDraft({ text: "", queued: [], agent: "", model: "" });
    this.conversationView.focusField();
  }

  /** Opened before the event has ended, so that what is typed next goes to its field. */
  private async showPalette(): Promise<void> {
    this.palette.show(this.commands());
    await Promise.all([this.chat.store.refresh(), this.board.refresh()]);
    this.palette.refresh(this.commands());
  }

  private async showKeys(): Promise<void> {
    await import("./key-help");
    await this.keyHelp.updateComplete;
    this.keyHelp.show();
  }

  /** Everything that can be done from anywhere. */
  private commands(): readonly Command[] {
    const { chat } = this;
    const does = (name: string, run: () => void): Command => ({ name, kind: "do", run });
    const open = (name: string, kind: string, address: string): Command => ({ name, kind, run: () => (location.hash = address) });
    const { state } = chat.connection;
    return [
      does("New conversation", () => this.newChat()),
      ...(chat.active ? [does("Stop the answer", () => chat.stop())] : []),
      ...(this.view === "chat" ? this.chatCommands() : []),
      open("Board", "page", BOARD),
      ...(state.kind === "open" && state.server.role === "operator" ? [open("Operations", "page", OPERATIONS)] : []),
      ...THEMES.map((theme) => does(`Theme: ${theme}`, () => chooseTheme(theme))),
      ...TRANSPORTS.map((way) => does(`Connection: ${way}`, () => this.transportChosen(way))),
      does("Keys", () => void this.showKeys()),
      ...this.board.saved.map((one) => ({ name: one.name, kind: "saved question", run: () => void this.runSaved(one) })),
      ...this.conversationCommands(),
    ];
  }

  /** Those of one title are told apart as in the list. */
  private conversationCommands(): readonly Command[] {
    const { listed } = this.chat.store;
    const shared = sharedTitles(listed);
    const nameOf = ({ title, updatedAt }: Listed) => (shared.has(title) ? `${title} · ${timeText(updatedAt, new Date())}` : title);
    return listed.map((one) => ({ name: nameOf(one), kind: "conversation", run: () => (location.hash = addressOf(one.id)) }));
  }

  private transportChosen(way: Transport): void {
    chooseTransport(way);
    this.chat.connection.drop();
  }

  private chatCommands(): readonly Command[] {
    return [
      { name: "Show the data", kind: "do", run: () => this.schema || this.schemaToggled() },
      { name: "Add a file of your own", kind: "do", run: () => this.drop.choose() },
      { name: "Shared links", kind: "do", run: () => void this.conversationView.showShares() },
      { name: "List the conversations", kind: "do", run: () => this.listed || this.listToggled() },
      ...(this.catalog?.tables ?? []).map(({ name }) => ({ name, kind: "table", run: () => this.conversationView.insert(name) })),
    ];
  }

  /** Makes what is shown what the address says: after a load, Back, Forward, a link or a new conversation. */
  private showAddressed(): void {
    const share = sharePath(location.hash);
    if (share) return location.replace(share);
    this.view = addressedView();
    if (this.view !== "chat") return this.loadView();
    const wanted = addressedConversation();
    if (wanted === this.chat.conversation.id) return;
    if (matchMedia(NARROW).matches) this.listed = false;
    this.conversationView?.toEnd();
    if (wanted) void this.chat.open(wanted);
    else this.chat.begin();
  }

  private keyPressed(event: KeyboardEvent): void {
    if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void this.showPalette();
    }
    if (event.key === "?" && !(event.target as Element).closest("input, textarea, select, ds-sql-editor")) void this.showKeys();
    if (event.key !== "Escape" || this.view !== "chat" || event.defaultPrevented || event.isComposing) return;
    // What lies over the answer is closed before that is stopped.
    if (matchMedia(NARROW).matches && (this.listed || this.schema)) {
      this.listed = this.schema = false;
      return;
    }
    if (this.chat.active && this.chat.answerOf(this.chat.active).phase !== "stopping") this.chat.stop();
  }
}
