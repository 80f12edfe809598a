import { describe, expect, it } from "vitest";

import { asKind, kindOf, kindsFor } from "../../src/chart/kinds";
import { legible } from "../../src/chart/labels";

function spec(mark: string, type: string, xs: readonly unknown[]): object {
  return {
    data: { values: xs.map((x, y) => ({ x, y })) },
    mark: { type: mark, point: mark === "line", tooltip: true },
    encoding: { x: { field: "x", type, title: "month", sort: null }, y: { field: "y", type: "quantitative" } },
  };
}

describe("the kind of a chart", () => {
  it("can be a line only over numbers and times", () => {
    expect(kindsFor(spec("bar", "ordinal", ["JFK", "LGA"]))).toEqual(["bar", "scatter"]);
    expect(kindsFor(spec("bar", "ordinal", [1, 2, 3]))).toEqual(["line", "bar", "scatter"]);
    expect(kindsFor(spec("bar", "ordinal", ["2013-01-01", "2013-02-01"]))).toEqual(["line", "bar", "scatter"]);
  });

  it("cannot be bars of too many values", () => {
    expect(kindsFor(spec("line", "quantitative", Array.from({ length: 61 }, (_, x) => x)))).toEqual(["line", "scatter"]);
  });

  it("of bars over days becomes a line over time, and back again bars under days", () => {
    const line = asKind(spec("bar", "ordinal", ["2013-01-01T00:00:00", "2013-02-01T00:00:00"]), "line");
    expect(line).toMatchObject({ mark: { type: "line", point: true }, encoding: { x: { type: "temporal" } } });
    expect(kindOf(line)).toBe("line");
    const bars = asKind(line, "bar");
    expect(bars).toMatchObject({ data: { values: [{ x: "2013-01-01" }, {}] }, encoding: { x: { type: "ordinal" } } });
  });

  it("of bars over years becomes a line whose years are not set apart in threes", () => {
    const line = asKind(spec("bar", "ordinal", [2012, 2013]), "line");
    expect(line).toMatchObject({ encoding: { x: { type: "quantitative", axis: { tickMinStep: 1, format: "d" } } } });
    expect(asKind(spec("bar", "ordinal", [0.5, 1]), "line")).not.toHaveProperty("encoding.x.axis");
  });

  it("of a chart that is not plain is left alone", () => {
    expect(kindsFor({ layer: [], data: { values: [] } })).toEqual([]);
  });
});

describe("points", () => {
  it("fill the drawing, however far from nought they are", () => {
    const { spec: laid } = legible(spec("point", "quantitative", [2012, 2013]), 500);
    expect(laid).toMatchObject({ encoding: { x: { scale: { zero: false } }, y: { scale: { zero: false } } } });
    expect(legible(spec("bar", "ordinal", [2012, 2013]), 500).spec).not.toHaveProperty("encoding.y.scale");
  });
});

describe("a narrow chart", () => {
  it("breaks its title, and explains its colours below", () => {
    const made = { ...spec("bar", "ordinal", ["a", "b"]), title: "Average weight and minimum price, by customer" } as unknown as {
      data: { values: { x: string; y: number; color?: string }[] };
      encoding: object;
      title: string;
    };
    for (const point of made.data.values) point.color = point.x;
    const coloured = { ...made, encoding: { ...made.encoding, color: { field: "color", type: "nominal" } } };
    const { spec: laid, heightPx } = legible(coloured, 300);
    expect(laid).toMatchObject({ title: ["Average weight and minimum price, by", "customer"], encoding: { color: { legend: { orient: "bottom" } } } });
    expect(heightPx).toBe(288 + 18 + 3 * 18);
    expect(legible(coloured, 700)).toMatchObject({ heightPx: null, spec: { title: coloured.title } });
    const part = legible({ ...coloured, title: { text: coloured.title, subtitle: "The first 2 of 9 rows" } }, 300);
    expect(part).toMatchObject({ spec: { title: { text: ["Average weight and minimum price, by", "customer"], subtitle: "The first 2 of 9 rows" } } });
    expect(part.heightPx).toBeGreaterThan(legible(coloured, 300).heightPx!);
  });
});

describe("units", () => {
  const priced = (unit: string, title: string, values: readonly number[]) => {
    const made = spec("bar", "ordinal", values.map((_, at) => `c${at}`)) as { encoding: { y: object } };
    const data = { values: values.map((y, at) => ({ x: `c${at}`, y })) };
    const laid = legible({ ...made, data, encoding: { ...made.encoding, y: { ...made.encoding.y, title } }, usermeta: { units: { y: unit } } }, 700);
    return (laid.spec as { encoding: { y: { title: string; axis?: { labelExpr: string } } } }).encoding.y;
  };

  it("stand in the title, once", () => {
    expect(priced("km", "distance", [1, 2])).toMatchObject({ title: "distance (km)" });
    expect(priced("km", "distance", [1, 2]).axis).toBeUndefined();
    expect(priced("km", "distance_km", [1, 2]).title).toBe("distance_km");
  });

  it("stand at each number where they are money or percent", () => {
    expect(priced("EUR", "revenue", [1, 2]).axis?.labelExpr).toContain("'€'");
    expect(priced("percent", "share", [1, 2]).axis?.labelExpr).toMatch(/'%'$/);
    expect(priced("USD", "revenue", [1, 2_000_000]).axis?.labelExpr).toMatch(/'\$' \+ \(abs/);
    expect(priced("it's", "x", [1, 2]).axis).toBeUndefined();
  });
});

describe("the names under bars", () => {
  const airlines = ["United Air Lines Inc.", "JetBlue Airways", "ExpressJet Airlines Inc.", "Delta Air Lines Inc."];

  it("stand upright where they are short", () => {
    expect(legible(spec("bar", "ordinal", ["JFK", "LGA"]), 700)).toMatchObject({
      heightPx: null,
      spec: { encoding: { x: { axis: { labelAngle: 0 } } } },
    });
  });

  it("stand upright wherever all of them have room", () => {
    const months = Array.from({ length: 12 }, (_, month) => `2013-${month + 10}`);
    expect(legible(spec("bar", "ordinal", months), 900).spec).toMatchObject({ encoding: { x: { axis: { labelAngle: 0 } } } });
    expect(legible(spec("bar", "ordinal", months), 400).spec).not.toMatchObject({ encoding: { x: { axis: {} } } });
  });

  it("stand beside bars that lie where they are long", () => {
    const { spec: laid, heightPx } = legible(spec("bar", "ordinal", airlines), 500);
    expect(laid).toMatchObject({ encoding: { x: { field: "y" }, y: { field: "x", axis: { labelLimit: 175 } } } });
    expect(heightPx).toBeGreaterThan(4 * 20);
  });

  it("of another kind of chart stay under it", () => {
    const points = spec("point", "ordinal", airlines);
    expect(legible(points, 500)).toMatchObject({ spec: { encoding: { x: { field: "x" } } }, heightPx: null });
  });
});

describe("the numbers of a chart", () => {
  it("are shortened where they measure, and left alone where they may name", () => {
    const encoding = {
      x: { field: "x", type: "quantitative", axis: { format: "d" } },
      y: { field: "y", type: "quantitative" },
      color: { field: "color", type: "nominal" },
    };
    const values = [{ x: 20_130, y: 190_000, color: "a" }, { x: 20_140, y: 5_000, color: "b" }];
    const large = { data: { values }, mark: { type: "line" }, encoding };
    const { spec: laid } = legible(large, 700);
    expect(laid).toMatchObject({ encoding: { y: { axis: { labelExpr: expect.stringContaining("~s") } } } });
    expect(laid).not.toMatchObject({ encoding: { x: { axis: { labelExpr: expect.anything() } } } });
    const small = legible({ ...large, data: { values: [{ x: 1, y: 9_999 }, { x: 2, y: 0 }] } }, 700).spec;
    expect(small).not.toMatchObject({ encoding: { y: { axis: expect.anything() } } });
  });
});
