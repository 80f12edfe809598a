/** An engine's error: what it says, the line of the statement with a mark beneath the place, and what it says further. */
export interface EngineError {
  words: string;
  place: string;
  further: string;
}

const PLACE = /\n\s*(LINE \d+:.*\n[ \t]*\^+)/;

/** The parts of an error; the place is "" where it names none. */
export function engineError(error: string): EngineError {
  const found = PLACE.exec(error);
  if (!found) return { words: error, place: "", further: "" };
  const end = found.index + found[0].length;
  return { words: error.slice(0, found.index).trim(), place: found[1]!, further: error.slice(end).trim() };
}
