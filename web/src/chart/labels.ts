import { kindOf, type PlainSpec } from "./kinds";

/** Where this much room is enough for all labels under the bars, they stand upright. */
const ROOM_PX = 300;
const CHARACTER_PX = 7;
const GAP_PX = 8;
/** Names of more characters cannot be read standing on end; their bars lie on their side. */
const LONG_NAME = 12;
const BAR_PX = 22;
const AXIS_PX = 70;
/** Of the width, for the names beside bars that lie. */
const NAMES_SHARE = 0.35;

export interface Laid {
  readonly spec: object;
  /** How high it is to be drawn; null for the usual height. */
  readonly heightPx: number | null;
}

/**
 * The same chart with names that can be read in `widthPx`: upright where they are few and short, and beside bars that
 * lie on their side where they are long. What is between is left to the default, which turns every label.
 */
export function legible(spec: object, widthPx: number): Laid {
  const { x } = (spec as PlainSpec).encoding ?? {};
  if (kindOf(spec) === null || (x.type !== "ordinal" && x.type !== "nominal")) return { spec, heightPx: null };
  const plain = spec as PlainSpec;
  const labels = [...new Set(plain.data.values.map((point) => String(point[x.field] ?? "")))];
  const needed = labels.reduce((sum, label) => sum + label.length * CHARACTER_PX + GAP_PX, 0);
  if (needed <= ROOM_PX) return { spec: withX(plain, { axis: { labelAngle: 0 } }), heightPx: null };
  const long = labels.some((label) => label.length > LONG_NAME);
  if (kindOf(spec) !== "bar" || !long) return { spec, heightPx: null };
  return { spec: lying(plain, widthPx), heightPx: labels.length * BAR_PX + AXIS_PX };
}

function withX(plain: PlainSpec, more: object): object {
  return { ...plain, encoding: { ...plain.encoding, x: { ...plain.encoding.x, ...more } } };
}

function lying(plain: PlainSpec, widthPx: number): object {
  const { x, y, xOffset, ...others } = plain.encoding;
  const names = { ...x, axis: { labelLimit: Math.round(widthPx * NAMES_SHARE) } };
  return { ...plain, encoding: { ...others, x: y, y: names, ...(xOffset ? { yOffset: xOffset } : {}) } };
}
