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

/** The text's top-level blocks: paragraphs, lists, tables. `raw` is the source of each. */
export function blocksOf(text: string): Token[] {
  return marked.lexer(text).filter((token) => token.type !== "space" && token.type !== "def");
}

/** One block as sanitised nodes. */
export function rendered(block: Token): DocumentFragment {
  const tokens = Object.assign([block], { links: {} }) as TokensList;
  return sanitized(marked.parser(tokens));
}

/**
 * Brings `host` up to date with `text`, one child element a block, and touches only blocks that have changed: of a
 * streamed text that is the last one or two. Rendering all of it at every chunk would take quadratic time.
 */
export function updateBlocks(host: HTMLElement, text: string, shown: string[]): string[] {
  const blocks = blocksOf(text);
  const raws = blocks.map((block) => block.raw);
  blocks.forEach((block, index) => {
    if (shown[index] === block.raw) return;
    const child = host.children[index] ?? host.appendChild(document.createElement("div"));
    child.replaceChildren(rendered(block));
  });
  while (host.children.length > blocks.length) host.lastElementChild?.remove();
  return raws;
}
