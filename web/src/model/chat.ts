import { Answers } from "./answers/answers";
import { type AnswerState, hasEnded } from "./answers/answer-state";
import { Connection, type ConnectionState } from "./wire/connection";
import * as conversations from "./conversations/conversation";
import type { Conversation, Turn } from "./conversations/conversation";
import { ConversationStore, StoreError } from "./conversations/conversation-store";
import type { UnderWay } from "./conversations/under-way";

const UNAVAILABLE_PAUSE_MS = 1000;

/**
 * What the page is about: the conversation, its answers, and what can be done with them. Knows no DOM; `changed` is
 * called after each change, and the components read the fields.
 */
export class Chat {
  readonly connection: Connection;
  conversation: Conversation = conversations.freshConversation();
  /** The signed-in user; known also while the connection is lost. */
  userId = "";
  /** The address names a conversation that is not this user's, or no longer kept. */
  missing = false;
  private readonly answers: Answers;
  /** Conversations that were shown, or are followed, in this visit. */
  private readonly opened = new Map<string, Conversation>();
  readonly store: ConversationStore;
  private underWay: UnderWay | null = null;
  private restored = false;

  constructor(
    url: string,
    private readonly openUnderWay: (userId: string) => UnderWay,
    /** The conversation that the address names, or an empty text. */
    private readonly addressed: () => string,
    private readonly changed: () => void,
  ) {
    this.store = new ConversationStore(changed);
    this.answers = new Answers((event) => this.connection.send(event), {
      changed,
      accepted: (sessionId) => this.noteProgress(sessionId),
      ended: (sessionId) => this.settle(sessionId),
    });
    this.connection = new Connection(url, {
      onEvent: (event) => this.answers.receive(event),
      onState: (state) => this.connectionChanged(state),
    });
  }

  answerOf(turn: Turn): AnswerState {
    return this.answers.of(turn.sessionId);
  }

  /** The turn that is running; a conversation has at most one. A replayed, ended one does not count. */
  get active(): Turn | undefined {
    return this.conversation.turns.find((turn) => !turn.ended && !hasEnded(this.answerOf(turn)));
  }

  /** The question that the agent has asked back and that the next message answers. */
  get openClarification(): Turn | undefined {
    const last = this.conversation.turns.at(-1);
    return last && this.answerOf(last).clarification ? last : undefined;
  }

  /** Asks, or answers the question that the agent has asked back. A statement to be run is never such an answer. */
  ask(text: string, isStatement = false): void {
    const asked = isStatement || conversations.isStatement(text) ? undefined : this.openClarification;
    this.submit(asked ? asked.query : text, asked ? text : null);
  }

  /** The same question once more, in the same conversation, as a job of its own. */
  retry(turn: Turn): void {
    this.submit(turn.query, turn.clarification);
  }

  /** Asks for the running answer to be stopped; `now` skips the gentle rungs. */
  stop(now = false): void {
    if (this.active) this.answers.stop(this.active.sessionId, now);
  }

  begin(): void {
    this.show(conversations.freshConversation());
  }

  /** Another tab or browser may have gone on with the conversation: its new questions are shown here too. */
  async reread(): Promise<void> {
    void this.store.refresh();
    if (this.conversation.turns.length > 0) await this.open(this.conversation.id);
  }

  /** Takes a conversation out of the list. Raises `StoreError`: the server keeps it while a question of it runs. */
  async remove(id: string): Promise<void> {
    await this.store.remove(id);
    this.opened.delete(id);
    if (id === this.conversation.id) this.begin();
  }

  async rename(id: string, title: string): Promise<void> {
    await this.store.rename(id, title);
    await this.load(id);
    const named = this.opened.get(id);
    if (named && id === this.conversation.id) this.conversation = named;
    this.changed();
  }

  /** Shows a conversation by its name: at once where it is known here, and then as the server knows it. */
  async open(id: string): Promise<void> {
    const known = this.opened.get(id);
    if (known && id !== this.conversation.id) this.show(known);
    try {
      const loaded = await this.load(id);
      if (loaded && (this.conversation.id === id || this.addressed() === id)) this.show(loaded);
      if (!loaded && !known && this.addressed() === id) this.miss();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** Shows a conversation and brings its answers back from the server. */
  private show(conversation: Conversation): void {
    this.conversation = conversation;
    this.missing = false;
    for (const turn of conversation.turns) this.answers.follow(turn.sessionId);
    this.changed();
  }

  private miss(): void {
    this.begin();
    this.missing = true;
    this.changed();
  }

  private async load(id: string): Promise<Conversation | null> {
    const there = await this.store.load(id);
    if (!there) return null;
    const conversation = conversations.merged(this.opened.get(id), there);
    this.opened.set(id, conversation);
    return conversation;
  }

  private submit(query: string, clarification: string | null): void {
    if (this.active) return;
    const turn = conversations.freshTurn(query, clarification, Date.now());
    this.remember(conversations.withTurn(this.conversation, turn));
    this.answers.ask({
      session_id: turn.sessionId,
      query,
      conversation_id: this.conversation.id,
      user_clarification: clarification,
      options: { table_format: "arrow" },
    });
  }

  private connectionChanged(state: ConnectionState): void {
    if (state.kind === "open") this.resume(state.server.user_id);
    this.changed();
  }

  private resume(userId: string): void {
    this.userId = userId;
    this.underWay ??= this.openUnderWay(userId);
    this.answers.takeUpAll();
    if (!this.restored) void this.restore(this.underWay);
  }

  /** Answers that this browser had under way are followed in every conversation, so that none counts as abandoned. */
  private async restore(underWay: UnderWay): Promise<void> {
    try {
      const addressed = this.addressed();
      const wanted = addressed ? await this.load(addressed) : null;
      const ids = underWay.ids();
      const others = await Promise.all(ids.map((id) => this.load(id)));
      this.restored = true;
      ids.forEach((id, index) => {
        const found = others[index];
        if (!found || !conversations.isUnderWay(found)) underWay.note(id, false);
        else for (const turn of found.turns) if (!turn.ended) this.answers.follow(turn.sessionId);
      });
      const shown = wanted ?? others.find((found) => found && conversations.isUnderWay(found));
      if (this.conversation.turns.length > 0) return;
      if (addressed && !wanted) this.miss();
      else if (shown) this.show(shown);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      setTimeout(() => void this.restore(underWay), UNAVAILABLE_PAUSE_MS);
    }
  }

  private settle(sessionId: string): void {
    const owner = this.ownerOf(sessionId);
    // Of an answer that had ended before and is only read again there is nothing to tell.
    if (!owner?.turns.some((turn) => turn.sessionId === sessionId && !turn.ended)) return;
    this.remember(conversations.withEnded(owner, sessionId));
    this.noteProgress(sessionId);
  }

  /** The list, in this tab and the others, tells what is under way. */
  private noteProgress(sessionId: string): void {
    const owner = this.ownerOf(sessionId);
    if (owner) this.underWay?.note(owner.id, conversations.isUnderWay(owner));
    void this.store.refresh();
  }

  private ownerOf(sessionId: string): Conversation | undefined {
    for (const conversation of this.opened.values()) {
      if (conversation.turns.some((turn) => turn.sessionId === sessionId)) return conversation;
    }
    return undefined;
  }

  private remember(conversation: Conversation): void {
    if (conversation.id === this.conversation.id) this.conversation = conversation;
    this.opened.set(conversation.id, conversation);
    this.changed();
  }
}
