import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { type AnswerState, hasEnded } from "../../model/answers/answer-state";
import type { Tile } from "../../model/board/board";
import { timeText } from "../../model/conversations/date-groups";
import { parseType } from "../../model/values/logical-types";
import { readableText } from "../../model/values/value-text";
import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";
import { failureView } from "../answer/failure";
import { announcementOf, labelOf, queueText } from "../answer/labels";

/** What is longer is written smaller. */
const LONG_FIGURE = 16;

/**
 * A saved question on the board with its latest result. The one before stays in view until the new one is complete. Says
 * `run`, `stop-run` (whether at once), `move` (by how many places), `edit` and `unpin`.
 */
@customElement("ds-tile")
export class TileElement extends PageElement {
  @property({ attribute: false }) tile!: Tile;
  @property({ attribute: false }) user = "";
  @property({ attribute: false }) first = false;
  @property({ attribute: false }) last = false;

  protected override render(): TemplateResult {
    const { saved, latest, shown } = this.tile;
    const inView = shown ?? latest;
    return html`<article class="tile" aria-label=${saved.name} aria-busy=${this.running} data-testid="tile" data-phase=${latest?.answer.phase ?? "none"} data-session=${latest?.run.sessionId ?? nothing}>
      <header>
        <h2 data-testid="tile-name">${saved.name}</h2>
        ${this.tools(saved.name)}
      </header>
      ${this.values()}
      <div class="result">${inView ? this.result(inView.answer) : nothing}</div>
      ${this.outcome()}
      <footer>${this.status()}<span class="gap"></span>${this.controls()}</footer>
      <p class="unseen" role="status">${latest && hasEnded(latest.answer) ? `${saved.name}: ${announcementOf(latest.answer, this.user)}` : ""}</p>
    </article>`;
  }

  /** What its parameters stand for here, so that a result of empty ones is not taken for another. */
  private values(): TemplateResult | typeof nothing {
    const { parameters } = this.tile.saved;
    if (parameters.length === 0) return nothing;
    const words = parameters.map(({ name, default: value }) => `${name}: ${value || "(empty)"}`);
    return html`<p class="faint" data-testid="tile-values">${words.join(" · ")}</p>`;
  }

  private get running(): boolean {
    const { latest } = this.tile;
    return latest !== null && !hasEnded(latest.answer);
  }

  private tools(name: string): TemplateResult {
    const tool = (event: string, label: string, icon: unknown, off = false, detail?: number) => html`<button
      class="icon-only"
      aria-label="${label}: ${name}"
      title=${label}
      ?disabled=${off}
      @click=${() => this.say(event, detail)}
      data-testid="tile-${label.toLowerCase().replaceAll(" ", "-")}"
    >
      ${icon}
    </button>`;
    return html`<span class="tools" role="group" aria-label="Change the tile">
      ${tool("move", "Move earlier", icons.earlier, this.first, -1)} ${tool("move", "Move later", icons.later, this.last, 1)}
      ${tool("edit", "Edit", icons.pencil)} ${tool("unpin", "Take off the board", icons.cross)}
    </span>`;
  }

  private result(answer: AnswerState): TemplateResult | typeof nothing {
    const { chart, columns, rows, response, truncated, clarification } = answer;
    if (chart) return html`<ds-chart .spec=${chart} .columns=${columns} .rows=${rows}></ds-chart>`;
    if (columns.length === 1 && rows.length === 1 && hasEnded(answer)) return this.figure(answer);
    if (columns.length > 0 && (rows.length > 0 || answer.phase === "done")) return html`<ds-table .columns=${columns} .rows=${rows} .live=${!hasEnded(answer)} .truncated=${truncated}></ds-table>`;
    if (clarification || !response) return nothing;
    return html`<ds-response .text=${response} .live=${!hasEnded(answer)} .trusted=${answer.statements.length === 0}></ds-response>`;
  }

  /** One value is read from afar. */
  private figure({ columns, rows }: AnswerState): TemplateResult {
    const [column] = columns;
    const value = rows.value(0, 0);
    const text = column && value !== undefined ? readableText(value, parseType(column.type), column.name) : "";
    return html`<p class="figure ${text.length > LONG_FIGURE ? "long" : ""}" data-testid="tile-figure">${value === null ? "NULL" : text} <span class="faint">${column?.name}</span></p>`;
  }

  /** What became of the latest run where it gave no result. */
  private outcome(): TemplateResult | typeof nothing {
    const { latest, failure } = this.tile;
    if (failure) return html`<p class="failure" role="alert" data-testid="tile-error">${failure}</p>`;
    if (!latest) return nothing;
    const { answer } = latest;
    if (answer.failure) return failureView(answer.failure, "tile-error");
    if (answer.clarification) {
      return html`<p class="warning" data-testid="tile-asks">The agent asks back: ${answer.clarification.question} Open it as a conversation to answer.</p>`;
    }
    return html`${answer.warnings.map((warning) => html`<p class="warning">${warning}</p>`)}<ds-stop-report .answer=${answer} .user=${this.user}></ds-stop-report>`;
  }

  private status(): TemplateResult {
    const { latest, shown, waiting, held } = this.tile;
    const idle = waiting ? "Waiting for other tiles" : held ? "Taken back before it ran" : "";
    const words = !this.running && idle ? idle : latest ? this.words(latest.answer) : "";
    const when = shown ? `as of ${timeText(shown.run.askedAt, new Date())}` : "";
    return html`${this.running || waiting ? html`<span class="spinner" aria-hidden="true"></span>` : nothing}
      ${words ? html`<span data-testid="tile-status">${words}</span>` : nothing}
      ${this.running && latest?.answer.progress ? html`<ds-progress .progress=${latest.answer.progress}></ds-progress>` : nothing}
      ${when ? html`<span class="faint" data-testid="tile-time">${when}</span>` : nothing}`;
  }

  private words({ phase, position, queueNote, status }: AnswerState): string {
    if (phase === "done") return "";
    if (phase === "queued") return `Waiting: ${queueText(position, queueNote)}`;
    return phase === "running" && status ? status : labelOf(phase);
  }

  private controls(): TemplateResult {
    const { latest, shown, waiting, saved } = this.tile;
    const open = (shown ?? latest)?.run;
    const stopping = latest?.answer.phase === "stopping";
    const link = open && (shown ?? latest)?.answer.jobId;
    return html`${link ? html`<a class="way" href="#/c/${open.conversationId}" data-testid="tile-open">Open<span class="unseen"> ${saved.name} as a conversation</span></a>` : nothing}
      ${this.running || waiting
        ? html`<button class="quiet small stop" @click=${(event: MouseEvent) => event.detail > 1 || this.say("stop-run", stopping)} data-testid="tile-stop">${icons.stop} ${stopping ? "Kill now" : "Stop"}<span class="unseen"> ${saved.name}</span></button>`
        : html`<button class="quiet small" @click=${() => this.say("run")} data-testid="tile-run">${icons.retry} ${latest && latest.answer.phase !== "done" ? "Retry" : "Refresh"}<span class="unseen"> ${saved.name}</span></button>`}`;
  }

  private say(event: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(event, { detail }));
  }
}
