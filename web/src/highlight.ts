import hljs from "highlight.js/lib/core";
import sql from "highlight.js/lib/languages/sql";

hljs.registerLanguage("sql", sql);

/** SQL as HTML with classes for its parts. */
export function highlightedSql(statement: string): string {
  return hljs.highlight(statement, { language: "sql", ignoreIllegals: true }).value;
}
