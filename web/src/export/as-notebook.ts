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

/** The values are texts, which keep all digits. A JSON text within a Python one reads the same in every Python. */
function rowsCode(answer: AnswerCopy): string {
  const part = partText(answer);
  const json = (value: unknown) => JSON.stringify(JSON.stringify(value));
  return [
    "import json",
    "",
    `columns = json.loads(${json(answer.columns.map(({ name }) => name))})`,
    `rows = json.loads(${json(cellsOf(answer))})${part ? `  # ${part}` : ""}`,
    "rows[:10]",
  ].join("\n");
}
