import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";
import { deleteFile, listFiles, type OwnFile, sizeText } from "../../model/catalog/own-files";

/** One's own files in the data panel. Says `choose-file`, and `files-changed` when one was deleted. */
@customElement("ds-own-files")
export class OwnFiles extends PageElement {
  /** Changes with the catalog: then they are listed again. */
  @property() version = "";
  @state() private files: readonly OwnFile[] | null = null;
  @state() private asked = "";
  @state() private trouble = "";

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("version")) void this.list();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.files === null) return nothing;
    return html`<section aria-label="Files of your own" data-testid="own-files">
      <h3>Yours</h3>
      ${this.files.length === 0 ? html`<p class="facts">Drop a Parquet, CSV, JSON or Excel file onto the page to ask about it. Nobody else sees it.</p>` : nothing}
      <ul>
        ${this.files.map((file) => (this.asked === file.name ? this.question(file) : this.file(file)))}
      </ul>
      <button class="quiet small" @click=${() => this.dispatchEvent(new CustomEvent("choose-file", { bubbles: true }))} data-testid="choose-file">
        ${icons.plus} Add a file
      </button>
      ${this.trouble ? html`<p class="warning" role="alert">${this.trouble}</p>` : nothing}
    </section>`;
  }

  private file({ name, sizeBytes, tables }: OwnFile): TemplateResult {
    const called = tables.length > 0 ? `${sizeText(sizeBytes)} · ${tables.join(", ")}` : sizeText(sizeBytes);
    return html`<li class="own-file" data-testid="own-file">
      <div><span>${name}</span><div class="facts">${called}</div></div>
      <button class="icon-only" aria-label="Delete ${name}" title="Delete" @click=${() => void this.ask(name)} data-testid="own-file-delete">${icons.cross}</button>
    </li>`;
  }

  private question({ name }: OwnFile): TemplateResult {
    return html`<li role="group" aria-label="Delete ${name}?" data-testid="own-file-sure">
      <p>Delete “${name}”? Answers over it stay.</p>
      <div class="tools">
        <button class="quiet small" @click=${() => void this.removeNow(name)} data-testid="own-file-delete-now">Delete</button>
        <button class="quiet small" @click=${() => (this.asked = "")}>Keep</button>
      </div>
    </li>`;
  }

  private async ask(name: string): Promise<void> {
    this.asked = name;
    await this.updateComplete;
    this.querySelector<HTMLButtonElement>("[data-testid=own-file-delete-now]")?.focus();
  }

  private async removeNow(name: string): Promise<void> {
    this.asked = this.trouble = "";
    try {
      await deleteFile(name);
      this.files = (this.files ?? []).filter((file) => file.name !== name);
      this.dispatchEvent(new CustomEvent("files-changed", { bubbles: true }));
    } catch (error) {
      this.trouble = (error as Error).message;
    }
    await this.updateComplete;
    this.querySelector<HTMLButtonElement>("[data-testid=choose-file]")?.focus();
  }

  private async list(): Promise<void> {
    this.files = await listFiles();
  }
}
