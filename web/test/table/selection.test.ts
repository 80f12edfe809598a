import { describe, expect, it } from "vitest";

import { jsonBatch, Rows } from "../../src/model/values/rows";
import { selectedAsTsv } from "../../src/table/clipboard";
import { at, type Bounds, contains, extended, moved } from "../../src/table/selection";
import { ROW_HEIGHT_PX, scrollTopFor, windowOf } from "../../src/table/viewport";

const bounds: Bounds = { rows: 100, columns: 3, page: 10 };

describe("a selection", () => {
  it("moves by the keys and stops at the edges", () => {
    const from = { row: 50, column: 1 };
    expect(moved(from, "ArrowDown", false, bounds)).toEqual({ row: 51, column: 1 });
    expect(moved(from, "ArrowUp", true, bounds)).toEqual({ row: 0, column: 1 });
    expect(moved(from, "PageDown", false, bounds)).toEqual({ row: 60, column: 1 });
    expect(moved(from, "End", false, bounds)).toEqual({ row: 50, column: 2 });
    expect(moved(from, "Home", true, bounds)).toEqual({ row: 0, column: 0 });
    expect(moved(from, "End", true, bounds)).toEqual({ row: 99, column: 2 });
    expect(moved({ row: 0, column: 0 }, "ArrowLeft", false, bounds)).toEqual({ row: 0, column: 0 });
    expect(moved(from, "a", false, bounds)).toBeNull();
  });

  it("is a rectangle, whichever way it was drawn", () => {
    const drawn = extended(at({ row: 4, column: 2 }), { row: 2, column: 1 });
    expect(contains(drawn, { row: 3, column: 1 })).toBe(true);
    expect(contains(drawn, { row: 3, column: 0 })).toBe(false);
    expect(contains(null, { row: 0, column: 0 })).toBe(false);
  });

  it("is copied as it is shown, one cell alone as its plain text", () => {
    const columns = [{ name: "n", type: "BIGINT" }, { name: "text", type: "VARCHAR" }];
    const rows = Rows.none.append(jsonBatch([[1234, "one\ttab"], [null, "two"], [3, "three"]]));
    const order = Uint32Array.of(2, 0, 1);
    const whole = extended(at({ row: 0, column: 0 }), { row: 2, column: 1 });
    expect(selectedAsTsv(rows, columns, order, whole)).toBe('3\tthree\n1234\t"one\ttab"\n\ttwo');
    expect(selectedAsTsv(rows, columns, order, at({ row: 1, column: 1 }))).toBe("one\ttab");
  });
});

describe("scrolling to a row", () => {
  const visible = 10 * ROW_HEIGHT_PX;

  it("leaves alone what is in view, and goes no further than it must", () => {
    expect(scrollTopFor(5, 0, visible, 100)).toBe(0);
    expect(scrollTopFor(10, 0, visible, 100)).toBe(ROW_HEIGHT_PX);
    expect(scrollTopFor(2, 50 * ROW_HEIGHT_PX, visible, 100)).toBe(2 * ROW_HEIGHT_PX);
  });

  it("finds rows of tables that are higher than a page can be", () => {
    for (const row of [0, 1_234_567, 4_999_999]) {
      const shown = windowOf(scrollTopFor(row, 0, visible, 5_000_000), visible, 5_000_000);
      expect(shown.first <= row && row < shown.end).toBe(true);
    }
  });
});
