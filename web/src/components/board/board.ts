import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import type { Board, Tile } from "../../model/board/board";
import type { Saved } from "../../model/board/saved";
import * as icons from "../../elements/icons";
import { PageElement } from "../../elements/page-element";
import "../../styles/board.css";
import "./saved-list";
import "./tile";

const TICK_MS = 1000;

/** The board: the pinned questions, each with its latest result, and beneath them all that are saved. */
@customElement("ds-board")
export class BoardView extends PageElement {
  @property({ attribute: false }) board!: Board;
  @property({ attribute: false }) user = "";
  @property({ attribute: false }) connected = false;
  private ticking: ReturnType<typeof setInterval> | undefined;

  /** Nothing runs by itself while nobody looks. */
  override connectedCallback(): void {
    super.connectedCallback();
    this.ticking = setInterval(() => this.tick(), TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.ticking);
  }

  protected override firstUpdated(): void {
    this.tick();
  }

  protected override render(): TemplateResult {
    const { board } = this;
    const { tiles } = board;
    return html`<main id="board" tabindex="-1" data-testid="board">
      <div class="board-head">
        <h1>Board</h1>
        <span class="gap"></span>
        ${tiles.length > 0 ? html`<button class="quiet small" @click=${() => board.runAll()} data-testid="board-run">${icons.retry} Refresh all</button>` : nothing}
      </div>
      ${board.failure ? html`<p class="warning" role="alert" data-testid="board-error">${board.failure}</p>` : nothing}
      ${board.loaded ? this.contents(tiles) : html`<p class="faint" role="status">Reading the board…</p>`}
    </main>`;
  }

  private contents(tiles: readonly Tile[]): TemplateResult {
    const { saved } = this.board;
    if (saved.length === 0) {
      return html`<p class="faint" data-testid="board-empty">Nothing is saved yet. Ask a question, and choose <strong>Save…</strong> under its answer; what is pinned stands here.</p>`;
    }
    return html`${tiles.length === 0 ? html`<p class="faint" data-testid="board-empty">Nothing is pinned. What you pin below stands here, and is asked again.</p>` : nothing}
      <div class="tiles">${repeat(tiles, ({ saved: { id } }) => id, (tile, at) => this.tile(tile, at === 0, at === tiles.length - 1))}</div>
      <h2 class="all">Saved questions</h2>
      <ds-saved-list
        .saved=${saved}
        @run-saved=${this.passOn}
        @edit-saved=${this.passOn}
        @pin-saved=${({ detail: { id, place } }: CustomEvent<Saved>) => void this.board.pin(id, place === null)}
        @remove-saved=${({ detail: { id } }: CustomEvent<Saved>) => void this.board.remove(id)}
      ></ds-saved-list>`;
  }

  private tile(tile: Tile, first: boolean, last: boolean): TemplateResult {
    const { id } = tile.saved;
    return html`<ds-tile
      .tile=${tile}
      .user=${this.user}
      .first=${first}
      .last=${last}
      @run=${() => this.board.run(id)}
      @stop-run=${({ detail }: CustomEvent<boolean>) => this.board.stop(id, detail)}
      @move=${({ detail, target }: CustomEvent<-1 | 1>) => void this.move(id, detail, target as HTMLElement)}
      @edit=${() => this.dispatchEvent(new CustomEvent("edit-saved", { detail: tile.saved }))}
      @unpin=${() => void this.board.pin(id, false)}
    ></ds-tile>`;
  }

  /** The focus goes with the tile: to the button that moved it, or to the other one where that leads no further. */
  private async move(id: string, step: -1 | 1, element: HTMLElement): Promise<void> {
    const names = step < 0 ? ["tile-move-earlier", "tile-move-later"] : ["tile-move-later", "tile-move-earlier"];
    await this.board.move(id, step);
    this.requestUpdate();
    await this.updateComplete;
    await (element as PageElement).updateComplete;
    const buttons = names.map((name) => element.querySelector<HTMLButtonElement>(`[data-testid=${name}]`));
    buttons.find((button) => button && !button.disabled)?.focus();
  }

  private passOn(event: CustomEvent<Saved>): void {
    this.dispatchEvent(new CustomEvent(event.type, { detail: event.detail }));
  }

  private tick(): void {
    if (this.connected && !document.hidden) void this.board.tick(Date.now());
  }
}
