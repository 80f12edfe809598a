import { Marked, type Token, type TokensList } from "marked";

import { highlightedSql } from "./highlight";
import { sanitized } from "./sanitize";

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);

const marked = new Marked({
  gfm: true,
  renderer: {
    // Raw HTML is shown, not obeyed.
    html: ({ text }) => escaped(text),
    // A picture's address would tell a stranger that the answer is being read.
    image: ({ text, href }) => escaped(text || href),
    code: ({ text, lang }) => {
      const isSql = lang?.toLowerCase() === "sql";
      return `<pre><code>${isSql ? highlightedSql(text) : escaped(text)}</code></pre>\n`;
    },
    link({ href, tokens }) {
      const label = this.parser.parseInline(tokens);
      return `<a href="${escaped(href)}" target="_blank" rel="noopener noreferrer">${label}</a>`;
    },
  },
});

/** One block as sanitised nodes. */
export function rendered(block: Token): DocumentFragment {
  const tokens = Object.assign([block], { links: {} }) as TokensList;
  return sanitized(marked.parser(tokens));
}

/** A text as it stands in the page. */
export interface Shown {
  readonly text: string;
  /** The source of each top-level block (paragraph, list, table), one child element each. */
  readonly blocks: readonly string[];
  /** Where the last block begins: what comes later can change no block before it. */
  readonly lastAt: number;
}

export const NOTHING_SHOWN: Shown = { text: "", blocks: [], lastAt: 0 };

/**
 * Brings `host` from `shown` to `text`. What has been written longer is read from its last block on, and only blocks
 * that have changed are touched: reading and rendering all of it at every chunk would take quadratic time.
 */
export function updateBlocks(host: HTMLElement, written: string, shown: Shown): Shown {
  const text = written.replaceAll("\r\n", "\n");
  const continued = text.startsWith(shown.text) && shown.blocks.length > 0;
  const kept = continued ? shown.blocks.slice(0, -1) : [];
  const { tokens, lastAt } = blocksOf(text, continued ? shown.lastAt : 0);
  tokens.forEach((token, index) => {
    const at = kept.length + index;
    if (shown.blocks[at] === token.raw) return;
    const child = host.children[at] ?? host.appendChild(document.createElement("div"));
    child.replaceChildren(token.type === "def" ? "" : rendered(token));
  });
  const blocks = [...kept, ...tokens.map((token) => token.raw)];
  while (host.children.length > blocks.length) host.lastElementChild?.remove();
  return { text, blocks, lastAt };
}

/** The blocks of `text` from the offset `from` on, at which one begins, and the offset of the last of them. */
export function blocksOf(text: string, from: number): { readonly tokens: readonly Token[]; readonly lastAt: number } {
  const tokens: Token[] = [];
  let at = from;
  let lastAt = from;
  for (const token of marked.lexer(text.slice(from))) {
    if (token.type !== "space") {
      tokens.push(token);
      lastAt = at;
    }
    at += token.raw.length;
  }
  return { tokens, lastAt };
}
