import { Marked } from "marked";

import type { Block } from "./blocks";
import { highlightSql } from "./highlight";
import { sanitized } from "./sanitize";

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);

const marked = new Marked({
  gfm: true,
  async: false,
  renderer: {
    // Raw HTML is shown, not obeyed.
    html: ({ text }) => escaped(text),
    // Loading a picture would tell its server that the answer is being read.
    image: ({ text, href }) => escaped(text || href),
    // As characters, which are read out; a box that cannot be ticked is no control.
    checkbox: ({ checked }) => `<span class="task">${checked ? "☑" : "☐"}</span> `,
    code: ({ text, lang }) => `<pre><code class="${isSql(lang) ? "sql" : ""}">${escaped(text)}</code></pre>\n`,
    link({ href, tokens }) {
      const label = this.parser.parseInline(tokens);
      return `<a href="${escaped(href)}" target="_blank" rel="noopener noreferrer">${label}</a>`;
    },
  },
});

const isSql = (language: string | undefined) => language?.trim().toLowerCase() === "sql";

/**
 * The blocks as sanitised elements, one each: all at once, because the sanitiser costs by the call. Unless they are
 * `trusted`, links are text that shows their address.
 */
export function rendered(blocks: readonly Block[], trusted: boolean): readonly Element[] {
  if (blocks.length === 0) return [];
  const fragment = sanitized(blocks.map(html).join(""));
  if (!trusted) fragment.querySelectorAll("a").forEach(showAddress);
  for (const code of fragment.querySelectorAll("code.sql")) void highlightSql(code);
  const elements = [...fragment.children];
  if (elements.length === blocks.length || blocks.length === 1) return elements.slice(0, blocks.length);
  // Whatever made one block reach into the next cannot do so where each is read by itself.
  return blocks.flatMap((block) => rendered([block], trusted));
}

function html(block: Block): string {
  const names = ["block", ...(block.mark.continues ? ["continued"] : []), ...(block.cut ? ["cut"] : [])];
  return `<div class="${names.join(" ")}">${marked.parse(block.source) as string}</div>`;
}

/** A word that is clicked could hide where the click leads. */
function showAddress(link: HTMLAnchorElement): void {
  const address = link.getAttribute("href") ?? "";
  const text = link.textContent;
  const shows = ["", text, `mailto:${text}`, `http://${text}`].includes(address);
  link.replaceWith(...link.childNodes, shows ? "" : ` (${address})`);
}
