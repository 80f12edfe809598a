import { html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { Saved } from "../../model/board/saved";
import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";

/** All saved questions. Says `run-saved`, `edit-saved`, `pin-saved` and `remove-saved` with the one that is meant. */
@customElement("ds-saved-list")
export class SavedList extends PageElement {
  @property({ attribute: false }) saved: readonly Saved[] = [];
  @state() private removing = "";

  protected override render(): TemplateResult {
    return html`<ul class="saved-list" aria-label="Saved questions" data-testid="saved-list">
      ${this.saved.map((one) => (one.id === this.removing ? this.sure(one) : this.item(one)))}
    </ul>`;
  }

  private item(one: Saved): TemplateResult {
    const on = one.place !== null;
    return html`<li data-testid="saved">
      <button class="link name" @click=${() => this.say("run-saved", one)} data-testid="saved-run">${one.name}</button>
      <span class="faint text ${one.statement ? "code" : ""}">${one.query}</span>
      <button class="quiet small" aria-pressed=${on} @click=${() => this.say("pin-saved", one)} data-testid="saved-pin">${on ? "On the board" : "Pin to board"}<span class="unseen">: ${one.name}</span></button>
      <button class="icon-only" aria-label="Edit ${one.name}" title="Edit" @click=${() => this.say("edit-saved", one)} data-testid="saved-edit">${icons.pencil}</button>
      <button class="icon-only" aria-label="Delete ${one.name}" title="Delete" @click=${() => void this.ask(one.id)} data-testid="saved-delete">${icons.cross}</button>
    </li>`;
  }

  private sure(one: Saved): TemplateResult {
    return html`<li class="sure" role="group" aria-label="Delete ${one.name}?">
      <span>Delete “${one.name}”? Its answers stay.</span>
      <button class="quiet small" @click=${() => this.say("remove-saved", one)} data-testid="saved-delete-now">Delete</button>
      <button class="quiet small" @click=${() => void this.ask("")}>Keep</button>
    </li>`;
  }

  private async ask(id: string): Promise<void> {
    this.removing = id;
    await this.updateComplete;
    this.querySelector<HTMLElement>(".sure button")?.focus();
  }

  private say(event: string, one: Saved): void {
    this.removing = "";
    this.dispatchEvent(new CustomEvent(event, { detail: one }));
  }
}
