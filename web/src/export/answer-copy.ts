import { parseType } from "../model/values/logical-types";
import type { Rows } from "../model/values/rows";
import { valueText } from "../model/values/value-text";
import type { Column } from "deadstop-client";

/** An answer as it is taken out of the page. */
export interface AnswerCopy {
  readonly question: string;
  /** The last one that ran; empty where none did. */
  readonly statement: string;
  /** In markdown. */
  readonly response: string;
  readonly columns: readonly Column[];
  readonly rows: Rows;
  /** The result had more rows than the server sent. */
  readonly truncated: boolean;
  /** The chart as SVG; empty where there is none. */
  readonly svg: string;
}

/** The whole result is for the downloads; a document holds what can be read. */
export const MOST_ROWS = 1_000;

/** The first rows as texts; null for NULL. */
export function cellsOf({ columns, rows }: AnswerCopy): (string | null)[][] {
  return Array.from({ length: Math.min(MOST_ROWS, rows.length) }, (_, row) =>
    columns.map((column, index) => {
      const value = rows.value(row, index) ?? null;
      return value === null ? null : valueText(value, parseType(column.type));
    }),
  );
}

/** Says which part of the result stands here; empty where it is all of it. */
export function partText({ rows, truncated }: AnswerCopy): string {
  if (rows.length > MOST_ROWS) return `The first ${MOST_ROWS.toLocaleString("en-US")} of ${rows.length.toLocaleString("en-US")} rows${truncated ? " that were sent, of more" : ""}.`;
  return truncated ? "The first rows of more." : "";
}
