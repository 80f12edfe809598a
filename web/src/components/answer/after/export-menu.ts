import { html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { PageElement } from "../../../elements/page-element";
import type { AnswerCopy } from "../../../export/answer-copy";
import type { Format } from "../../../export/export";

const NAMES: Readonly<Record<Format, string>> = { md: "Markdown", html: "HTML", ipynb: "Notebook" };

/** Takes an answer out of the page as a document. What makes it is loaded when it is first wanted. */
@customElement("ds-export")
export class ExportMenu extends PageElement {
  /** Makes the copy once it is wanted. */
  @property({ attribute: false }) copy!: () => Promise<AnswerCopy>;

  protected override render(): TemplateResult {
    return html`<span class="downloads" role="group" aria-label="Export the answer">
      Export
      ${(Object.keys(NAMES) as Format[]).map(
        (format) => html`<button class="link" @click=${() => void this.take(format)} data-testid="export-${format}">${NAMES[format]}</button>`,
      )}
    </span>`;
  }

  private async take(format: Format): Promise<void> {
    const { exportAnswer } = await import("../../../export/export");
    exportAnswer(await this.copy(), format);
  }
}
