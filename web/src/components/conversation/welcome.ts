import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { type CatalogSummary, isTrouble, READING } from "../../model/catalog/catalog";
import { counted } from "../../model/format";
import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";

/** The page before the first question: the tables, sample questions, a way to a file of one's own, and how to add a model where none is set. */
@customElement("ds-welcome")
export class Welcome extends PageElement {
  @property({ attribute: false }) ready = false;
  /** Null until it is known. */
  @property({ attribute: false }) catalog: CatalogSummary | null = null;
  /** While there is none: what is waited for. */
  @property({ attribute: false }) awaited = READING;
  @property({ attribute: false }) offline = false;

  protected override render(): TemplateResult {
    const samples = this.catalog?.samples ?? [];
    return html`
      <section class="welcome" aria-label="Welcome">
        <h2>Ask your data</h2>
        <p class="lead">
          In plain words or in SQL. Every question runs in a process of its own, and <strong>Stop</strong> ends it for
          certain.
        </p>
        ${this.trouble()}
        <div class="samples" role="group" aria-label="Sample questions">
          ${samples.map(
            (sample) => html`<button class="sample" ?disabled=${!this.ready} @click=${() => this.ask(sample)}
              data-testid="sample">${sample}</button>`,
          )}
        </div>
        ${this.tables()} ${this.ownFile()} ${this.warnings()} ${this.offline ? this.aboutModels() : nothing}
      </section>
    `;
  }

  private tables(): TemplateResult | typeof nothing {
    if (!this.catalog?.tables.length) return nothing;
    return html`<ul class="tables" aria-label="Tables" data-testid="tables">
      ${this.catalog.tables.map(
        (table) => html`<li title=${table.columns.join(", ")}>
          <code>${table.name}</code> <span>${counted(table.rowCount, "row")}${table.own ? ", yours" : ""}</span>
        </li>`,
      )}
    </ul>`;
  }

  private ownFile(): TemplateResult {
    return html`<p class="own">
      <button class="link" ?disabled=${!this.ready} @click=${this.choose} data-testid="welcome-file">Ask about a file of your own</button>:
      choose it, or drop it onto the page. Nobody else sees it.
    </p>`;
  }

  private choose(): void {
    this.dispatchEvent(new CustomEvent("choose-file", { bubbles: true }));
  }

  private trouble(): TemplateResult | typeof nothing {
    if (this.catalog || !isTrouble(this.awaited)) return nothing;
    return html`<p class="warning" role="alert" data-testid="no-data">${this.awaited}</p>`;
  }

  private warnings(): TemplateResult | typeof nothing {
    const warnings = this.catalog?.warnings ?? [];
    if (warnings.length === 0) return nothing;
    return html`<details class="fold" data-testid="data-warnings">
      <summary>${icons.chevron} ${counted(warnings.length, "remark")} on the data</summary>
      ${warnings.map((warning) => html`<p class="warning">${warning}</p>`)}
    </details>`;
  }

  private aboutModels(): TemplateResult {
    return html`<details class="fold models" data-testid="no-model">
      <summary>${icons.chevron} No model is set, so the offline planner answers. How to add one</summary>
      <p>
        The offline planner reads counts, sums, averages, rankings and comparisons by rules, and runs SQL as it is typed.
        For questions in any words, stop Deadstop, give it a key, and start it again:
      </p>
      <pre tabindex="0">export ANTHROPIC_API_KEY=…
deadstop serve</pre>
      <p>
        A model of your own that speaks the Messages API (Ollama, LM Studio, llama.cpp, vLLM) needs its address instead,
        as <code>base_url</code> and <code>model</code> under <code>[llm]</code> in <code>config.toml</code>.
      </p>
    </details>`;
  }

  private ask(sample: string): void {
    this.dispatchEvent(new CustomEvent("ask", { detail: sample }));
  }
}
