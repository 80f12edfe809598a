import { describe, expect, it } from "vitest";

import { matching, wantedText } from "../../src/table/arrangement/filter";
import { AS_IT_CAME, type Arrangement, ordered } from "../../src/table/arrangement/order";
import { jsonBatch, Rows } from "../../src/model/values/rows";

const columns = [
  { name: "n", type: "DOUBLE" },
  { name: "name", type: "VARCHAR" },
];

function order(cells: readonly (readonly unknown[])[], wanted: Partial<Arrangement>): number[] {
  const rows = cells.reduce((all: Rows, row) => all.append(jsonBatch([row])), Rows.none);
  const { column, descending, filter } = { ...AS_IT_CAME, ...wanted };
  const found = done(matching(rows, columns, wantedText(filter), null));
  return [...(column === null ? found : done(ordered(rows, column, descending, found)))];
}

function done<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

describe("an arrangement", () => {
  const cells = [
    [3, "JetBlue"],
    [null, "United"],
    [1, "Delta"],
    [3, "Alaska"],
    [Number.NaN, "Envoy"],
  ];

  it("sorts both ways, keeps equals in their order and what has no value last", () => {
    expect(order(cells, { column: 0 })).toEqual([2, 0, 3, 1, 4]);
    expect(order(cells, { column: 0, descending: true })).toEqual([0, 3, 2, 1, 4]);
    expect(order(cells, { column: 1 })).toEqual([3, 2, 4, 0, 1]);
  });

  it("filters by any cell, whatever its case", () => {
    expect(order(cells, { filter: " LT" })).toEqual([2]);
    expect(order(cells, { filter: "3", column: 1 })).toEqual([3, 0]);
    expect(order([[1234, "a"], [234, "b"]], { filter: "1,234" })).toEqual([0]);
    expect(order(cells, { filter: "nothing like it" })).toEqual([]);
  });

  it("tells numbers apart that a map does not, and finds what is no digit of a number", () => {
    const numbers = [[0, "a"], [-0, "b"], [Number.NaN, "c"], [-Infinity, "d"], [1e300, "e"]];
    expect(order(numbers, { filter: "-0" })).toEqual([1]);
    expect(order(numbers, { filter: "nan" })).toEqual([2]);
    expect(order(numbers, { filter: "-inf" })).toEqual([3]);
    expect(order(numbers, { filter: "e+300" })).toEqual([4]);
  });

  it("looks only among the rows that it is given", () => {
    const rows = Rows.none.append(jsonBatch(cells.slice(0, 2))).append(jsonBatch(cells.slice(2)));
    expect([...done(matching(rows, columns, "e", Uint32Array.of(0, 1, 4)))]).toEqual([0, 1, 4]);
    expect([...done(matching(rows, columns, "lt", Uint32Array.of(0, 1, 4)))]).toEqual([]);
  });

  it("sorts as the built-in sort does", () => {
    const numbers = Array.from({ length: 5000 }, (_, index) => (index * 7919) % 1009);
    const expected = numbers.map((_, index) => index).sort((a, b) => numbers[a]! - numbers[b]! || a - b);
    expect(order(numbers.map((number) => [number, ""]), { column: 0 })).toEqual(expected);
  });
});
