import { html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import * as icons from "../../../elements/icons";
import { PageElement } from "../../../elements/page-element";

/** Folded out: what the supervisor keeps about the job of an answer. The record's code is loaded when it is first opened. */
@customElement("ds-details")
export class Details extends PageElement {
  @property({ attribute: false }) jobId = "";
  @state() private open = false;

  protected override render(): TemplateResult {
    return html`<details class="fold" @toggle=${this.toggled} data-testid="details">
      <summary data-testid="details-toggle">${icons.chevron} Details</summary>
      ${this.open ? html`<ds-record .jobId=${this.jobId}></ds-record>` : ""}
    </details>`;
  }

  private toggled(event: Event): void {
    this.open = (event.target as HTMLDetailsElement).open;
    if (this.open) void import("../../../ops/record");
  }
}
