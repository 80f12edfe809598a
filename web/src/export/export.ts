import { fileName, save } from "../elements/save-file";
import type { AnswerCopy } from "./answer-copy";
import { asHtml } from "./as-html";
import { asMarkdown } from "./as-markdown";
import { asNotebook } from "./as-notebook";

export type Format = "md" | "html" | "ipynb";

const MAKERS: Readonly<Record<Format, readonly [make: (answers: readonly AnswerCopy[]) => string, type: string]>> = {
  md: [asMarkdown, "text/markdown"],
  html: [asHtml, "text/html"],
  ipynb: [asNotebook, "application/x-ipynb+json"],
};

/** Offers the answers as one file, named after the first question. */
export function exportAnswers(answers: readonly AnswerCopy[], format: Format): void {
  const [make, type] = MAKERS[format];
  save(new Blob([make(answers)], { type: `${type};charset=utf-8` }), `${fileName(answers[0]?.question ?? "")}.${format}`);
}
