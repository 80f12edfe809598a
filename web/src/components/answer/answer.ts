import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { type AnswerState, ASKED, hasEnded, isThinking } from "../../model/answers/answer-state";
import { type Rating, spoken, type Turn } from "../../model/conversations/conversation";
import type { Place } from "../../model/conversations/branches";
import { StoreError } from "../../model/conversations/conversation-store";
import { duration, usageLine } from "../../model/format";
import type { Chart } from "../../chart/chart";
import type { TableColumns } from "../../editor/columns";
import type { AnswerCopy } from "../../export/answer-copy";
import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";
import type { Question } from "./question";
import "./question";
import { failureView } from "./failure";
import { announcementOf, labelOf, queueText } from "./labels";

/** One question and everything that came of it. */
@customElement("ds-answer")
export class Answer extends PageElement {
  @property({ attribute: false }) turn!: Turn;
  @property({ attribute: false }) answer: AnswerState = ASKED;
  @property({ attribute: false }) user = "";
  /** The agent's name where there is a choice of agents; else empty. */
  @property({ attribute: false }) agent = "";
  /** The model's name where there is a choice of models; else empty. */
  @property({ attribute: false }) model = "";
  /** What can be asked about, for the completion of statements. */
  @property({ attribute: false }) tables: TableColumns = {};
  @property({ attribute: false }) retryable = false;
  /** True for the last turn: only its clarification can still be answered. */
  @property({ attribute: false }) answerable = false;
  /** Makes copies of the answers before this one that are complete, for an export of all. */
  @property({ attribute: false }) earlier: readonly (() => Promise<AnswerCopy>)[] = [];
  /** True where it can only be read. */
  @property({ attribute: false }) readonly = false;
  @property({ attribute: false }) place: Place | undefined;
  /** Keeps what the person thinks of the answer. Raises `StoreError`. */
  @property({ attribute: false }) rate!: (rating: Rating) => Promise<void>;
  @state() private rateFailure = "";

  protected override render(): TemplateResult {
    const { answer, turn } = this;
    return html`
      <article
        class="answer"
        data-testid="answer"
        data-phase=${answer.phase}
        data-session=${turn.sessionId}
        aria-busy=${this.live}
      >
        <ds-question .text=${spoken(turn)} .place=${this.place} .askable=${this.retryable} .editable=${!this.readonly}></ds-question>
        ${this.by()}
        <ds-steps .answer=${answer} .askedAt=${turn.askedAt} .live=${this.live}></ds-steps>
        ${this.warnings()}
        ${answer.statements.length > 0 ? this.sql() : nothing}
        ${this.table()}
        ${answer.chart
          ? html`<ds-chart .spec=${answer.chart} .columns=${answer.columns} .rows=${answer.rows}></ds-chart>`
          : nothing}
        <ds-response .text=${this.response} .live=${this.live} .trusted=${answer.statements.length === 0}></ds-response>
        ${this.clarification()}
        <ds-stop-report .answer=${answer} .user=${this.user}></ds-stop-report>
        ${this.failure()} ${this.footer()}
        <p class="unseen" role="status" data-testid="announcement">${this.live || hasEnded(answer) ? announcementOf(answer, this.user) : ""}</p>
      </article>
    `;
  }

  private by(): TemplateResult | typeof nothing {
    const { agent, model } = this;
    if (!agent && !model) return nothing;
    const whose = agent ? html`by <strong>${agent}</strong>` : nothing;
    const which = model ? html` with <strong data-testid="by-model">${model}</strong>` : nothing;
    return html`<p class="by-agent" data-testid="by-agent">Answered ${whose}${which}</p>`;
  }

  /** True while more may come; an answer that has ended before is only read again. */
  private get live(): boolean {
    return !this.turn.ended && !hasEnded(this.answer);
  }

  /** Something else in view says what goes on now. */
  private get saysMore(): boolean {
    const { phase, status, progress } = this.answer;
    const hasText = status !== "" || Boolean(progress?.message);
    return this.thinking || phase === "stopping" || (this.live && phase === "running" && hasText);
  }

  private get thinking(): boolean {
    return this.live && isThinking(this.answer);
  }

  /** A question that the agent asks back stands in a place of its own. */
  private get response(): string {
    const { response, clarification } = this.answer;
    return clarification && response.trim() === clarification.question.trim() ? "" : response;
  }

  private warnings(): unknown {
    return this.answer.warnings.map((warning) => html`<p class="warning" data-testid="warning">${warning}</p>`);
  }

  private sql(): TemplateResult {
    return this.statements(this.answer.statements);
  }

  private statements(statements: readonly string[]): TemplateResult {
    return html`<ds-sql
      .statements=${statements}
      .runnable=${this.retryable}
      .tables=${this.tables}
      @run-sql=${(event: CustomEvent<string>) =>
        this.dispatchEvent(new CustomEvent("run-sql", { detail: event.detail }))}
    ></ds-sql>`;
  }

  private table(): TemplateResult | typeof nothing {
    const { columns, rows, truncated, jobId } = this.answer;
    if (columns.length === 0) return nothing;
    return html`<ds-table
      .columns=${columns}
      .rows=${rows}
      .live=${!hasEnded(this.answer)}
      .truncated=${truncated}
      .jobId=${hasEnded(this.answer) && rows.length > 0 && !this.readonly ? jobId : ""}
    ></ds-table>`;
  }

  private clarification(): TemplateResult | typeof nothing {
    const { clarification } = this.answer;
    if (!clarification) return nothing;
    const { question, suggestions = [], sql } = clarification;
    return html`<section class="clarification" data-testid="clarification" aria-label="The agent asks back">
      <p>${question}</p>
      ${suggestions.length > 0 ? this.suggestions(suggestions) : nothing}
      ${sql ? this.sqlStart(sql) : nothing}
    </section>`;
  }

  /** A statement near to the question, for those who would rather write it themselves. */
  private sqlStart(sql: string): TemplateResult {
    return html`<details class="fold" data-testid="sql-start">
      <summary>${icons.chevron} Or begin with SQL</summary>
      ${this.statements([sql])}
    </details>`;
  }

  private suggestions(suggestions: readonly string[]): TemplateResult {
    return html`<div role="group" aria-label="Suggestions">
      ${suggestions.map(
        (suggestion) => html`<button
          class="sample"
          ?disabled=${!this.answerable}
          @click=${() => this.dispatchEvent(new CustomEvent("ask", { detail: suggestion }))}
          data-testid="suggestion"
        >
          ${suggestion}
        </button>`,
      )}
    </div>`;
  }

  private failure(): TemplateResult | typeof nothing {
    const { failure, phase } = this.answer;
    if (phase === "gone") {
      return html`<p class="notice" data-testid="gone">The server no longer keeps this answer.</p>`;
    }
    return failure ? failureView(failure, "error") : nothing;
  }

  private footer(): TemplateResult {
    const { answer } = this;
    const ended = hasEnded(answer);
    return html`<footer>
        ${ended ? nothing : html`<span class="spinner" aria-hidden="true"></span>`}
        <span class="state" data-testid="answer-state" data-state=${answer.phase} ?hidden=${this.saysMore}
          >${ended || this.live ? labelOf(answer.phase) : "Bringing the answer back…"}</span
        >
        ${ended ? this.figures() : nothing} ${this.live ? this.activity() : nothing}
        <span class="gap"></span>
        ${this.retryable && answer.phase !== "done"
          ? html`<button class="quiet" @click=${() => void this.querySelector<Question>("ds-question")?.edit()} data-testid="edit-below">
                ${icons.pencil} Edit
              </button>
              <button class="quiet" @click=${() => this.dispatchEvent(new CustomEvent("retry"))} data-testid="retry">
                ${icons.retry} Retry
              </button>`
          : nothing}
      </footer>
      ${ended && answer.jobId ? this.afterwards() : nothing}
      ${answer.promptMonitor ? html`<ds-prompt-monitor .text=${answer.promptMonitor}></ds-prompt-monitor>` : nothing}
      ${ended && answer.jobId && !this.readonly ? html`<ds-details .jobId=${answer.jobId}></ds-details>` : nothing}`;
  }

  /** What can be done with an answer that has ended. */
  private afterwards(): TemplateResult {
    return html`<div class="afterwards">
      ${this.answer.phase === "done" ? html`<ds-export class="usage" .copy=${() => this.copy()} .earlier=${this.earlier}></ds-export>` : nothing}
      ${this.readonly ? nothing : this.ownersWord()}
    </div>`;
  }

  private ownersWord(): TemplateResult {
    return html`<button class="link" @click=${() => this.dispatchEvent(new CustomEvent("share"))} data-testid="share-open">Share…</button>
      ${this.answer.phase === "done" ? html`<button class="link" @click=${() => this.dispatchEvent(new CustomEvent("save"))} data-testid="save-open">Save…</button>` : nothing}
      <span class="gap"></span>
      <ds-rating
        .rating=${this.turn.rating}
        .failure=${this.rateFailure}
        @rate=${(event: CustomEvent<Rating>) => void this.rated(event.detail)}
      ></ds-rating>`;
  }

  private async rated(rating: Rating): Promise<void> {
    this.rateFailure = "";
    try {
      await this.rate(rating);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.rateFailure = error.message;
    }
  }

  /** What is taken out of the page; the chart is as it is drawn here. */
  async copy(): Promise<AnswerCopy> {
    const { columns, rows, truncated, statements, response } = this.answer;
    const svg = (await this.querySelector<Chart>("ds-chart")?.svgText()) ?? "";
    return { question: spoken(this.turn), statement: statements.at(-1) ?? "", response, columns, rows, truncated, svg };
  }

  /** What goes on now, in the line that tells how it ended afterwards, so that nothing jumps. */
  private activity(): TemplateResult | typeof nothing {
    const { answer } = this;
    if (answer.phase === "queued") return html`<span data-testid="queue">${queueText(answer.position, answer.queueNote)}</span>`;
    if (answer.phase === "stopping") return nothing;
    return html`
      ${this.thinking && !answer.progress?.message ? html`<span class="thinking" data-testid="thinking">Agent is thinking…</span>` : nothing}
      <span class="status" data-testid="status">${answer.status}</span>
      <ds-progress .progress=${answer.progress}></ds-progress>
    `;
  }

  private figures(): TemplateResult {
    const { usage } = this.answer;
    const took = Object.values(this.answer.timings).reduce((sum, ms) => sum + ms, 0);
    return html`
      ${usage ? html`<span class="usage" data-testid="usage">${usageLine(usage)}</span>` : nothing}
      ${took > 0 ? html`<span class="usage" data-testid="total">${duration(took)}</span>` : nothing}
    `;
  }
}
