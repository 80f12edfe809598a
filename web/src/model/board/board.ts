import type { Answers } from "../answers/answers";
import { type AnswerState, hasEnded } from "../answers/answer-state";
import { freshId } from "../conversations/conversation";
import { StoreError } from "../conversations/conversation-store";
import { candidates, dueSession, firstOf, room, type TileFacts } from "./schedule";
import { arrange, fill, forget, listSaved, moved, pinned, type Run, type Saved } from "./saved";

const READ_EVERY_MS = 5000;
const FRESH_MS = 1500;

/** What a tile has to show: the latest run, and the last one that is complete, which stays in view until then. */
export interface Tile {
  readonly saved: Saved;
  readonly latest: { readonly run: Run; readonly answer: AnswerState } | null;
  readonly shown: { readonly run: Run; readonly answer: AnswerState } | null;
  /** It is to run, and waits for others. */
  readonly waiting: boolean;
  /** It was taken back before it ran. */
  readonly held: boolean;
  /** Why it could not even be asked. */
  readonly failure: string;
}

interface Runs {
  readonly asks: string;
  readonly latest: Run | null;
  readonly shown: Run | null;
}

const NONE = { latest: null, shown: null };

/** The saved questions, and the runs of those that are pinned. Each run is a job of its own, as any answer is. */
export class Board {
  saved: readonly Saved[] = [];
  loaded = false;
  /** Why the list could not be read; empty where it could. */
  failure = "";
  private readonly runs = new Map<string, Runs>();
  private readonly wanted = new Set<string>();
  /** Those that were taken back before they ran. */
  private readonly held = new Set<string>();
  private readonly starting = new Set<string>();
  private readonly failures = new Map<string, string>();
  /** Sessions that were asked here. */
  private readonly ours = new Set<string>();
  private readAt = 0;

  constructor(
    private readonly answers: Answers,
    private readonly changed: () => void,
  ) {}

  get tiles(): readonly Tile[] {
    const now = Date.now();
    const waiting = new Set(candidates(this.facts(), now).map(({ id }) => id));
    return pinned(this.saved).map((saved) => {
      const { latest, shown } = this.settled(saved.id);
      const failure = this.failures.get(saved.id) ?? "";
      return { saved, latest: this.withAnswer(latest), shown: this.withAnswer(shown), waiting: waiting.has(saved.id), held: this.held.has(saved.id), failure };
    });
  }

  /** Reads the list anew. What other tabs have run since then is followed here too. */
  async refresh(): Promise<void> {
    await this.attempt(async () => this.take(await listSaved()));
  }

  /** Runs what is to be run at this time, in Unix milliseconds; to be called every second while the board is in view. */
  async tick(now: number): Promise<void> {
    const automatic = candidates(this.facts(), now).some(({ wanted }) => !wanted);
    // Another tab may have run it already.
    if (now - this.readAt > (automatic ? FRESH_MS : READ_EVERY_MS)) await this.refresh();
    if (this.failure) return;
    const facts = this.facts();
    for (const { id } of candidates(facts, now).slice(0, room(facts) - this.starting.size)) void this.start(id);
  }

  /** Runs it as soon as there is room. */
  run(id: string): void {
    this.wanted.add(id);
    this.held.delete(id);
    this.failures.delete(id);
    this.changed();
    void this.tick(Date.now());
  }

  runAll(): void {
    for (const { id } of this.facts()) this.run(id);
  }

  /** Takes back that it is to run, or stops what runs; `now` skips the gentle rungs. */
  stop(id: string, now: boolean): void {
    this.wanted.delete(id);
    const { latest } = this.settled(id);
    if (latest && !hasEnded(this.answers.of(latest.sessionId))) this.answers.stop(latest.sessionId, now);
    else this.held.add(id);
    this.changed();
  }

  async pin(id: string, on: boolean): Promise<void> {
    await this.rearrange((ids) => [...ids.filter((one) => one !== id), ...(on ? [id] : [])]);
  }

  async move(id: string, step: -1 | 1): Promise<void> {
    await this.rearrange((ids) => moved(ids, id, step));
  }

  /** Deletes it; what runs of it is stopped. */
  async remove(id: string): Promise<void> {
    this.stop(id, false);
    await this.attempt(async () => {
      await forget(id);
      this.take(await listSaved());
    });
  }

  private async rearrange(order: (ids: readonly string[]) => readonly string[]): Promise<void> {
    await this.attempt(async () => {
      this.take(await listSaved());
      this.take(await arrange(order(pinned(this.saved).map(({ id }) => id))));
    });
  }

  private async attempt(what: () => Promise<void>): Promise<void> {
    try {
      await what();
      this.failure = "";
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.failure = error.message;
    }
    this.changed();
  }

  private take(saved: readonly Saved[]): void {
    this.saved = saved;
    this.loaded = true;
    this.readAt = Date.now();
    const there = new Set(saved.map(({ id }) => id));
    for (const id of [...this.runs.keys()]) if (!there.has(id)) this.drop(id);
    for (const one of pinned(saved)) this.adopt(one);
  }

  /** The later one of the server's latest run and ours; none of something else that it asked before. */
  private adopt(saved: Saved): void {
    const asks = asksOf(saved);
    const known = this.runs.get(saved.id);
    if (known && known.asks !== asks) this.drop(saved.id);
    const { latest } = this.settled(saved.id);
    const later = saved.latest && (!latest || saved.latest.askedAt > latest.askedAt) ? saved.latest : latest;
    this.runs.set(saved.id, { ...(this.runs.get(saved.id) ?? NONE), asks });
    if (later && later.sessionId !== latest?.sessionId) this.follow(saved.id, later);
  }

  private follow(id: string, run: Run): void {
    this.begin(id, run);
    this.answers.follow(run.sessionId);
  }

  /** A run takes the place of the latest one, which is kept only while it is the one in view. */
  private begin(id: string, run: Run): void {
    const { latest, shown } = this.settled(id);
    if (latest && latest.sessionId !== shown?.sessionId && latest.sessionId !== run.sessionId) this.answers.forget(latest.sessionId);
    this.runs.set(id, { asks: this.runs.get(id)?.asks ?? "", latest: run, shown });
  }

  /** Once the latest run is complete it is the one in view. */
  private settled(id: string): { readonly latest: Run | null; readonly shown: Run | null } {
    const known = this.runs.get(id);
    if (!known?.latest || known.latest === known.shown || this.answers.of(known.latest.sessionId).phase !== "done") return known ?? NONE;
    if (known.shown) this.answers.forget(known.shown.sessionId);
    const settled = { ...known, shown: known.latest };
    this.runs.set(id, settled);
    return settled;
  }

  private drop(id: string): void {
    const { latest, shown } = this.settled(id);
    for (const run of [latest, shown]) if (run) this.answers.forget(run.sessionId);
    this.runs.delete(id);
    this.held.delete(id);
    this.failures.delete(id);
  }

  private async start(id: string): Promise<void> {
    if (this.starting.has(id)) return;
    this.starting.add(id);
    const session = this.wanted.delete(id) ? freshId("s-") : this.dueSession(id);
    try {
      const { query, agent, model } = await fill(id);
      const run = { sessionId: session, conversationId: session, askedAt: Date.now() };
      this.ours.add(run.sessionId);
      this.begin(id, run);
      this.answers.ask({
        ...{ session_id: run.sessionId, conversation_id: run.conversationId, query, saved: id, follows: "" },
        ...{ agent: agent || null, options: model ? { model } : null },
      });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.failures.set(id, error.message);
    } finally {
      this.starting.delete(id);
      this.changed();
    }
  }

  /** Of a run that nobody has asked for. One that was refused here is not tried under the same name. */
  private dueSession(id: string): string {
    const saved = this.saved.find((one) => one.id === id);
    const session = saved ? dueSession(id, saved.latest?.sessionId ?? firstOf(asksOf(saved), Date.now())) : "";
    return session && !this.ours.has(session) ? session : freshId("s-");
  }

  private facts(): readonly TileFacts[] {
    const there = pinned(this.saved).filter(({ id }) => !this.starting.has(id));
    return there.map(({ id, refreshMinutes }) => {
      const { latest } = this.settled(id);
      const run = latest && { askedAt: latest.askedAt, phase: this.answers.of(latest.sessionId).phase, ours: this.ours.has(latest.sessionId) };
      return { id, refreshMinutes, latest: run, wanted: this.wanted.has(id), held: this.held.has(id) || this.failures.has(id) };
    });
  }

  private withAnswer(run: Run | null): Tile["latest"] {
    return run && { run, answer: this.answers.of(run.sessionId) };
  }
}

/** What it asks, as a text: another text is another question. */
function asksOf({ query, statement, agent, model, parameters }: Saved): string {
  return JSON.stringify([query, statement, agent, model, parameters]);
}
