import { describe, expect, it } from "vitest";

import { columnOptions } from "../../src/editor/columns";

const TABLES = { flights: ["carrier", "origin"], airlines: ["carrier", "name"], "Odd table": ["Order ID"] };
const labels = (statement: string) => columnOptions(statement, TABLES).map(({ label }) => label);

describe("the columns that are offered", () => {
  it("are those of the tables that the statement names", () => {
    expect(labels("select o from Flights group by")).toEqual(["carrier", "origin"]);
    expect(labels('select * from "Odd table"')).toEqual(["Order ID"]);
    expect(labels("select o")).toEqual(["carrier", "origin", "name", "Order ID"]);
  });

  it("stand once, with the tables that have them, and are quoted where they need it", () => {
    expect(columnOptions("flights f join airlines", TABLES)[0]).toEqual({ label: "carrier", detail: "flights, airlines", apply: "carrier" });
    expect(columnOptions('"odd table"', TABLES)[0]?.apply).toBe('"Order ID"');
  });
});
