import { describe, expect, it, vi } from "vitest";

// The sanitiser wants a browser; where blocks begin and end does not.
vi.mock("../src/sanitize", () => ({ sanitized: (html: string) => html }));

const { blocksOf } = await import("../src/markdown");

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

describe("a text that grows", () => {
  it.each([1, 3, 17])("has the same blocks, %i characters at a time, as all at once", (step) => {
    let raws: string[] = [];
    let lastAt = 0;
    for (let end = step; end < TEXT.length + step; end += step) {
      const { tokens, lastAt: at } = blocksOf(TEXT.slice(0, end), lastAt);
      raws = [...raws.slice(0, -1), ...tokens.map((token) => token.raw)];
      lastAt = at;
    }
    expect(raws).toEqual(blocksOf(TEXT, 0).tokens.map((token) => token.raw));
  });
});
