import type { Turn } from "./conversation";

/** Which of several questions at one place is shown: the first has the number 1. */
export interface Place {
  readonly number: number;
  readonly of: number;
}

/**
 * One way through the conversation, from its first question to the latest one that comes after `through`; where there is
 * none of that name, to the latest of all.
 *
 * @param turns all questions, each after the one that it follows
 */
export function branchThrough(turns: readonly Turn[], through: string): readonly Turn[] {
  const known = new Map(turns.map((turn) => [turn.sessionId, turn]));
  const passes = (turn: Turn | undefined): boolean => {
    let at = turn;
    while (at && at.sessionId !== through) at = known.get(at.follows);
    return at !== undefined;
  };
  const way: Turn[] = [];
  let at = turns.findLast(passes) ?? turns.at(-1);
  for (; at; at = known.get(at.follows)) way.push(at);
  return way.reverse();
}

/** The questions that were asked at the same place, for each place in the order of asking. */
function byPlace(turns: readonly Turn[]): readonly (readonly Turn[])[] {
  const known = new Set(turns.map(({ sessionId }) => sessionId));
  const places = new Map<string, Turn[]>();
  for (const turn of turns) {
    const place = known.has(turn.follows) ? turn.follows : "";
    places.set(place, [...(places.get(place) ?? []), turn]);
  }
  return [...places.values()];
}

/** Those asked at the same place as this one, itself among them. */
export function alternatives(turns: readonly Turn[], { sessionId }: Turn): readonly Turn[] {
  return byPlace(turns).find((there) => there.some((turn) => turn.sessionId === sessionId)) ?? [];
}

/** By session, where each question stands among those at its place. */
export function placesOf(turns: readonly Turn[]): ReadonlyMap<string, Place> {
  const numbered = byPlace(turns).flatMap((there) =>
    there.map(({ sessionId }, index): [string, Place] => [sessionId, { number: index + 1, of: there.length }]),
  );
  return new Map(numbered);
}
