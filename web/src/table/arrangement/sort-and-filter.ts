import type { ReactiveController, ReactiveControllerHost } from "lit";

import type { Column } from "deadstop-client";
import { matching, wantedText } from "./filter";
import { type Arrangement, AS_IT_CAME, ordered } from "./order";
import type { Rows } from "../../model/values/rows";
import { sliced } from "./sliced";

/** Sorts and filters for a table. While a calculation is under way the earlier order stays in view. */
export class SortAndFilter implements ReactiveController {
  wanted: Arrangement = AS_IT_CAME;
  /** Numbers of the rows in the order to be shown; null where that is the order in which they came. */
  order: Uint32Array | null = null;
  busy = false;
  private running = new AbortController();
  /** The rows that `order` is about. */
  private seen: Rows | null = null;
  /** What the last filter has found. */
  private earlier: { readonly rows: Rows; readonly wanted: string; readonly found: Uint32Array } | null = null;
  private waiting: () => void = () => {};

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.running.abort();
  }

  /** By this column upwards, then downwards, then as they came. */
  sortBy(column: number, rows: Rows, columns: readonly Column[]): void {
    const { wanted } = this;
    const same = wanted.column === column;
    const next = same && wanted.descending ? { column: null, descending: false } : { column, descending: same };
    void this.arrange({ ...wanted, ...next }, rows, columns);
  }

  filter(text: string, rows: Rows, columns: readonly Column[]): void {
    void this.arrange({ ...this.wanted, filter: text }, rows, columns);
  }

  /** More rows have come. A calculation under way ends first: begun anew at each batch it would never end. */
  grown(rows: Rows, columns: readonly Column[]): void {
    if (!this.busy && this.order && this.seen !== rows) void this.arrange(this.wanted, rows, columns);
    else if (this.busy) this.waiting = () => this.grown(rows, columns);
  }

  /** Null where all rows are shown as they came. */
  private *orderOf({ column, descending, filter }: Arrangement, rows: Rows, columns: readonly Column[]): Generator<void, Uint32Array | null> {
    const found = yield* this.found(wantedText(filter), rows, columns);
    if (column === null) return found;
    return yield* ordered(rows, column, descending, found ?? Uint32Array.from({ length: rows.length }, (_, row) => row));
  }

  /** A longer text is only looked for where the shorter one was; another order looks for nothing at all. */
  private *found(wanted: string, rows: Rows, columns: readonly Column[]): Generator<void, Uint32Array | null> {
    if (wanted === "") return null;
    const { earlier } = this;
    if (earlier?.rows === rows && earlier.wanted === wanted) return earlier.found;
    const among = earlier?.rows === rows && wanted.includes(earlier.wanted) ? earlier.found : null;
    const found = yield* matching(rows, columns, wanted, among);
    this.earlier = { rows, wanted, found };
    return found;
  }

  private async arrange(wanted: Arrangement, rows: Rows, columns: readonly Column[]): Promise<void> {
    this.running.abort();
    const { signal } = (this.running = new AbortController());
    this.wanted = wanted;
    this.busy = true;
    this.host.requestUpdate();
    const order = await sliced(this.orderOf(wanted, rows, columns), signal);
    if (signal.aborted) return;
    this.order = order;
    this.seen = rows;
    this.busy = false;
    this.host.requestUpdate();
    const waiting = this.waiting;
    this.waiting = () => {};
    waiting();
  }
}
