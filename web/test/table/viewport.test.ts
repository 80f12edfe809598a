import { describe, expect, it } from "vitest";

import { formatCell } from "../../src/model/values/cell-text";
import { jsonBatch, Rows } from "../../src/model/values/rows";
import { contentHeightPx, ROW_HEIGHT_PX, windowOf } from "../../src/table/viewport";

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

  it("groups no digits in years and ids", () => {
    expect(formatCell(2013, column("BIGINT", "year"))).toBe("2013");
    expect(formatCell(123456, column("BIGINT", "order_id"))).toBe("123456");
    expect(formatCell(123456, column("BIGINT"))).toBe("123,456");
  });

  it("is cut where it is very long, and empty where there is nothing", () => {
    expect(formatCell("x".repeat(5_000), column("VARCHAR"))).toBe(`${"x".repeat(1_000)}…`);
    expect(formatCell(null, column("VARCHAR"))).toBe("");
  });
});
