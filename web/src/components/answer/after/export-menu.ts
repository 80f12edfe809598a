import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { PageElement } from "../../../elements/page-element";
import type { AnswerCopy } from "../../../export/answer-copy";
import type { Format } from "../../../export/export";

const NAMES: Readonly<Record<Format, string>> = { md: "Markdown", html: "HTML", ipynb: "Notebook" };

/** Takes an answer, or all up to it, out of the page as a document. What makes it is loaded when it is first wanted. */
@customElement("ds-export")
export class ExportMenu extends PageElement {
  /** Makes the copy once it is wanted. */
  @property({ attribute: false }) copy!: () => Promise<AnswerCopy>;
  /** The same of each answer before it; empty where it is the first one. */
  @property({ attribute: false }) earlier: readonly (() => Promise<AnswerCopy>)[] = [];
  @state() private whole = false;

  protected override render(): TemplateResult {
    return html`<span class="downloads" role="group" aria-label="Export the answer">
      Export
      ${(Object.keys(NAMES) as Format[]).map(
        (format) => html`<button class="link" @click=${() => void this.take(format)} data-testid="export-${format}">${NAMES[format]}</button>`,
      )}
      ${this.earlier.length > 0 ? this.choice() : nothing}
    </span>`;
  }

  private choice(): TemplateResult {
    return html`<label title="All answers up to this one in one document">
      <input type="checkbox" .checked=${this.whole} @change=${(event: Event) => (this.whole = (event.target as HTMLInputElement).checked)} data-testid="export-whole" />
      with those before
    </label>`;
  }

  private async take(format: Format): Promise<void> {
    const { exportAnswers } = await import("../../../export/export");
    const wanted = [...(this.whole ? this.earlier : []), this.copy];
    exportAnswers(await Promise.all(wanted.map((copy) => copy())), format);
  }
}
