import { describe, expect, it } from "vitest";

import { formatCell } from "../src/table/format";
import { jsonBatch, Rows } from "../src/model/rows";
import { contentHeightPx, ROW_HEIGHT_PX, windowOf } from "../src/table/viewport";

describe("rows", () => {
  it("are found across batches of any size", () => {
    let rows = Rows.none;
    for (let start = 0; start < 1000; start += 7) {
      rows = rows.append(jsonBatch(Array.from({ length: Math.min(7, 1000 - start) }, (_, i) => [start + i])));
    }
    expect(rows.length).toBe(1000);
    for (let row = 0; row < 1000; row += 1) expect(rows.value(row, 0)).toBe(row);
    expect(rows.value(1000, 0)).toBeUndefined();
  });
});

describe("the window", () => {
  const visible = 10 * ROW_HEIGHT_PX;

  it("draws only what is in view", () => {
    const { first, end } = windowOf(500 * ROW_HEIGHT_PX, visible, 1_000_000);
    expect(first).toBeLessThanOrEqual(500);
    expect(end).toBeGreaterThanOrEqual(510);
    expect(end - first).toBeLessThan(50);
  });

  it.each([0, 3, 10, 1000, 1_000_000, 5_000_000])("reaches first and last of %i rows", (count) => {
    expect(windowOf(0, visible, count).first).toBe(0);
    const bottom = Math.max(0, contentHeightPx(count) - visible);
    const { end, first, offsetPx } = windowOf(bottom, visible, count);
    expect(end).toBe(count);
    // The last row ends where the content ends, so it can be scrolled to and nothing stands below it.
    if (count > 10) expect(offsetPx + (end - first) * ROW_HEIGHT_PX).toBeCloseTo(contentHeightPx(count), 0);
  });
});

describe("a cell", () => {
  const column = (type: string, name = "x") => ({ name, type });

  it.each([
    [1234567, "BIGINT", "1,234,567"],
    [2n ** 60n, "BIGINT", "1,152,921,504,606,846,976"],
    [0.30000000000000004, "DOUBLE", "0.3"],
    [new Date("2013-01-01T05:00:00Z"), "TIMESTAMP", "2013-01-01 05:00:00"],
    [new Date("2013-01-01T00:00:00Z"), "DATE", "2013-01-01"],
    [new Date("2013-01-01T05:00:00Z"), "TIMESTAMP WITH TIME ZONE", "2013-01-01 05:00:00 UTC"],
    [3_723_500_000n, "TIME", "01:02:03.5"],
    [new Float64Array([1, 3, 0]), "INTERVAL", "1 month 3 days"],
    [new Uint8Array([0x78, 0]), "BLOB", "0x7800"],
    [1.5, "DECIMAL(10,2)", "1.50"],
    [true, "BOOLEAN", "true"],
    [null, "VARCHAR", ""],
    [{ a: 1n }, "STRUCT(a BIGINT)", '{"a":1}'],
  ])("shows %s as %s", (value, type, text) => {
    expect(formatCell(value, column(type))).toBe(text);
  });

  it("groups no digits in years and ids", () => {
    expect(formatCell(2013, column("BIGINT", "year"))).toBe("2013");
    expect(formatCell(123456, column("BIGINT", "order_id"))).toBe("123456");
  });
});
