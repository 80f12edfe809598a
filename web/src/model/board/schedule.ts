import type { Phase } from "../answers/answer-state";

/** So many tiles run at once: a board of many leaves room for what is asked by hand. */
export const MOST_RUNNING = 2;

/** What decides when a tile runs. */
export interface TileFacts {
  readonly id: string;
  /** 0: only when told to. */
  readonly refreshMinutes: number;
  readonly latest: { readonly askedAt: number; readonly phase: Phase; readonly ours: boolean } | null;
  /** A person has asked for it. */
  readonly wanted: boolean;
  /** A person has taken it back, or it could not even be asked: it waits for a person. */
  readonly held: boolean;
}

const ENDED: ReadonlySet<Phase> = new Set(["done", "stopped", "failed", "gone"]);

/** Whether the tile is to run although nobody has asked for it: what a person has stopped waits for a person. */
export function isDue({ latest, refreshMinutes, held }: TileFacts, now: number): boolean {
  if (held) return false;
  if (latest === null) return true;
  if (latest.phase === "gone") return !latest.ours;
  if (!ENDED.has(latest.phase) || latest.phase === "stopped" || refreshMinutes === 0) return false;
  return now - latest.askedAt >= refreshMinutes * 60_000;
}

export function isRunning({ latest }: TileFacts): boolean {
  return latest !== null && !ENDED.has(latest.phase);
}

/** Those to be run, in the order in which they are: the ones that were asked for first. */
export function candidates(tiles: readonly TileFacts[], now: number): readonly TileFacts[] {
  const idle = tiles.filter((tile) => !isRunning(tile));
  const wanted = idle.filter((tile) => tile.wanted);
  return [...wanted, ...idle.filter((tile) => !tile.wanted && isDue(tile, now))];
}

/** How many more may run now. */
export function room(tiles: readonly TileFacts[]): number {
  return Math.max(0, MOST_RUNNING - tiles.filter(isRunning).length);
}
