import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";
import "../../styles/shell/drop.css";
import { ACCEPTED, giveFile, givingText, type OwnFile } from "../../model/catalog/own-files";

const TICK_MS = 1000;

/** A file on its way, and the share of it that is there. */
interface Giving {
  readonly name: string;
  readonly share: number;
  readonly stopping: AbortController;
}

/** Takes files that are dropped onto the page, or chosen. Says `files-changed`, `show-data`, and `insert` with a table. */
@customElement("ds-drop")
export class Drop extends PageElement {
  /** What is in view. Once that is something else, a file's welcome has been read. */
  @property() inView = "";
  @state() private over = false;
  @state() private giving: Giving | null = null;
  @state() private seconds = 0;
  @state() private kept: OwnFile | null = null;
  @state() private troubles: readonly string[] = [];
  @state() private stopped = "";
  private waiting: readonly File[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("dragover", (event) => this.dragged(event));
    addEventListener("dragleave", (event) => (this.over &&= event.relatedTarget !== null));
    addEventListener("drop", (event) => this.dropped(event));
  }

  /** Has a person choose files. */
  choose(): void {
    this.querySelector<HTMLInputElement>("input")?.click();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("inView") && this.troubles.length === 0) this.close();
  }

  protected override render(): TemplateResult {
    return html`
      ${this.over ? html`<div class="drop-here" aria-hidden="true"><p>Drop a Parquet, CSV, JSON or Excel file to ask about it</p></div>` : nothing}
      <input type="file" multiple hidden accept=${ACCEPTED} @change=${this.chosen} data-testid="file-input" />
      <div class="drop-said" role="status" data-testid="drop-said">${this.said()}</div>
    `;
  }

  private said(): TemplateResult | typeof nothing {
    if (this.giving) return this.onItsWay(this.giving);
    if (!this.kept && !this.stopped && this.troubles.length === 0) return nothing;
    return html`<div class="card">
      <div>
        ${this.troubles.map((trouble) => html`<p class="trouble" data-testid="drop-trouble">${trouble}</p>`)}
        ${this.kept ? this.welcomed(this.kept) : nothing}
        ${this.stopped ? html`<p data-testid="drop-stopped">Stopped: nothing of ${this.stopped} is kept.</p>` : nothing}
      </div>
      <button class="icon-only" aria-label="Close" title="Close" @click=${this.close} data-testid="drop-close">${icons.cross}</button>
    </div>`;
  }

  private onItsWay({ name, share, stopping }: Giving): TemplateResult {
    return html`<div class="card">
      <span class="spinner" aria-hidden="true"></span>
      <span>${givingText(name, share)} <span class="facts" aria-hidden="true">${this.seconds} s</span></span>
      <button class="quiet small" @click=${() => this.stopAll(stopping)} data-testid="drop-stop">Stop</button>
    </div>`;
  }

  private welcomed({ name, tables }: OwnFile): TemplateResult {
    const inserting = (table: string) => html`<button class="link" title="Put ${table} into the question" @click=${() => this.insert(table)} data-testid="drop-table"><code>${table}</code></button> `;
    return html`<p>
      ${name} can be asked about, by you alone, as ${tables.map(inserting)}
      <button class="quiet small" @click=${this.show} data-testid="drop-show">Show the data</button>
    </p>`;
  }

  private dragged(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // else the browser opens the file in the page's place
    this.over = true;
  }

  private dropped(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.over = false;
    void this.take([...event.dataTransfer.files]);
  }

  private chosen(event: Event): void {
    const field = event.target as HTMLInputElement;
    const files = [...(field.files ?? [])];
    field.value = ""; // the same one can be chosen again
    void this.take(files);
  }

  /** One after the other; what is dropped meanwhile comes behind. */
  private async take(files: readonly File[]): Promise<void> {
    this.waiting = [...this.waiting, ...files];
    if (this.giving || files.length === 0) return;
    this.close();
    for (let [file, ...rest] = this.waiting; file; [file, ...rest] = this.waiting) {
      this.waiting = rest;
      await this.give(file);
    }
  }

  private async give(file: File): Promise<void> {
    const giving = { name: file.name, share: 0, stopping: new AbortController() };
    const began = Date.now();
    const ticking = setInterval(() => (this.seconds = Math.round((Date.now() - began) / TICK_MS)), TICK_MS);
    this.giving = giving;
    this.seconds = 0;
    try {
      this.kept = await giveFile(file, giving.stopping.signal, (share) => (this.giving = { ...giving, share }));
      this.dispatchEvent(new CustomEvent("files-changed"));
    } catch (error) {
      if (giving.stopping.signal.aborted) this.stopped = file.name;
      else this.troubles = [...this.troubles, (error as Error).message];
    } finally {
      clearInterval(ticking);
      this.giving = null;
    }
  }

  /** What waits behind it is not sent either. */
  private stopAll(stopping: AbortController): void {
    this.waiting = [];
    stopping.abort();
  }

  private insert(table: string): void {
    this.close();
    this.dispatchEvent(new CustomEvent("insert", { detail: table }));
  }

  private show(): void {
    this.close();
    this.dispatchEvent(new CustomEvent("show-data"));
  }

  private close(): void {
    this.kept = null;
    this.stopped = "";
    this.troubles = [];
  }
}
