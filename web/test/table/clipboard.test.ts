import { describe, expect, it } from "vitest";

import { asTsv } from "../../src/table/clipboard";
import { jsonBatch, Rows } from "../../src/model/values/rows";

const columns = [
  { name: "n", type: "BIGINT" },
  { name: "text", type: "VARCHAR" },
];
const rows = Rows.none.append(
  jsonBatch([
    [1234567, "plain"],
    [null, 'a\ttab and a "quote"'],
  ]),
);

describe("copied rows", () => {
  it("are parted by tabs, with plain numbers and guarded texts", async () => {
    expect(await asTsv(rows, columns, null)).toBe('n\ttext\n1234567\tplain\n\t"a\ttab and a ""quote"""');
  });

  it("stand in the order that is shown", async () => {
    expect(await asTsv(rows, columns, Uint32Array.of(0))).toBe("n\ttext\n1234567\tplain");
  });
});
