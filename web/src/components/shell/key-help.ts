import { html, type TemplateResult } from "lit";
import { customElement, query } from "lit/decorators.js";

import { PageElement } from "../../elements/page-element";
import "../../styles/palette.css";

const KEYS: readonly (readonly [where: string, keys: readonly (readonly [keys: string, does: string])[]])[] = [
  ["Everywhere", [["Ctrl K", "finds and does everything"], ["?", "shows these keys"], ["Escape", "stops the answer, or closes what is open"]]],
  ["Question", [["Enter", "asks; during an answer, queues"], ["Shift Enter", "a new line"]]],
  ["Statement", [["Ctrl Enter", "runs it"], ["Ctrl Space", "completes"]]],
  [
    "Table",
    [
      ["Arrows, Page, Home, End", "move through the cells; with Ctrl to the edge"],
      ["Shift with them", "selects"],
      ["Ctrl C", "copies what is selected"],
      ["Enter", "shows a cell's whole text"],
      ["Shift ← → on a column's name", "changes its width"],
    ],
  ],
];

/** The page's keys. */
@customElement("ds-key-help")
export class KeyHelp extends PageElement {
  @query("dialog") private readonly dialog!: HTMLDialogElement;

  show(): void {
    if (!this.dialog.open) this.dialog.showModal();
  }

  protected override render(): TemplateResult {
    return html`<dialog aria-label="Keys" @keydown=${(event: KeyboardEvent) => event.stopPropagation()} data-testid="key-help">
      <form method="dialog"><h2>Keys</h2><span class="gap"></span><button class="quiet small">Close</button></form>
      ${KEYS.map(
        ([where, keys]) => html`<h3>${where}</h3>
          <dl>${keys.map(([key, does]) => html`<dt><kbd>${key}</kbd></dt><dd>${does}</dd>`)}</dl>`,
      )}
    </dialog>`;
  }
}
