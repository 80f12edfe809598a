import { isNumber, readableText } from "./value-text";
import { parseType } from "./logical-types";
import type { Wire } from "./wire-values";
import type { Column } from "deadstop-client";

const MOST_CHARACTERS = 1_000;

export function isNumeric(column: Column, sample: unknown): boolean {
  return column.type ? isNumber(parseType(column.type)) : typeof sample === "number";
}

/** A cell as people read it, cut where it is very long. NULL is the empty text; the table marks it apart from that. */
export function formatCell(value: Wire | undefined, column: Column): string {
  const text = readableText(value ?? null, parseType(column.type), column.name);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
