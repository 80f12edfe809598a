import hljs from "highlight.js/lib/core";
import sql from "highlight.js/lib/languages/sql";

import { directionRuns } from "./directions";

hljs.registerLanguage("sql", sql);

/** What highlight.js writes: spans that begin and end, what is escaped, and the text between. */
const PIECES = /<span class="([\w -]+)">|(<\/span>)|&(amp|lt|gt|quot|#x27);|[^<&]+/g;
const UNESCAPED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'" };

/** SQL as nodes with classes for its parts. Made of text alone: there is no markup in it to be sanitised. */
export function coloured(statement: string): DocumentFragment {
  const whole = document.createDocumentFragment();
  let inner: ParentNode = whole;
  for (const [text, name, end, escaped] of hljs.highlight(statement, { language: "sql", ignoreIllegals: true }).value.matchAll(PIECES)) {
    if (name) {
      const span = document.createElement("span");
      span.className = name;
      inner = inner.appendChild(span);
    } else if (end) inner = inner.parentNode ?? whole;
    else inner.append(...runs(escaped ? UNESCAPED[escaped]! : text));
  }
  return whole;
}

/** Each run from right to left on its own, so that a statement reads from left to right around it. */
function runs(text: string): (Node | string)[] {
  return directionRuns(text).map((run, at) => {
    if (at % 2 === 0) return run;
    const isolated = document.createElement("bdi");
    isolated.textContent = run;
    return isolated;
  });
}
