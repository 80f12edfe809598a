/** How a result can be drawn. */
export type Kind = "line" | "bar" | "scatter";

export type Channel = Readonly<Record<string, unknown>> & { readonly field: string; readonly type: string };

/** The bundled agent's charts: one mark over x and y, and the points inside. */
export interface PlainSpec {
  readonly data: { readonly values: readonly Readonly<Record<string, unknown>>[] };
  readonly mark: { readonly type: string };
  readonly encoding: { readonly x: Channel; readonly y: Channel; readonly color?: Channel; readonly xOffset?: object };
}

const MARKS: Readonly<Record<Kind, string>> = { line: "line", bar: "bar", scatter: "point" };
/** More bars than this cannot be told apart. */
const MOST_BARS = 60;
const MIDNIGHT = /T00:00:00(\.0+)?$/;

/** The kind a specification asks for; null for a chart of another make, which is left as it is. */
export function kindOf(spec: object): Kind | null {
  const { data, mark, encoding } = spec as Partial<PlainSpec>;
  if (!Array.isArray(data?.values) || !encoding?.x?.field || !encoding.y?.field) return null;
  return (Object.keys(MARKS) as Kind[]).find((kind) => MARKS[kind] === mark?.type) ?? null;
}

/** Every kind that says something about these data, in the order of the switch: a line needs numbers or times. */
export function kindsFor(spec: object): readonly Kind[] {
  const own = kindOf(spec);
  if (own === null) return [];
  const { data, encoding } = spec as PlainSpec;
  const wanted: readonly Kind[] = [
    ...(measureOf(spec as PlainSpec) === "ordinal" ? [] : (["line"] as const)),
    ...(new Set(data.values.map((point) => point[encoding.x.field])).size > MOST_BARS ? [] : (["bar"] as const)),
    "scatter",
  ];
  return (Object.keys(MARKS) as Kind[]).filter((kind) => kind === own || wanted.includes(kind));
}

/** The same data drawn as `kind`. */
export function asKind(spec: object, kind: Kind): object {
  if (kind === kindOf(spec)) return spec;
  const plain = spec as PlainSpec;
  const { axis: _, sort: __, ...x } = plain.encoding.x;
  const measure = kind === "bar" ? "ordinal" : measureOf(plain);
  const kept = measure === x.type ? plain.encoding.x : { ...x, type: measure, ...axisOf(measure, plain) };
  const side = kind === "bar" && plain.encoding.color ? { xOffset: { field: plain.encoding.color.field } } : {};
  return {
    ...plain,
    data: { values: kind === "bar" ? plain.data.values.map((point) => daily(point, x.field)) : plain.data.values },
    mark: { ...plain.mark, type: MARKS[kind], point: kind === "line" },
    encoding: { ...plain.encoding, x: kept, ...side },
  };
}

/** Whole numbers beside points may be years, or numbers of things: no half ones, and nothing between their digits. */
function axisOf(measure: string, { data, encoding }: PlainSpec): object {
  if (measure === "ordinal") return { sort: null };
  const known = data.values.map((point) => point[encoding.x.field]).filter((value) => value !== null && value !== undefined);
  return measure === "quantitative" && known.every(Number.isInteger) ? { axis: { tickMinStep: 1, format: "d" } } : {};
}

function measureOf({ data, encoding }: PlainSpec): string {
  const { field, type } = encoding.x;
  if (type === "temporal" || type === "quantitative") return type;
  const known = data.values.map((point) => point[field]).filter((value) => value !== null && value !== undefined);
  if (known.length > 0 && known.every((value) => typeof value === "number")) return "quantitative";
  return known.length > 0 && known.every((value) => isMoment(value)) ? "temporal" : "ordinal";
}

function isMoment(value: unknown): boolean {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d(T|$)/.test(value);
}

/** Under a bar a day stands without its midnight. */
function daily(point: Readonly<Record<string, unknown>>, field: string): object {
  const value = point[field];
  return typeof value === "string" ? { ...point, [field]: value.replace(MIDNIGHT, "") } : point;
}
