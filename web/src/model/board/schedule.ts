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

/**
 * The session in which a tile that is due runs after this one: the same in every window, so that of those which ask at the
 * same time the server runs one, and attaches the others to it.
 */
export function dueSession(id: string, after: string): string {
  return `due-${id}-${digest(after)}`;
}

/**
 * What stands for the run before the first one of what a tile asks: the same in every window within a minute. Later than
 * that it is another, since what a tile asks may be changed, and changed back: then its old answer is not the new one.
 */
export function firstOf(asks: string, now: number): string {
  return `${Math.floor(now / 60_000)} ${asks}`;
}

/** 53 bits of a text (cyrb53): enough to tell the runs of one tile apart. Without TLS a browser has no better one. */
function digest(text: string): string {
  let [one, two] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 2654435761);
    two = Math.imul(two ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return (4294967296 * (2097151 & two) + (one >>> 0)).toString(36);
}
