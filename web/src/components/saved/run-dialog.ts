import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { fill, type Filled, type Parameter, type Saved } from "../../model/board/saved";
import { StoreError } from "../../model/conversations/conversation-store";
import { PageElement } from "../../elements/page-element";
import "../../styles/dialog.css";
import "../../styles/saved.css";

const TYPING_PAUSE_MS = 150;

/** Asks for the values of a saved question and shows what they make of it. Says `ask-filled` with what is to be asked. */
@customElement("ds-run-dialog")
export class RunDialog extends PageElement {
  @state() private saved: Saved | null = null;
  @state() private values: Readonly<Record<string, string>> = {};
  @state() private filled: Filled | null = null;
  @state() private failure = "";
  @query("dialog") private readonly dialog!: HTMLDialogElement;
  private readings = 0;
  private typing: ReturnType<typeof setTimeout> | undefined;

  /** One without parameters is asked at once. */
  async show(saved: Saved): Promise<void> {
    this.saved = saved;
    this.values = Object.fromEntries(saved.parameters.map(({ name, default: usual }) => [name, usual]));
    this.filled = null;
    this.failure = "";
    await this.read();
    if (saved.parameters.length === 0 && this.filled) return this.ask();
    if (!this.dialog.open) this.dialog.showModal();
    await this.updateComplete;
    this.querySelector<HTMLInputElement>(".fields input")?.select();
  }

  protected override render(): TemplateResult {
    const { saved } = this;
    return html`<dialog aria-label=${saved ? `Ask: ${saved.name}` : "Ask"} @keydown=${(event: KeyboardEvent) => event.stopPropagation()} data-testid="run-dialog">
      <form method="dialog"><h2>${saved?.name ?? ""}</h2><span class="gap"></span><button class="quiet small">Close</button></form>
      <form class="fields" @submit=${this.submitted}>
        ${saved?.parameters.map((parameter) => this.field(parameter))}
        ${this.filled
          ? html`<p class="filled ${saved?.statement ? "code" : ""}" data-testid="run-filled">${this.filled.query}</p>`
          : nothing}
        ${this.failure ? html`<p class="warning" role="alert" data-testid="run-error">${this.failure}</p>` : nothing}
        <button class="primary" ?disabled=${this.failure !== ""} data-testid="run-ask">Ask</button>
      </form>
    </dialog>`;
  }

  private field({ name, kind }: Parameter): TemplateResult {
    return html`<label>${name}
      <input
        name=${name}
        type=${kind === "date" ? "date" : "text"}
        inputmode=${kind === "number" ? "decimal" : "text"}
        autocomplete="off"
        .value=${this.values[name] ?? ""}
        @input=${(event: InputEvent) => this.typed(name, (event.target as HTMLInputElement).value)}
        data-testid="run-value"
      /></label>`;
  }

  private typed(name: string, value: string): void {
    this.values = { ...this.values, [name]: value };
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void this.read(), TYPING_PAUSE_MS);
  }

  private async submitted(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    clearTimeout(this.typing);
    await this.read();
    this.ask();
  }

  private ask(): void {
    if (!this.filled || this.failure) return;
    this.dialog.close();
    this.dispatchEvent(new CustomEvent("ask-filled", { detail: this.filled }));
  }

  /** Of several readings under way the last one counts. */
  private async read(): Promise<void> {
    const reading = ++this.readings;
    try {
      const filled = await fill(this.saved?.id ?? "", this.values);
      if (reading !== this.readings) return;
      [this.filled, this.failure] = [filled, ""];
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (reading === this.readings) [this.filled, this.failure] = [null, error.message];
    }
  }
}
