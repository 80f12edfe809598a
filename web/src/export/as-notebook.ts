import type { Column } from "deadstop-client";
import { parseType } from "../model/values/logical-types";
import { type AnswerCopy, cellsOf, partText } from "./answer-copy";
import { asMarkdown } from "./as-markdown";

/** Answers as a Jupyter notebook: what was asked and answered, and a cell for each that holds the rows to work on with. */
export function asNotebook(answers: readonly AnswerCopy[]): string {
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
    cells: answers.flatMap(cellsFor),
  };
  return JSON.stringify(notebook, null, 1);
}

/** The names of cells must differ within a notebook. */
function cellsFor(answer: AnswerCopy, index: number): object[] {
  const source = asMarkdown([{ ...answer, columns: [] }]);
  const text = { cell_type: "markdown", id: `answer-${index + 1}`, metadata: {}, source };
  if (answer.columns.length === 0) return [text];
  const code = { cell_type: "code", id: `rows-${index + 1}`, metadata: {}, execution_count: null, outputs: [] };
  return [text, { ...code, source: rowsCode(answer) }];
}

/** What makes a value of Python of a text that keeps all digits; the rest stays text. */
const KINDS: readonly (readonly [kind: string, names: RegExp])[] = [
  ["int", /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/],
  ["float", /^(FLOAT|DOUBLE)$/],
  ["Decimal", /^DECIMAL$/],
];

function kindOf({ type }: Column): string {
  const { name } = parseType(type);
  return KINDS.find(([, names]) => names.test(name))?.[0] ?? "str";
}

/** A JSON text within a Python one reads the same in every Python. */
function rowsCode(answer: AnswerCopy): string {
  const part = partText(answer);
  const json = (value: unknown) => JSON.stringify(JSON.stringify(value));
  const kinds = answer.columns.map(kindOf);
  return [
    "import json",
    ...(kinds.includes("Decimal") ? ["from decimal import Decimal"] : []),
    "",
    `columns = json.loads(${json(answer.columns.map(({ name }) => name))})`,
    `kinds = [${kinds.join(", ")}]`,
    `texts = json.loads(${json(cellsOf(answer))})${part ? `  # ${part}` : ""}`,
    "rows = [[None if text is None else kind(text) for kind, text in zip(kinds, row)] for row in texts]",
    "rows[:10]",
  ].join("\n");
}
