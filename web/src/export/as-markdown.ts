import { type AnswerCopy, cellsOf, partText } from "./answer-copy";

/** Answers as a markdown document: question, text, table and statement. Charts are not in it. */
export function asMarkdown(answers: readonly AnswerCopy[]): string {
  return answers.map(partOf).join("\n");
}

function partOf(answer: AnswerCopy): string {
  const parts = [
    `# ${answer.question.replace(/\s+/g, " ").trim()}`,
    answer.response.trim(),
    ...tableParts(answer),
    answer.statement ? fenced(answer.statement) : "",
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

function tableParts(answer: AnswerCopy): string[] {
  if (answer.columns.length === 0) return [];
  const head = [answer.columns.map(({ name }) => guarded(name)), answer.columns.map(() => "---")];
  const rows = cellsOf(answer).map((cells) => cells.map((text) => (text === null ? "*null*" : guarded(text))));
  const lines = [...head, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return [lines.join("\n"), partText(answer)];
}

/** As it is read, not obeyed: a bar would begin another cell, a line's end another row, and stars would vanish. */
function guarded(text: string): string {
  const plain = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return plain.replace(/[\\`*_[\]|~]/g, "\\$&").replace(/\r?\n/g, "<br>");
}

/** With more backticks than the statement has in a row. */
function fenced(statement: string): string {
  const longest = Math.max(2, ...(statement.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}sql\n${statement}\n${fence}`;
}
