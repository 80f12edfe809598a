import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { ParameterKind } from "deadstop-client";

import { parametersIn } from "../../model/board/parameters";
import { arrange, type Content, keep, listSaved, type Parameter, pinned, type Saved } from "../../model/board/saved";
import { isStatement } from "../../model/conversations/conversation";
import { StoreError } from "../../model/conversations/conversation-store";
import { PageElement } from "../../elements/page-element";
import "../../styles/dialog.css";
import "../../styles/saved.css";

/** What can be saved from where the dialog was opened. */
export interface Savable {
  /** One that is to be changed; null for a new one. */
  readonly saved: Saved | null;
  readonly content: Content;
  /** The statement that answered the question; empty where there is none beside the text itself. */
  readonly sql: string;
  /** False where the question may mean something else without what was asked before it. */
  readonly standsAlone: boolean;
}

const KINDS: Readonly<Record<ParameterKind, string>> = { text: "Text", number: "Number", date: "Date" };
const REFRESH: Readonly<Record<number, string>> = { 0: "only when I ask", 1: "every minute", 5: "every 5 minutes", 15: "every 15 minutes", 60: "every hour" };

/** Saves a question or a statement, new or changed. Says `saved` once it is kept. */
@customElement("ds-save-dialog")
export class SaveDialog extends PageElement {
  @property({ attribute: false }) agents: readonly string[] = [];
  @property({ attribute: false }) models: readonly string[] = [];
  @state() private savable: Savable | null = null;
  @state() private text = "";
  @state() private statement = false;
  @state() private parameters: readonly Parameter[] = [];
  @state() private failure = "";
  @state() private kept: Saved | null = null;
  @query("dialog") private readonly dialog!: HTMLDialogElement;

  async show(savable: Savable): Promise<void> {
    this.savable = null; // what was typed last time goes
    await this.updateComplete;
    this.savable = savable;
    this.failure = "";
    this.kept = null;
    const planned = savable.sql !== "" && !savable.standsAlone;
    this.statement = savable.content.statement || planned;
    this.parameters = savable.content.parameters;
    this.type(planned ? savable.sql : savable.content.query);
    if (!this.dialog.open) this.dialog.showModal();
    await this.updateComplete;
    this.querySelector<HTMLInputElement>("[name=name]")?.select();
  }

  protected override render(): TemplateResult {
    const title = this.kept ? "Saved" : this.savable?.saved ? "Change the saved question" : "Save";
    return html`<dialog aria-label=${title} @keydown=${(event: KeyboardEvent) => event.stopPropagation()} data-testid="save-dialog">
      <form method="dialog"><h2>${title}</h2><span class="gap"></span><button class="quiet small">Close</button></form>
      ${this.kept ? this.done(this.kept) : this.savable ? this.form(this.savable) : nothing}
    </dialog>`;
  }

  private done({ name, place }: Saved): TemplateResult {
    return html`<p role="status" data-testid="saved-done">Saved as “${name}”${place === null ? "" : ", and on the board"}. <a href="#/board" @click=${() => this.dialog.close()}>Go to the board</a></p>`;
  }

  private form({ saved, content, sql, standsAlone }: Savable): TemplateResult {
    return html`<form class="fields" @submit=${this.submitted} @input=${() => (this.failure = "")}>
      <label>Name <input name="name" required maxlength="100" autocomplete="off" .value=${content.name} data-testid="save-name" /></label>
      ${sql ? this.choice(content.query, sql, standsAlone) : nothing}
      <label>${this.statement ? "Statement" : "Question"}
        <textarea name="query" rows=${this.statement ? 5 : 3} required .value=${this.text} @input=${this.typed} data-testid="save-text" class=${this.statement ? "code" : ""}></textarea></label>
      <p class="faint">What you write as <code>{name}</code> is asked for each time${this.statement ? ", and becomes a literal: no quotes around it" : ""}.</p>
      ${this.parameters.length > 0 ? this.defaults() : nothing}
      ${this.names("agent", this.agents, content.agent)} ${this.names("model", this.models, content.model)}
      <label>On the board, ask again
        <select name="refresh" data-testid="save-refresh">
          ${Object.entries(REFRESH).map(([minutes, words]) => html`<option value=${minutes} .selected=${Number(minutes) === content.refreshMinutes}>${words}</option>`)}
        </select></label>
      <label class="check"><input type="checkbox" name="pin" .checked=${saved ? saved.place !== null : false} data-testid="save-pin" /> Pin to the board</label>
      ${this.failure ? html`<p class="warning" role="alert" data-testid="save-error">${this.failure}</p>` : nothing}
      <button class="primary" data-testid="save-keep">Save</button>
    </form>`;
  }

  private choice(question: string, sql: string, standsAlone: boolean): TemplateResult {
    const choose = (text: string, statement: boolean) => () => {
      this.statement = statement;
      this.type(text);
    };
    return html`<div role="radiogroup" aria-label="What to save">
      <label class="check"><input type="radio" name="what" .checked=${!this.statement} @change=${choose(question, false)} /> ${standsAlone ? "The question, planned anew each time" : "The question, without what was asked before it"}</label>
      <label class="check"><input type="radio" name="what" .checked=${this.statement} @change=${choose(sql, true)} data-testid="save-sql" /> Its statement (SQL), always the same</label>
    </div>`;
  }

  private defaults(): TemplateResult {
    return html`<fieldset><legend>Parameters</legend>
      ${this.parameters.map(
        (one) => html`<div class="parameter" data-testid="save-parameter">
          <code>${one.name}</code>
          <select aria-label="Kind of ${one.name}" @change=${(event: Event) => this.change(one, { kind: (event.target as HTMLSelectElement).value as ParameterKind })} data-testid="save-kind">
            ${Object.entries(KINDS).map(([kind, words]) => html`<option value=${kind} .selected=${kind === one.kind}>${words}</option>`)}
          </select>
          <input aria-label="Default of ${one.name}" placeholder="Default" type=${one.kind === "date" ? "date" : "text"} inputmode=${one.kind === "number" ? "decimal" : "text"}
            .value=${one.default} @input=${(event: InputEvent) => this.change(one, { default: (event.target as HTMLInputElement).value })} data-testid="save-default" />
        </div>`,
      )}
    </fieldset>`;
  }

  private names(name: "agent" | "model", those: readonly string[], chosen: string): TemplateResult | typeof nothing {
    if (those.length < 2) return nothing;
    return html`<label>${name === "agent" ? "Agent" : "Model"}
      <select name=${name}>
        <option value="">the server's choice</option>
        ${those.map((one) => html`<option value=${one} .selected=${one === chosen}>${one}</option>`)}
      </select></label>`;
  }

  private typed(event: InputEvent): void {
    const text = (event.target as HTMLTextAreaElement).value;
    if (!this.savable?.sql) this.statement = isStatement(text);
    this.type(text);
  }

  private type(text: string): void {
    this.text = text;
    this.parameters = parametersIn(text, this.parameters);
  }

  private change(one: Parameter, changes: Partial<Parameter>): void {
    this.parameters = this.parameters.map((other) => (other.name === one.name ? { ...one, ...changes } : other));
  }

  private submitted(event: SubmitEvent): void {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    void this.keep(given);
  }

  private async keep(given: FormData): Promise<void> {
    const { saved, content } = this.savable as Savable;
    const text = (name: string) => String(given.get(name) ?? "");
    const wanted = {
      ...{ name: text("name"), query: this.text, statement: this.statement, parameters: this.parameters, refreshMinutes: Number(text("refresh")) },
      ...{ agent: given.has("agent") ? text("agent") : content.agent, model: given.has("model") ? text("model") : content.model },
    };
    this.failure = "";
    try {
      const kept = await keep(wanted, saved?.id);
      this.savable = { saved: kept, content: wanted, sql: "", standsAlone: true }; // a second try changes it
      this.kept = await pinnedAs(kept, given.has("pin"));
      this.dispatchEvent(new CustomEvent("saved"));
      if (saved) this.dialog.close();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.failure = error.message;
    }
  }
}

/** Puts it on the board or takes it off, where that is not so already. */
async function pinnedAs(saved: Saved, on: boolean): Promise<Saved> {
  if (on === (saved.place !== null)) return saved;
  const others = pinned(await listSaved()).map(({ id }) => id).filter((id) => id !== saved.id);
  const there = await arrange(on ? [...others, saved.id] : others);
  return there.find(({ id }) => id === saved.id) ?? saved;
}
