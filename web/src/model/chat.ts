import { Answers } from "./answers/answers";
import { type AnswerState, hasEnded } from "./answers/answer-state";
import { type AuthenticatedData, Connection, type ConnectionState, type Transports } from "deadstop-client";
import { Choices } from "./conversations/choices";
import * as conversations from "./conversations/conversation";
import { alternatives, branchThrough } from "./conversations/branches";
import type { Asked, Conversation, Rating, Turn } from "./conversations/conversation";
import { ConversationStore, StoreError } from "./conversations/conversation-store";
import type { Draft, Drafts } from "./conversations/drafts";
import { OpenedConversations } from "./conversations/opened";
import type { UnderWay } from "./conversations/under-way";

const UNAVAILABLE_PAUSE_MS = 1000;

export interface ChatHandlers {
  underWayOf(userId: string): UnderWay;
  /** Something has changed; the components read the fields. */
  changed(): void;
  /** The first question of a conversation has been asked. */
  began(conversationId: string): void;
  /** Where the address names none, a conversation that is under way is shown instead of an empty one. */
  resumed(conversationId: string): void;
  /** The conversation that the address names at the moment; empty where it names none. */
  addressed(): string;
}

/**
 * What the page is about: the conversation, its answers, and what can be done with them. Knows no DOM.
 */
export class Chat {
  readonly connection: Connection;
  conversation: Conversation = conversations.freshConversation();
  /** The signed-in user; known also while the connection is lost. */
  userId = "";
  /** The address names a conversation that is not this user's, or no longer kept. */
  missing = false;
  /** True while the conversation that the address names is being read; nothing can be asked until then. */
  loading = false;
  /** Also of what runs beside conversations, on the board. */
  readonly answers: Answers;
  readonly choices = new Choices();
  readonly store: ConversationStore;
  private readonly opened: OpenedConversations;
  private underWay: UnderWay | null = null;
  private restored = false;

  constructor(
    transports: Transports,
    private readonly drafts: Drafts,
    private readonly handlers: ChatHandlers,
  ) {
    this.store = new ConversationStore(() => handlers.changed());
    this.opened = new OpenedConversations(this.store);
    this.answers = new Answers((event) => this.connection.send(event), {
      changed: () => handlers.changed(),
      accepted: (sessionId) => this.noteProgress(sessionId),
      ended: (sessionId) => this.settle(sessionId),
    });
    this.connection = new Connection(transports, {
      onEvent: (event) => this.answers.receive(event),
      onState: (state) => this.connectionChanged(state),
    });
  }

  answerOf(turn: Turn): AnswerState {
    return this.answers.of(turn.sessionId);
  }

  /** The turn that is running; a conversation has at most one. A replayed, ended one does not count. */
  get active(): Turn | undefined {
    return this.activeIn(this.conversation);
  }

  /** The questions of the branch that is shown. */
  get shown(): readonly Turn[] {
    return this.branchOf(this.conversation);
  }

  /** The question that the agent has asked back and that the next message answers. */
  get openClarification(): Turn | undefined {
    const last = this.shown.at(-1);
    return last && this.answerOf(last).clarification ? last : undefined;
  }

  /** What has been typed in the conversation and not been asked. */
  get draft(): Draft {
    return this.drafts.of(this.draftKey(this.conversation));
  }

  changeDraft(changes: Partial<Draft>): void {
    this.drafts.change(this.draftKey(this.conversation), changes);
    // Typing changes nothing else in view.
    if (!("text" in changes)) this.handlers.changed();
  }

  /** Who is asked next: those chosen, else the conversation's last ones, else the server's default. */
  get asked(): Asked {
    return this.askedNext(this.shown, this.draft);
  }

  /** The model that has answered a question; until that has ended, the one that was chosen may still be asked. */
  modelOf(turn: Turn): string {
    const answer = this.answerOf(turn);
    return answer.model || (hasEnded(answer) ? "" : turn.model);
  }

  /**
   * Asks, or answers the question that the agent has asked back; a statement to be run is never such an answer. While
   * an answer is under way the question is queued.
   */
  ask(text: string, isStatement = false): void {
    if (this.active) return this.changeDraft({ queued: [...this.draft.queued, text] });
    const asked = isStatement || conversations.isStatement(text) ? undefined : this.openClarification;
    this.submit(asked ? asked.query : text, asked ? text : null, asked ? { ...this.asked, agent: asked.agent } : this.asked);
  }

  /** Begins a conversation with this question. */
  askAnew(query: string, asked: Asked): void {
    this.begin();
    this.submit(query, null, asked);
  }

  /** Takes a question out of the queue. */
  unqueue(at: number): void {
    this.changeDraft({ queued: this.draft.queued.toSpliced(at, 1) });
  }

  /** Asks the first of the queue now. It is a question of its own, also where the agent has asked back. */
  askQueued(): void {
    this.askNext(this.conversation);
  }

  /** The same question once more, in the same conversation, as a job of its own. */
  retry(turn: Turn): void {
    this.submit(turn.query, turn.clarification, { agent: turn.agent, model: turn.model });
  }

  /** Asks another text in the place of this question, which stays, as a branch beside it. */
  edit(turn: Turn, text: string): void {
    const answers = turn.clarification !== null && !conversations.isStatement(text);
    const asked = { agent: turn.agent, model: turn.model };
    this.submit(answers ? turn.query : text, answers ? text : null, asked, turn.follows);
  }

  /** Shows another of the questions at this place, by its number from 1, and what came after it. */
  showBranch(turn: Turn, number: number): void {
    const other = alternatives(this.conversation.turns, turn)[number - 1];
    if (!other) return;
    this.drafts.change(this.draftKey(this.conversation), { branch: other.sessionId });
    this.show(this.conversation);
  }

  /** Says what the answer was worth. Raises `StoreError`: then nothing is kept. */
  async rate(turn: Turn, rating: Rating): Promise<void> {
    const change = (to: Rating) => {
      const owner = this.opened.ownerOf(turn.sessionId);
      if (owner) this.remember(conversations.withChanged(owner, turn.sessionId, { rating: to }));
    };
    change(rating);
    try {
      await this.store.rate(this.answerOf(turn).jobId, rating);
    } catch (error) {
      change(turn.rating);
      throw error;
    }
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
    this.opened.drop(id);
    if (id === this.conversation.id) this.begin();
  }

  async rename(id: string, title: string): Promise<void> {
    await this.store.rename(id, title);
    await this.opened.load(id);
    const named = this.opened.get(id);
    if (named && id === this.conversation.id) this.conversation = named;
    this.handlers.changed();
  }

  /** Shows a conversation by its name: at once where it is known here, and then as the server knows it. */
  async open(id: string): Promise<void> {
    const known = this.opened.get(id);
    if (!known) this.show({ id, title: "", turns: [] }, true);
    else if (id !== this.conversation.id) this.show(known);
    try {
      const loaded = await this.opened.load(id);
      if (this.conversation.id !== id) return;
      if (loaded) this.show(loaded);
      else if (!known) this.miss();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (!known) setTimeout(() => this.conversation.id === id && void this.open(id), UNAVAILABLE_PAUSE_MS);
    }
  }

  /** Shows a conversation and brings its answers back from the server. */
  private show(conversation: Conversation, loading = false): void {
    this.conversation = conversation;
    this.loading = loading;
    this.missing = false;
    this.followShown();
    this.handlers.changed();
  }

  /** What is in view, and what is under way beside it. */
  private followShown(): void {
    const underWay = this.conversation.turns.filter(({ ended }) => !ended);
    for (const turn of [...this.shown, ...underWay]) this.answers.follow(turn.sessionId);
  }

  private miss(): void {
    this.begin();
    this.missing = true;
    this.handlers.changed();
  }

  private submit(query: string, clarification: string | null, asked: Asked, follows = this.lastShown(this.conversation)): void {
    if (this.active || this.loading) return;
    const { id, turns } = this.conversation;
    if (turns.length === 0) {
      this.drafts.change("", { agent: "", model: "" });
      this.handlers.began(id);
    }
    // A queued question, which goes on with its own branch, does not take the view from another one.
    this.drafts.change(id, { branch: "" });
    this.submitTo(this.conversation, conversations.freshTurn(query, asked, clarification, Date.now(), follows));
  }

  private submitTo(conversation: Conversation, turn: Turn): void {
    this.remember(conversations.withTurn(conversation, turn));
    this.answers.ask({
      session_id: turn.sessionId,
      query: turn.query,
      conversation_id: conversation.id,
      user_clarification: turn.clarification,
      agent: turn.agent || null,
      options: turn.model ? { model: turn.model } : null,
      follows: this.knownFrom(conversation, turn.follows),
    });
  }

  /** The latest question from this one back that the server knows: one that it has refused, it does not. */
  private knownFrom(conversation: Conversation, sessionId: string): string {
    const turn = conversation.turns.find((other) => other.sessionId === sessionId);
    const answer = this.answers.of(sessionId);
    return turn && hasEnded(answer) && !answer.jobId ? this.knownFrom(conversation, turn.follows) : sessionId;
  }

  private branchOf(conversation: Conversation): readonly Turn[] {
    return branchThrough(conversation.turns, this.drafts.of(conversation.id).branch);
  }

  private lastShown(conversation: Conversation): string {
    return this.branchOf(conversation).at(-1)?.sessionId ?? "";
  }

  /** The first of the queued questions, where nothing is under way; it follows this one, or the last one shown. */
  private askNext(conversation: Conversation, follows = this.lastShown(conversation)): void {
    const draft = this.drafts.of(conversation.id);
    const [next, ...rest] = draft.queued;
    if (next === undefined || this.activeIn(conversation)) return;
    this.drafts.change(conversation.id, { queued: rest });
    const asked = this.askedNext(conversation.turns, draft);
    this.submitTo(conversation, conversations.freshTurn(next, asked, null, Date.now(), follows));
  }

  private askedNext(turns: readonly Turn[], draft: Draft): Asked {
    return this.choices.next(turns, draft, (turn) => this.modelOf(turn) || turn.model);
  }

  private activeIn({ turns }: Conversation): Turn | undefined {
    return turns.find((turn) => !turn.ended && !hasEnded(this.answerOf(turn)));
  }

  private draftKey({ id, turns }: Conversation): string {
    return turns.length > 0 || this.loading ? id : "";
  }

  private connectionChanged(state: ConnectionState): void {
    if (state.kind === "open") this.resume(state.server);
    this.handlers.changed();
  }

  private resume(server: AuthenticatedData): void {
    this.userId = server.user_id;
    this.choices.know(server);
    this.underWay ??= this.handlers.underWayOf(server.user_id);
    this.drafts.belongTo(server.user_id);
    this.answers.takeUpAll();
    // Only now it is known which branch had been chosen.
    this.followShown();
    if (!this.restored) void this.restore(this.underWay);
  }

  /** Answers that this browser had under way are followed in every conversation, so that none counts as abandoned. */
  private async restore(underWay: UnderWay): Promise<void> {
    try {
      const ids = underWay.ids();
      const others = await Promise.all(ids.map((id) => this.opened.load(id)));
      this.restored = true;
      ids.forEach((id, index) => {
        const found = others[index];
        if (!found || !conversations.isUnderWay(found)) underWay.note(id, false);
        else for (const turn of found.turns) if (!turn.ended) this.answers.follow(turn.sessionId);
      });
      const shown = others.find((found) => found && conversations.isUnderWay(found));
      if (!shown || this.handlers.addressed() || this.conversation.turns.length > 0) return;
      this.show(shown);
      this.handlers.resumed(shown.id);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      setTimeout(() => void this.restore(underWay), UNAVAILABLE_PAUSE_MS);
    }
  }

  private settle(sessionId: string): void {
    const owner = this.opened.ownerOf(sessionId);
    // Of an answer that had ended before and is only read again there is nothing to tell.
    if (!owner?.turns.some((turn) => turn.sessionId === sessionId && !turn.ended)) return;
    const settled = conversations.withChanged(owner, sessionId, { ended: true });
    this.remember(settled);
    const { phase, clarification } = this.answers.of(sessionId);
    // After a stop, a failure or a question asked back, the person decides whether the next one is still wanted.
    if (phase === "done" && !clarification) this.askNext(settled, sessionId);
    this.noteProgress(sessionId);
  }

  /** The list, in this tab and the others, tells what is under way. */
  private noteProgress(sessionId: string): void {
    const owner = this.opened.ownerOf(sessionId);
    if (owner) this.underWay?.note(owner.id, conversations.isUnderWay(owner));
    void this.store.refresh();
  }

  private remember(conversation: Conversation): void {
    if (conversation.id === this.conversation.id) this.conversation = conversation;
    this.opened.keep(conversation);
    this.handlers.changed();
  }
}
