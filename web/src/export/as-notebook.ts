import { type AnswerCopy, cellsOf, partText } from "./answer-copy";
import { asMarkdown } from "./as-markdown";

/** The answer as a Jupyter notebook: what was asked and answered, and a cell that holds the rows to work on with. */
export function asNotebook(answer: AnswerCopy): string {
  const text = asMarkdown({ ...answer, columns: [] });
  const cells = [{ cell_type: "markdown", id: "answer", metadata: {}, source: text }];
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
    cells: answer.columns.length > 0 ? [...cells, codeCell(rowsCode(answer))] : cells,
  };
  return JSON.stringify(notebook, null, 1);
}

function codeCell(source: string): object {
  return { cell_type: "code", id: "rows", metadata: {}, execution_count: null, outputs: [], source };
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
