import type { ReactiveController, ReactiveControllerHost } from "lit";

const NEAR_PX = 80;

/**
 * Keeps the end of what `scroller` shows in view while it grows, unless the reader has scrolled up. Only scrolling up
 * counts as leaving: the distance to the end also grows when more is written.
 */
export class AtBottom implements ReactiveController {
  /** True while the reader looks at something further up. */
  away = false;
  private scroller: HTMLElement | null = null;
  private lastTopPx = 0;
  private readonly grown = new ResizeObserver(() => this.keep());

  private followed = false;

  /** `following`: whether there is anything yet whose end is to be followed; what else is shown begins at its top. */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly following: () => boolean,
  ) {
    host.addController(this);
  }

  /** Begins to follow `scroller`; its first child is the part that grows. */
  attach(scroller: HTMLElement): void {
    this.scroller = scroller;
    scroller.addEventListener("scroll", () => this.scrolled(scroller), { passive: true });
    this.grown.observe(scroller);
    if (scroller.firstElementChild) this.grown.observe(scroller.firstElementChild);
  }

  hostDisconnected(): void {
    this.grown.disconnect();
  }

  keep(): void {
    if (this.away || !this.scroller) return;
    if (!this.following()) return this.toTop(this.scroller);
    this.followed = true;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: "instant" });
    // Not only when we hear of it: by then the reader may have scrolled up by less than what had been written.
    this.lastTopPx = this.scroller.scrollTop;
  }

  /** Once: then the reader may scroll there. */
  private toTop(scroller: HTMLElement): void {
    if (this.followed) scroller.scrollTo({ top: 0, behavior: "instant" });
    this.followed = false;
    this.lastTopPx = scroller.scrollTop;
  }

  jump(): void {
    this.leave(false);
    this.keep();
  }

  private scrolled({ scrollTop, scrollHeight, clientHeight }: HTMLElement): void {
    const near = scrollHeight - clientHeight - scrollTop <= NEAR_PX;
    const away = this.following() && !near && (this.away || scrollTop < this.lastTopPx);
    this.lastTopPx = scrollTop;
    if (away !== this.away) this.leave(away);
  }

  /** Away from the end, what is read stays where it is when something above it changes its height. */
  private leave(away: boolean): void {
    this.away = away;
    if (this.scroller) this.scroller.style.overflowAnchor = away ? "auto" : "none";
    this.host.requestUpdate();
  }
}
