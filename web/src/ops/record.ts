import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { PageElement } from "../elements/page-element";
import { duration } from "../model/format";
import { proofText } from "../model/proof";
import "./record.css";
import { type JobRecord, readRecord } from "./api";
import { bytes } from "./format";

/** What the supervisor keeps about one job: its states, its stop, its process and that one's last words. */
@customElement("ds-record")
export class Record extends PageElement {
  @property({ attribute: false }) jobId = "";
  @state() private record: JobRecord | null = null;
  @state() private failure = "";

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("jobId")) void this.read(this.jobId);
  }

  protected override render(): TemplateResult {
    if (this.failure) return html`<p class="warning" role="alert">${this.failure}</p>`;
    const { record } = this;
    if (!record) return html`<p class="faint">Reading the record…</p>`;
    return html`<dl class="record" data-testid="record" data-job=${record.job_id}>
        <dt>job</dt><dd><code>${record.job_id}</code> of ${record.user}, agent ${record.agent}</dd>
        <dt>states</dt><dd>${record.moves.map(({ state, ms }, at) => html`${at > 0 ? " → " : nothing}${state} <span class="faint">${duration(ms)}</span>`)}</dd>
        ${record.error ? html`<dt>error</dt><dd data-testid="record-error">${record.error} <span class="faint">${record.hint}</span></dd>` : nothing}
        ${this.stop(record)}
        <dt>process</dt><dd>${record.pid ?? "none"}${record.node ? html` on <span data-testid="record-node">${record.node}</span>` : nothing}${record.exit ? html`, <span data-testid="record-exit">${record.exit}</span>` : nothing}</dd>
        ${proofText(record.proof) ? html`<dt>gone</dt><dd data-testid="record-proof">${proofText(record.proof)}</dd>` : nothing}
        <dt>used</dt><dd>${record.cpu_s.toFixed(2)} s of processor, ${bytes(record.peak_memory_bytes)} of memory at most</dd>
        ${record.dropped_events ? html`<dt>dropped</dt><dd>${record.dropped_events} events that came after the end</dd>` : nothing}
      </dl>
      ${block("Standard error", record.stderr, "record-stderr")} ${block("Stack when it was stuck", record.stack, "record-stack")}`;
  }

  private stop(record: JobRecord): TemplateResult | typeof nothing {
    if (record.rungs.length === 0) return nothing;
    return html`<dt>stop</dt>
      <dd data-testid="record-rungs">
        ${record.rungs.map(({ rung, ms, by, reason }) => html`<div>${rung} after ${duration(ms)}, by ${by} (${reason})</div>`)}
        ${record.note ? html`<div data-testid="record-note">“${record.note}”</div>` : nothing}
      </dd>`;
  }

  private async read(jobId: string): Promise<void> {
    this.record = null;
    this.failure = "";
    try {
      const record = await readRecord(jobId);
      if (jobId === this.jobId) this.record = record;
    } catch (error) {
      if (jobId === this.jobId) this.failure = (error as Error).message;
    }
  }
}

function block(title: string, text: string, name: string): TemplateResult | typeof nothing {
  if (!text) return nothing;
  return html`<div class="code"><h3>${title}</h3><pre tabindex="0" data-testid=${name}>${text}</pre></div>`;
}
