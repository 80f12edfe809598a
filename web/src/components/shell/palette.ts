import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { PageElement } from "../../elements/page-element";
import "../../styles/palette.css";
import { type Command, fitting } from "./commands";

/** A field that finds everything that can be done, and does it: by Ctrl K from anywhere. */
@customElement("ds-palette")
export class Palette extends PageElement {
  @state() private commands: readonly Command[] = [];
  @state() private words = "";
  @state() private at = 0;
  @query("dialog") private readonly dialog!: HTMLDialogElement;

  show(commands: readonly Command[]): void {
    this.commands = commands;
    this.words = "";
    this.at = 0;
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** More has become known while it is open. */
  refresh(commands: readonly Command[]): void {
    this.commands = commands;
  }

  protected override render(): TemplateResult {
    const found = fitting(this.commands, this.words);
    return html`<dialog aria-label="Find and do" @keydown=${(event: KeyboardEvent) => this.keyPressed(event, found)} data-testid="palette">
      <input
        type="text"
        role="combobox"
        placeholder="Find a conversation, a table, or something to do"
        aria-label="Find and do"
        aria-expanded="true"
        aria-controls="palette-found"
        aria-activedescendant=${found.length > 0 ? `palette-${this.at}` : nothing}
        autocomplete="off"
        .value=${this.words}
        @input=${this.typed}
        data-testid="palette-input"
      />
      <ul id="palette-found" role="listbox" aria-label="Found">
        ${found.map((command, at) => this.option(command, at))}
      </ul>
      ${found.length === 0 ? html`<p class="faint" role="status">Nothing is called so.</p>` : nothing}
    </dialog>`;
  }

  private option(command: Command, at: number): TemplateResult {
    return html`<li
      id="palette-${at}"
      role="option"
      aria-selected=${at === this.at}
      @click=${() => this.run(command)}
      data-testid="palette-option"
    >
      <span class="title">${command.name}</span><span class="faint">${command.kind}</span>
    </li>`;
  }

  protected override updated(): void {
    this.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }

  private typed(event: InputEvent): void {
    this.words = (event.target as HTMLInputElement).value;
    this.at = 0;
  }

  private keyPressed(event: KeyboardEvent, found: readonly Command[]): void {
    event.stopPropagation(); // elsewhere Escape stops the answer
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = found[this.at];
    if (step) this.at = Math.max(0, Math.min(found.length - 1, this.at + step));
    else if (event.key === "Enter" && chosen && !event.isComposing) this.run(chosen);
    else return;
    event.preventDefault();
  }

  private run(command: Command): void {
    this.dialog.close();
    command.run();
  }
}
