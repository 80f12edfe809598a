import { Lexer, type Token, type Tokens } from "marked";

/** A place at which a block begins. */
export interface Mark {
  readonly at: number;
  /** Text to put before this mark when parsing begins here: the line that opened a fence, the head of a table. */
  readonly opening: string;
  /** The block here goes on with the one before it. */
  readonly continues: boolean;
}

/** A stretch of a markdown text that is rendered by itself: a top-level block, or a piece of a very long one. */
export interface Block {
  readonly source: string;
  readonly mark: Mark;
  /** The block after it goes on with it. */
  readonly cut: boolean;
}

export const BEGINNING: Mark = { at: 0, opening: "", continues: false };

/** What is longer is cut, so that no block, and with it no frame of an answer that grows, takes more than its share. */
const LONGEST = 4_000;
/** Code is cut unseen, and colouring takes time; the columns of each piece of a table have widths of their own. */
const LONGEST_OF: Record<string, number> = { code: LONGEST / 2, table: 3 * LONGEST };
export const LONGEST_OF_ALL = 3 * LONGEST;

const LINE = /\n/g;
const SENTENCE = /[.!?…]\s|[。！？\n]/g;
const SPACE = /\s/g;
/** Not between the halves of a character. */
const ANYWHERE = /[^\uD800-\uDBFF]/g;
/** Where a block may be cut: what is looked for first, and what instead, each a quarter further on. */
const CUTS: Record<string, readonly RegExp[]> = { paragraph: [SENTENCE, SPACE, ANYWHERE], code: [LINE, LINE, ANYWHERE] };

/**
 * The blocks of `text` from `from` on. Whatever is written behind `text` later changes none but the last of them. A
 * list whose one item is very long stays whole, and so does a very long row of a table.
 */
export function blocksOf(text: string, from: Mark): readonly Block[] {
  const blocks: Block[] = [];
  let mark: Mark | null = from;
  while (mark) mark = readOn(text, mark, blocks);
  return blocks;
}

/** Adds the blocks from `from` on, up to the first that has to be cut. Returns where what was cut off begins. */
function readOn(text: string, from: Mark, blocks: Block[]): Mark | null {
  let mark = from;
  let at = from.at - from.opening.length;
  for (const token of new Lexer({ gfm: true }).blockTokens(from.opening + text.slice(from.at))) {
    const cut = cutOf(token);
    const source = cut ? token.raw.slice(0, cut) : token.raw;
    if (token.type !== "space") blocks.push({ source, mark, cut: cut > 0 });
    if (cut) return { at: at + cut, opening: openingOf(token), continues: true };
    at += token.raw.length;
    mark = { at, opening: "", continues: false };
  }
  return null;
}

/** After how many characters the block is cut; 0 where it stays whole. The same however much of it is there yet. */
function cutOf({ type, raw, ...rest }: Token): number {
  const longest = LONGEST_OF[type] ?? LONGEST;
  if (raw.length <= longest || type === "space") return 0;
  if (type === "list") return itemAfter(raw, (rest as Tokens.List).items);
  const ends = CUTS[type] ?? [LINE];
  for (const [tried, end] of ends.entries()) {
    const until = tried + 1 < ends.length ? longest + ((tried + 1) * longest) / 4 : Infinity;
    end.lastIndex = longest + (tried * longest) / 4;
    const found = end.exec(raw);
    if (found && found.index < until) return found.index + found[0].length;
    if (raw.length < until) return 0;
  }
  return 0;
}

/** Where the first item begins that is wholly behind the limit, and of which a line is there. */
function itemAfter(raw: string, items: readonly Tokens.ListItem[]): number {
  let at = 0;
  for (const item of items) {
    if (at > LONGEST) return raw.includes("\n", at) ? at : 0;
    at += item.raw.length;
  }
  return 0;
}

function openingOf({ type, raw }: Token): string {
  if (type === "table") return raw.split("\n", 2).join("\n") + "\n";
  return type === "code" && /^ {0,3}[`~]{3}/.test(raw) ? raw.slice(0, raw.indexOf("\n") + 1) : "";
}
