import { MarkdownStream } from "./markdown-stream";

const ONE_OF_EACH = `# One

A **word**, *another* and \`code\`; a [link](https://example.org/).

1. first
2. second

- one
- two

| a | b |
| --- | ---: |
| 1 | 2 |

> said

\`\`\`sql
select 1 as one
\`\`\`
`;

/**
 * Writes one of each kind of markdown to nowhere, once the page has nothing else to do. What runs for the first time
 * is compiled first: the first words of the first answer would wait for that, several frames long.
 */
export function warmUp(): void {
  const idle = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 200));
  idle(() => {
    const writing = new MarkdownStream(document.createElement("div"), false);
    for (let end = 1; end <= ONE_OF_EACH.length; end += 40) writing.update(ONE_OF_EACH.slice(0, end));
    writing.update(ONE_OF_EACH);
  });
}
