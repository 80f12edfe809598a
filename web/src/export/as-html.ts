import { BEGINNING, blocksOf } from "../text/blocks";
import { rendered } from "../text/markdown";
import { type AnswerCopy, cellsOf, partText } from "./answer-copy";

const STYLE = `body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:16px/1.6 system-ui,sans-serif;color:#1d1b18;background:#fff}
h1{font-size:1.5rem}table{border-collapse:collapse;font-size:.875rem}th,td{padding:.2rem .7rem;border:1px solid #d8d4cb;text-align:start}
th{background:#f2f0ea}pre{padding:.8rem;overflow:auto;background:#f2f0ea}svg{max-width:100%;height:auto}.null,.part{color:#625e56;font-style:italic}
.table{overflow-x:auto;margin-block:1rem}`;

/** Answers as one HTML file that needs nothing else: question, text, chart, table and statement. Holds no script. */
export function asHtml(answers: readonly AnswerCopy[]): string {
  const title = answers[0] ? titleOf(answers[0]) : "";
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head>
<body>
${answers.map(sectionOf).join("\n")}
</body></html>
`;
}

function titleOf(answer: AnswerCopy): string {
  return escaped(answer.question.replace(/\s+/g, " ").trim());
}

function sectionOf(answer: AnswerCopy): string {
  return `<section><h1>${titleOf(answer)}</h1>
${textOf(answer)}
${answer.svg}
${tableOf(answer)}
${answer.statement ? `<pre><code>${escaped(answer.statement)}</code></pre>` : ""}</section>`;
}

/** Sanitised, as on the page. */
function textOf({ response, statement }: AnswerCopy): string {
  return rendered(blocksOf(response, BEGINNING), !statement).map((element) => element.outerHTML).join("\n");
}

function tableOf(answer: AnswerCopy): string {
  if (answer.columns.length === 0) return "";
  const head = answer.columns.map(({ name }) => `<th scope="col">${escaped(name)}</th>`).join("");
  const rows = cellsOf(answer).map((cells) => `<tr>${cells.map(cellOf).join("")}</tr>`).join("\n");
  const part = partText(answer);
  return `<div class="table"><table><thead><tr>${head}</tr></thead><tbody>\n${rows}\n</tbody></table></div>${part ? `<p class="part">${part}</p>` : ""}`;
}

function cellOf(text: string | null): string {
  return text === null ? '<td class="null">null</td>' : `<td>${escaped(text)}</td>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
