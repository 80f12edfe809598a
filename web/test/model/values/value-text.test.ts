import { describe, expect, it } from "vitest";

import { asTsv } from "../../../src/table/clipboard";
import { formatCell } from "../../../src/model/values/cell-text";
import { arrowBatch, jsonBatch, Rows } from "../../../src/model/values/rows";
import { parseType } from "../../../src/model/values/logical-types";
import { readableText, valueText } from "../../../src/model/values/value-text";
import arrow from "../../../../tests/values/values.arrow?inline";
import table from "../../../../tests/values/values.json";

interface Case {
  readonly sql: string;
  readonly type: string;
  readonly json: unknown;
  readonly text: string;
  readonly inside: string;
  readonly readable: string;
}

interface Table {
  readonly depths: readonly { readonly name: string; readonly sql: string; readonly text: string }[];
  readonly cases: readonly Case[];
}

const { depths, cases } = table as Table;
// What the engine has sent for them: a row with a column for each depth of each case, called by its type. pytest holds it to the engine.
const sent = arrowBatch(Uint8Array.from(atob(arrow.split(",")[1]!), (byte) => byte.charCodeAt(0)));

describe.each(depths.map((depth, at) => ({ ...depth, at })))("a value $name", ({ text, at }) => {
  it.each(cases.map((each, number) => ({ ...each, number })))("$sql", ({ number, ...each }) => {
    const column = number * depths.length + at;
    const type = parseType(sent.columns[column]!.name);
    const expected = text
      .replace("@TEXT", () => each.text)
      .replace("@INSIDE", () => each.inside)
      .replace("@QUOTED", () => JSON.stringify(each.text));
    expect(valueText(sent.wire(sent.cell(0, column), column), type)).toBe(expected);
    if (at > 0) expect(readableText(sent.wire(sent.cell(0, column), column), type, "x")).toBe(expected);
  });
});

describe("a value alone", () => {
  it.each(cases.map((each, number) => ({ ...each, number })))("$sql is the same by every way", async (each) => {
    const column = { name: "x", type: each.type };
    expect(sent.wire(sent.cell(0, each.number * depths.length), each.number * depths.length)).toEqual(each.json);
    expect(formatCell(each.json as never, column)).toBe(each.readable);
    const rows = Rows.none.append(jsonBatch([[each.json]]));
    expect((await asTsv(rows, [column], null)).replace(/^x\n/, "")).toBe(quoted(each.text));
  });
});

describe("a number that names a thing", () => {
  it.each(["id", "order_id", "Order ID", "zip-code", "model.year"])("stands as it is in a column %s", (name) => {
    expect(readableText(12345, parseType("BIGINT"), name)).toBe("12345");
    expect(readableText(12345, parseType("BIGINT"), `${name}s`)).toBe("12,345");
  });
});

function quoted(text: string): string {
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
