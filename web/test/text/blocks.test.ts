import { describe, expect, it } from "vitest";

import { BEGINNING, type Block, blocksOf, LONGEST_OF_ALL } from "../../src/text/blocks";

const TEXT = `# Title

A paragraph over
two lines.

- one

- two
    more of two

1. first
2. second

| a | b |
| --- | --- |
| 1 | 2 |

\`\`\`sql
select 1

from t
\`\`\`
Setext
===

    indented

    code

> quoted
lazily

[name]: https://example.org/

The end.
`;

function repeated(text: string, count: number): string {
  return Array.from({ length: count }, (_, number) => text.replaceAll("#", String(number))).join("");
}

const LONG = {
  "a paragraph": repeated("Sentence number # is like any other. ", 600),
  "a paragraph without an end": repeated("word# ", 4000),
  "one word": repeated("#", 8000),
  "a fence": `~~~sql\n${repeated("select # from t;\n", 1500)}~~~\n\nThe end.`,
  "a fence of one line": `\`\`\`\n${repeated("[#]", 5000)}`,
  "a list": repeated("- item # of many\n", 1500),
  "a numbered list": repeated("#. item of many\n", 1500),
  "a table": `| a | b |\n| --- | --- |\n${repeated("| # | x |\n", 2000)}`,
  "a quotation": repeated("> line # of many\n", 1500),
};

/** The blocks as a page finds them that reads `step` characters more at a time. */
function grown(text: string, step: number): Block[] {
  let blocks: Block[] = [];
  for (let end = step; end < text.length + step; end += step) {
    blocks = [...blocks.slice(0, -1), ...blocksOf(text.slice(0, end), blocks.at(-1)?.mark ?? BEGINNING)];
  }
  return blocks;
}

describe("a text that grows", () => {
  it.each([1, 3, 17])("has the same blocks, %i characters at a time, as all at once", (step) => {
    expect(grown(TEXT, step)).toEqual(blocksOf(TEXT, BEGINNING));
  });

  it.each(Object.entries(LONG))("is cut where %s is long, at the same places however it grows", (_, text) => {
    const whole = blocksOf(text, BEGINNING);
    expect(whole.length).toBeGreaterThan(2);
    for (const step of [97, 1000]) expect(grown(text, step)).toEqual(whole);
    for (const block of whole) expect(block.source.length).toBeLessThan(1.1 * LONGEST_OF_ALL);
    expect(whole.slice(1).every((block, index) => block.mark.continues === whole[index]?.cut)).toBe(true);
  });

  it("loses nothing where it is cut", () => {
    const paragraph = LONG["a paragraph"];
    expect(blocksOf(paragraph, BEGINNING).map((block) => block.source).join("")).toBe(paragraph);
    const lines = blocksOf(LONG["a fence"], BEGINNING).flatMap((block) => block.source.split("\n"));
    expect(lines.filter((line) => line.startsWith("select"))).toHaveLength(1500);
  });
});
