import hljs from "highlight.js/lib/core";
import sql from "highlight.js/lib/languages/sql";

hljs.registerLanguage("sql", sql);

/** What highlight.js writes: spans that begin and end, what is escaped, and the text between. */
const PIECES = /<span class="([\w -]+)">|(<\/span>)|&(amp|lt|gt|quot|#x27);|[^<&]+/g;
const UNESCAPED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'" };

/** SQL as nodes with classes for its parts. Made of text alone: there is no markup in it to be sanitised. */
export function coloured(statement: string): DocumentFragment {
  const whole = document.createDocumentFragment();
  let inner: Node = whole;
  for (const [text, name, end, escaped] of hljs.highlight(statement, { language: "sql", ignoreIllegals: true }).value.matchAll(PIECES)) {
    if (name) {
      const span = document.createElement("span");
      span.className = name;
      inner = inner.appendChild(span);
    } else if (end) inner = inner.parentNode ?? whole;
    else inner.appendChild(document.createTextNode(escaped ? UNESCAPED[escaped]! : text));
  }
  return whole;
}
