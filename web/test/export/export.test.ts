import { describe, expect, it } from "vitest";

import type { AnswerCopy } from "../../src/export/answer-copy";
import { asMarkdown } from "../../src/export/as-markdown";
import { asNotebook } from "../../src/export/as-notebook";
import { jsonBatch, Rows } from "../../src/model/values/rows";

const answer: AnswerCopy = {
  question: "Which\nnames?",
  statement: "select '```' as name, n from t",
  response: "**Two** rows.",
  columns: [{ name: "a|b", type: "VARCHAR" }, { name: "n", type: "HUGEINT" }],
  rows: Rows.none.append(jsonBatch([["x | <b>\ny", "12345678901234567890"], ["2*3*4 &lt;", null]])),
  truncated: false,
  svg: "",
};

describe("an exported answer", () => {
  it("is markdown in which no cell breaks out of the table, and no statement out of its fence", () => {
    expect(asMarkdown([answer])).toBe(
      "# Which names?\n\n**Two** rows.\n\n| a\\|b | n |\n| --- | --- |\n| x \\| &lt;b><br>y | 12345678901234567890 |\n| 2\\*3\\*4 &amp;lt; | *null* |\n\n" +
        "````sql\nselect '```' as name, n from t\n````\n",
    );
  });

  it("says where it holds only a part of the rows", () => {
    const rows = Rows.none.append(jsonBatch(Array.from({ length: 1500 }, (_, n) => ["x", n])));
    const text = asMarkdown([{ ...answer, rows }]);
    expect(text.match(/^\| x \|/gm)).toHaveLength(1000);
    expect(text).toContain("The first 1,000 of 1,500 rows.");
    expect(asMarkdown([{ ...answer, truncated: true }])).toContain("The first rows of more.");
  });

  it("is a notebook whose rows keep every digit", () => {
    const notebook = JSON.parse(asNotebook([answer])) as { nbformat: number; cells: { cell_type: string; source: string }[] };
    expect(notebook.nbformat).toBe(4);
    expect(notebook.cells.map(({ cell_type }) => cell_type)).toEqual(["markdown", "code"]);
    const { source } = notebook.cells[1]!;
    expect(source).toContain("kinds = [str, int]\n");
    expect(source).not.toContain("Decimal");
    const literal = /^texts = json\.loads\((.*)\)$/m.exec(source)![1]!;
    expect(JSON.parse(JSON.parse(literal) as string)).toEqual([["x | <b>\ny", "12345678901234567890"], ["2*3*4 &lt;", null]]);
  });

  it("is a notebook whose numbers are numbers of Python", () => {
    const types = ["DOUBLE", "DECIMAL(9,2)", "UBIGINT", "DATE", "BIGINT[]"];
    const rows = Rows.none.append(jsonBatch([["Infinity", "1.50", 7, "2024-01-01", [1]]]));
    const { cells } = JSON.parse(asNotebook([{ ...answer, columns: types.map((type) => ({ name: type, type })), rows }])) as { cells: { source: string }[] };
    expect(cells[1]!.source).toContain("import json\nfrom decimal import Decimal\n");
    expect(cells[1]!.source).toContain("kinds = [float, Decimal, int, str, str]\n");
  });

  it("may stand with others in one document, each cell of a notebook under a name of its own", () => {
    const other = { ...answer, question: "And now?", columns: [] };
    expect(asMarkdown([answer, other])).toBe(`${asMarkdown([answer])}\n${asMarkdown([other])}`);
    const notebook = JSON.parse(asNotebook([answer, other, answer])) as { cells: { id: string }[] };
    expect(notebook.cells.map(({ id }) => id)).toEqual(["answer-1", "rows-1", "answer-2", "answer-3", "rows-3"]);
  });
});
