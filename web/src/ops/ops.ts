import { html, nothing, type TemplateResult } from "lit";
import type { Rung } from "deadstop-client";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { PageElement } from "../elements/page-element";
import { duration } from "../model/format";
import "./ops.css";
import { type JobRow, readStats, readJobs, readRecord, stopJob } from "./api";
import { type NodeRow, StatsHistory } from "./stats";
import { sparkline } from "./sparkline";
import "./nodes";
import "./record";
import { age, bytes } from "./format";

const REFRESH_MS = 2000;
const RUNGS: readonly Rung[] = ["cancel", "terminate", "kill"];

/** Everybody's jobs, and how the server does. For operators; the server refuses others. */
@customElement("ds-ops")
export class Ops extends PageElement {
  @state() private jobs: readonly JobRow[] = [];
  @state() private nodes: readonly NodeRow[] = [];
  @state() private endedToo = false;
  @state() private chosen: ReadonlySet<string> = new Set();
  @state() private shown = "";
  @state() private failure = "";
  /** What became of the stops, by job. */
  @state() private outcomes: ReadonlyMap<string, string> = new Map();
  /** Jobs that were stopped from here: they stay in view with their proof. */
  @state() private stopped: readonly JobRow[] = [];
  private readonly history = new StatsHistory();
  private refreshing: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.refreshing = setInterval(() => void (document.hidden || this.refresh()), REFRESH_MS);
    void this.refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.refreshing);
  }

  protected override render(): TemplateResult {
    return html`<main class="ops" data-testid="ops" tabindex="-1">
      <h2>Operations</h2>
      ${this.failure ? html`<p class="warning" role="alert" data-testid="ops-error">${this.failure}</p>` : nothing}
      ${this.sparklines()}
      ${this.nodes.length > 0 ? html`<ds-nodes .nodes=${this.nodes} @changed=${this.nodesChanged}></ds-nodes>` : nothing}
      <form class="stopping" @submit=${this.stopChosen}>
        <label><input type="checkbox" .checked=${this.endedToo} @change=${this.endedToggled} data-testid="ended-too" /> Ended jobs too</label>
        <span class="gap"></span>
        <input name="reason" placeholder="Reason, for the record" aria-label="Reason" maxlength="500" data-testid="stop-reason" />
        <label><input name="now" type="checkbox" data-testid="stop-now" /> Kill at once</label>
        <button class="quiet" ?disabled=${this.chosen.size === 0} data-testid="stop-chosen">
          Stop ${this.chosen.size || ""}
        </button>
      </form>
      ${this.table()}
      ${this.shown ? html`<section class="shown" aria-label="Record"><ds-record .jobId=${this.shown}></ds-record></section>` : nothing}
    </main>`;
  }

  private sparklines(): TemplateResult {
    const { history } = this;
    const whole = (value: number) => String(Math.round(value));
    return html`<div class="pictures">
      ${sparkline("Jobs", [history.gauge("running", "running"), history.gauge("waiting", "waiting")], whole)}
      ${sparkline("Stops by rung", RUNGS.map((rung) => history.stops(rung)), whole)}
      ${sparkline("First chunk", [history.firstChunk()], duration)}
      ${sparkline(
        "Memory",
        [
          history.gauge("workers", "worker_memory_bytes"),
          history.gauge("supervisor", "supervisor_memory_bytes"),
          history.gatewayMemory(),
        ],
        bytes,
      )}
    </div>`;
  }

  private table(): TemplateResult {
    const listed = new Set(this.jobs.map(({ job_id }) => job_id));
    const rows = [...this.jobs, ...this.stopped.filter(({ job_id }) => !listed.has(job_id))];
    if (rows.length === 0) return html`<p class="faint">${this.endedToo ? "No jobs." : "Nothing is running."}</p>`;
    const onNodes = this.nodes.length > 0 || rows.some(({ node }) => node);
    return html`<div class="jobs" tabindex="0" role="region" aria-label="Jobs">
      <table>
        <thead>
          <tr>
            ${["", "job", "user", "question", "state", "rung", ...(onNodes ? ["node"] : []), "age", "memory", "processor", "rows"].map(
              (name) => html`<th scope="col">${name || html`<span class="unseen">choose</span>`}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${repeat(
            rows,
            ({ job_id }) => job_id,
            (job) => this.row(job, onNodes),
          )}
        </tbody>
      </table>
    </div>`;
  }

  private row(job: JobRow, onNodes: boolean): TemplateResult {
    const { job_id: id } = job;
    const outcome = this.outcomes.get(id);
    return html`<tr data-testid="job" data-job=${id} data-state=${job.state}>
      <td>
        ${job.ended_at === null
          ? html`<input
              type="checkbox"
              aria-label="Choose job ${id}"
              .checked=${this.chosen.has(id)}
              @change=${() => this.choose(id)}
              data-testid="choose"
            />`
          : nothing}
      </td>
      <td>
        <button class="link" aria-expanded=${this.shown === id} @click=${() => (this.shown = this.shown === id ? "" : id)} data-testid="show-record">
          <code>${id.slice(0, 6)}</code>
        </button>
      </td>
      <td>${job.user}</td>
      <td class="question" title=${job.query}>${job.query}</td>
      <td>${job.state}${job.reason ? ` (${job.reason})` : ""}${outcome ? html`<div class="faint" data-testid="outcome">${outcome}</div>` : nothing}</td>
      <td>${job.rung ?? ""}</td>
      ${onNodes ? html`<td data-testid="job-node">${job.node}</td>` : nothing}
      <td>${age((job.ended_at ?? Date.now() / 1000) - job.created_at)}</td>
      <td>${bytes(job.memory_bytes)}</td>
      <td>${job.cpu_s.toFixed(1)} s</td>
      <td>${job.rows.toLocaleString("en-US")}</td>
    </tr>`;
  }

  private choose(id: string): void {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(id)) chosen.add(id);
    this.chosen = chosen;
  }

  private nodesChanged(event: CustomEvent<readonly NodeRow[]>): void {
    this.nodes = event.detail;
  }

  private endedToggled(): void {
    this.endedToo = !this.endedToo;
    void this.refresh();
  }

  /** All side by side; each tells when it has its proof. */
  private stopChosen(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const reason = String(form.get("reason") ?? "");
    const ids = [...this.chosen];
    this.chosen = new Set();
    for (const id of ids) void this.stop(id, reason, form.has("now"));
  }

  private async stop(id: string, reason: string, now: boolean): Promise<void> {
    this.note(id, "stopping…");
    try {
      this.note(id, await stopJob(id, reason, now));
      this.stopped = [await readRecord(id), ...this.stopped];
    } catch (error) {
      this.note(id, (error as Error).message);
    }
    void this.refresh();
  }

  private note(id: string, words: string): void {
    this.outcomes = new Map(this.outcomes).set(id, words);
  }

  private async refresh(): Promise<void> {
    try {
      const [stats, jobs] = await Promise.all([readStats(), readJobs(this.endedToo)]);
      this.history.add(stats);
      this.jobs = jobs;
      this.nodes = stats.nodes;
      const live = new Set(jobs.filter((job) => job.ended_at === null).map((job) => job.job_id));
      this.chosen = new Set([...this.chosen].filter((id) => live.has(id)));
      this.failure = "";
    } catch (error) {
      this.failure = `The server cannot be read: ${(error as Error).message}`;
    }
  }
}
