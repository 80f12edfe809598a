import { describe, expect, it } from "vitest";

import { samplesFor } from "../../../src/model/catalog/samples";

const orders = {
  files: [],
  name: "sales_orders",
  row_count: 5000,
  columns: [
    { name: "order_id", type: "BIGINT", distinct: 5000 },
    { name: "region", type: "VARCHAR", distinct: 4, values: ["east", "north", "south", "west"] },
    { name: "unit_price", type: "DECIMAL(10,2)", distinct: 900 },
  ],
};

describe("sample questions", () => {
  it("are made of the largest table's name, a label and a figure", () => {
    expect(samplesFor([{ name: "small", row_count: 3, files: [], columns: [] }, orders])).toEqual([
      "How many sales orders?",
      "How many sales orders per region?",
      "Average unit price by region",
      'select * from "sales_orders" limit 1000',
    ]);
  });

  it("are of the table that has a label and figures, though another has more rows", () => {
    const log = { files: [], name: "log", row_count: 1_000_000, columns: [{ name: "line", type: "VARCHAR", distinct: 1_000_000 }] };
    expect(samplesFor([log, orders])[2]).toBe("Average unit price by region");
    expect(samplesFor([{ ...orders, name: "old", row_count: 10 }, log, orders])[0]).toBe("How many sales orders?");
  });

  it("count rows where the name of the table is no name of many things", () => {
    expect(samplesFor([{ ...orders, name: "weather_history" }])).toEqual([
      "How many rows in weather history?",
      "Average unit price by region",
      'select * from "weather_history" limit 1000',
    ]);
  });

  it("name only what a planner without a model finds again", () => {
    const columns = [
      { name: "größe", type: "DOUBLE" },
      { name: "straße", type: "VARCHAR", distinct: 4 },
    ];
    expect(samplesFor([{ name: "things", row_count: 1, files: [], columns }])).toHaveLength(2);
  });

  it("leave out what the table has not", () => {
    expect(samplesFor([{ name: "t", row_count: 1, files: [], columns: [{ name: "id", type: "BIGINT" }] }])).toHaveLength(2);
    expect(samplesFor([])).toEqual([]);
  });

  it("take no average of what is called an id, however its words are set apart", () => {
    const columns = orders.columns.map((column) => (column.name === "order_id" ? { ...column, name: "Order ID" } : column));
    expect(samplesFor([{ ...orders, columns }])[2]).toBe("Average unit price by region");
  });

  it("take no average of a key", () => {
    const keys = [{ table: "sales_orders", column: "unit_price", ref_table: "prices", ref_column: "price" }];
    expect(samplesFor([orders], keys).join()).not.toContain("Average");
  });
});
