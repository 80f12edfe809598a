import type { Parameter } from "./saved";

const PLACE = /\{([A-Za-z_][A-Za-z0-9_]{0,31})\}/g;

/** The parameters of a text: one for each `{name}` in it, in their order; those that were known stay as they were. */
export function parametersIn(text: string, known: readonly Parameter[]): readonly Parameter[] {
  const names = new Set([...text.matchAll(PLACE)].map(([, name = ""]) => name));
  return [...names].map((name) => known.find((one) => one.name === name) ?? { name, kind: "text", default: "" });
}
