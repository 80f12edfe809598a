import { fileName, save } from "../elements/save-file";
import type { AnswerCopy } from "./answer-copy";
import { asHtml } from "./as-html";
import { asMarkdown } from "./as-markdown";
import { asNotebook } from "./as-notebook";

export type Format = "md" | "html" | "ipynb";

const MAKERS: Readonly<Record<Format, readonly [make: (answer: AnswerCopy) => string, type: string]>> = {
  md: [asMarkdown, "text/markdown"],
  html: [asHtml, "text/html"],
  ipynb: [asNotebook, "application/x-ipynb+json"],
};

/** Offers the answer as a file, named after its question. */
export function exportAnswer(answer: AnswerCopy, format: Format): void {
  const [make, type] = MAKERS[format];
  save(new Blob([make(answer)], { type: `${type};charset=utf-8` }), `${fileName(answer.question)}.${format}`);
}
