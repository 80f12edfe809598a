import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";

import { hasEnded } from "../../model/answers/answer-state";
import { type CatalogSummary, READING } from "../../model/catalog/catalog";
import type { Chat } from "../../model/chat";
import type { ConnectionState } from "deadstop-client";
import { type Place, placesOf } from "../../model/conversations/branches";
import { isStatement, type Rating, titleOf, type Turn } from "../../model/conversations/conversation";
import type { AnswerCopy } from "../../export/answer-copy";
import type { Answer } from "../answer/answer";
import { AtBottom } from "./at-bottom";
import type { Savable } from "../saved/save-dialog";
import type { Composer } from "./composer";
import type { Shareable, ShareDialog } from "./share-dialog";
import { modelText } from "../../model/format";
import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";

/** The conversation, or the welcome before its first question, and under it the field to ask in. */
@customElement("ds-conversation-view")
export class ConversationView extends PageElement {
  @property({ attribute: false }) chat!: Chat;
  @property({ attribute: false }) catalog: CatalogSummary | null = null;
  @property({ attribute: false }) awaited = READING;
  @query("ds-composer") private readonly composer!: Composer;
  @query("ds-share-dialog") private readonly shareDialog!: ShareDialog;
  private readonly bottom = new AtBottom(this, () => this.chat.shown.length > 0);

  /** Scrolls to the end and follows it, as after a new question. */
  toEnd(): void {
    this.bottom.jump();
  }

  /** Puts a name into what is being typed. */
  insert(name: string): void {
    this.composer.insert(name);
  }

  /** Runs a statement as a question of its own. */
  askStatement(statement: string): void {
    this.toEnd();
    this.chat.ask(statement, true);
  }

  focusField(): void {
    this.composer.focusField();
  }

  /** The links to one's answers. */
  async showShares(turn?: Turn): Promise<void> {
    await import("./share-dialog");
    await this.shareDialog.updateComplete;
    await this.shareDialog.show(turn ? this.shareable(turn) : null);
  }

  /** A typed statement is its own text; of a question the statement that answered it can be saved too. */
  private savable(turn: Turn): Savable {
    const statement = isStatement(turn.query);
    const { statements } = this.chat.answerOf(turn);
    const names = { agent: this.chat.choices.agents.length > 1 ? turn.agent : "", model: this.chat.choices.models.length > 1 ? this.chat.modelOf(turn) : "" };
    const content = { name: titleOf({ id: "", title: "", turns: [turn] }), query: turn.query, statement, parameters: [], refreshMinutes: 0, ...names };
    const standsAlone = turn.follows === "" && turn.clarification === null;
    return { saved: null, content, sql: statement ? "" : (statements.at(-1) ?? ""), standsAlone };
  }

  private shareable(turn: Turn): Shareable {
    const { shown } = this.chat;
    const before = shown.slice(0, shown.findIndex(({ sessionId }) => sessionId === turn.sessionId) + 1);
    const ended = before.map((one) => this.chat.answerOf(one)).filter((answer) => hasEnded(answer) && answer.jobId);
    return { answer: [this.chat.answerOf(turn).jobId], conversation: ended.map(({ jobId }) => jobId) };
  }

  protected override render(): TemplateResult {
    const { conversation, connection } = this.chat;
    return html`
      <main id="conversation" tabindex="-1">
        <div class="column">
          ${this.chat.loading ? this.loading() : conversation.turns.length === 0 ? this.welcome(connection.state) : this.turns(this.chat.shown)}
        </div>
      </main>
      <ds-share-dialog></ds-share-dialog>
      ${this.dock(connection.state.kind !== "refused" && !this.chat.loading)}
    `;
  }

  protected override firstUpdated(): void {
    this.bottom.attach(this.querySelector("main") as HTMLElement);
  }

  private loading(): TemplateResult {
    return html`<p class="faint" role="status" data-testid="loading">Reading the conversation…</p>`;
  }

  private welcome(connection: ConnectionState): TemplateResult {
    const missing = html`<p class="warning" role="status" data-testid="missing">
      The conversation at this address is not here: it is another user's, or is no longer kept.
    </p>`;
    return html`${this.chat.missing ? missing : nothing}<ds-welcome
      .ready=${connection.kind === "open"}
      .catalog=${this.catalog}
      .awaited=${this.awaited}
      .offline=${connection.kind === "open" && connection.server.llm === "offline"}
      @ask=${this.asked}
    ></ds-welcome>`;
  }

  private turns(turns: readonly Turn[]): unknown {
    const places = placesOf(this.chat.conversation.turns);
    return repeat(
      turns,
      (turn) => turn.sessionId,
      (turn, index) => this.turn(turn, index === turns.length - 1, places.get(turn.sessionId)),
    );
  }

  private turn(turn: Turn, isLast: boolean, place?: Place): TemplateResult {
    const answer = this.chat.answerOf(turn);
    return html`<ds-answer
      .turn=${turn}
      .answer=${answer}
      .user=${this.chat.userId}
      .retryable=${hasEnded(answer) && !this.chat.active}
      .answerable=${isLast}
      @retry=${() => this.retry(turn)}
      .tables=${this.catalog?.columns ?? {}}
      .agent=${this.chat.choices.agents.length > 1 ? turn.agent : ""}
      .model=${this.chat.choices.models.length > 1 ? this.chat.modelOf(turn) : ""}
      .place=${place}
      .earlier=${this.copiesBefore(turn)}
      @edited=${(event: CustomEvent<string>) => this.edited(turn, event.detail)}
      @other-branch=${(event: CustomEvent<number>) => this.chat.showBranch(turn, event.detail)}
      @share=${() => void this.showShares(turn)}
      @save=${() => this.dispatchEvent(new CustomEvent("save-answer", { detail: this.savable(turn) }))}
      .rate=${(rating: Rating) => this.chat.rate(turn, rating)}
      @ask=${this.asked}
      @run-sql=${(event: CustomEvent<string>) => this.askStatement(event.detail)}
    ></ds-answer>`;
  }

  private copiesBefore({ sessionId }: Turn): readonly (() => Promise<AnswerCopy>)[] {
    const { shown } = this.chat;
    const complete = shown.slice(0, shown.findIndex((turn) => turn.sessionId === sessionId)).filter((turn) => this.chat.answerOf(turn).phase === "done");
    return complete.map((turn) => () => this.answerElement(turn).copy());
  }

  private answerElement(turn: Turn): Answer {
    const found = [...this.querySelectorAll<Answer>("ds-answer")].find((one) => one.turn.sessionId === turn.sessionId);
    return found as Answer;
  }

  private dock(ready: boolean): TemplateResult {
    const { active, asked, draft, openClarification } = this.chat;
    return html`
      <div class="dock" role="region" aria-label="Ask">
        ${this.bottom.away
          ? html`<button class="to-bottom" @click=${() => this.bottom.jump()} data-testid="to-bottom">
              ${icons.down} Latest
            </button>`
          : nothing}
        <ds-queue
          class="column"
          .questions=${draft.queued}
          .held=${!active}
          @ask-queued=${this.queuedAsked}
          @edit-queued=${(event: CustomEvent<number>) => this.queuedEdited(event.detail)}
          @take-back=${(event: CustomEvent<number>) => this.chat.unqueue(event.detail)}
        ></ds-queue>
        <ds-composer
          class="column"
          .text=${live(draft.text)}
          @typed=${(event: CustomEvent<string>) => this.chat.changeDraft({ text: event.detail })}
          .phase=${active ? this.chat.answerOf(active).phase : null}
          .clarifying=${Boolean(openClarification)}
          .ready=${ready}
          @ask=${this.asked}
          @stop-answer=${(event: CustomEvent<{ now: boolean }>) => this.chat.stop(event.detail.now)}
        ></ds-composer>
        <div class="column beneath">
          <ds-picker
            label="Agent"
            .choices=${this.chat.choices.agents.map((name) => ({ name, text: name }))}
            .chosen=${asked.agent}
            @picked=${(event: CustomEvent<string>) => this.chat.changeDraft({ agent: event.detail })}
          ></ds-picker>
          <ds-picker
            label="Model"
            .choices=${this.chat.choices.models.map((name) => ({ name, text: modelText(name, this.chat.choices.prices?.[name]) }))}
            .chosen=${asked.model}
            @picked=${(event: CustomEvent<string>) => this.chat.changeDraft({ model: event.detail })}
          ></ds-picker>
          <ds-loaded .catalog=${this.catalog} .awaited=${this.awaited}></ds-loaded>
        </div>
      </div>
    `;
  }

  /** Puts a text into the field, to be changed and asked. */
  private fill(text: string): void {
    this.chat.changeDraft({ text });
    this.requestUpdate();
    this.composer.focusField();
  }

  private queuedAsked(): void {
    this.toEnd();
    this.chat.askQueued();
  }

  private queuedEdited(at: number): void {
    const question = this.chat.draft.queued[at] ?? "";
    this.chat.unqueue(at);
    this.fill(question);
  }

  private asked(event: CustomEvent<string>): void {
    this.toEnd();
    this.chat.ask(event.detail);
  }

  private edited(turn: Turn, text: string): void {
    this.toEnd();
    this.chat.edit(turn, text);
  }

  private retry(turn: Turn): void {
    this.toEnd();
    this.chat.retry(turn);
  }
}
