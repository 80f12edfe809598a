import { type Channel, kindOf, type PlainSpec } from "./kinds";

/** Of the width, for what stands left of the bars. */
const BESIDE_PX = 90;
/** From here on numbers take much room. */
const LARGE = 10_000;
/** "190k", "1.2M"; what is shorter stays as the axis has it. */
const SHORT_NUMBER = "abs(datum.value) >= 1000 ? replace(format(datum.value, '~s'), 'G', 'B') : datum.label";
/** The agent's format of numbers that may be names of things, such as years. */
const NAMING_FORMAT = "d";
const CHARACTER_PX = 7;
const GAP_PX = 8;
/** Where there are names of more characters and not all have room, the bars lie on their side. */
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
 * The same chart with labels that can be read in `widthPx`: large numbers are shortened; names are upright where all
 * have room, and beside bars that lie on their side where they are long. What is between is left to the default, which
 * turns every name.
 */
export function legible(spec: object, widthPx: number): Laid {
  if (kindOf(spec) === null) return { spec, heightPx: null };
  const plain = shortened(spec as PlainSpec);
  const { x } = plain.encoding;
  return x.type === "ordinal" || x.type === "nominal" ? named(plain, widthPx) : { spec: plain, heightPx: null };
}

function named(plain: PlainSpec, widthPx: number): Laid {
  const { x } = plain.encoding;
  const labels = [...new Set(plain.data.values.map((point) => String(point[x.field] ?? "")))];
  const needed = labels.reduce((sum, label) => sum + label.length * CHARACTER_PX + GAP_PX, 0);
  if (needed <= widthPx - BESIDE_PX) return { spec: withX(plain, { axis: { labelAngle: 0 } }), heightPx: null };
  const long = labels.some((label) => label.length > LONG_NAME);
  if (kindOf(plain) !== "bar" || !long) return { spec: plain, heightPx: null };
  return { spec: lying(plain, widthPx), heightPx: labels.length * BAR_PX + AXIS_PX };
}

function shortened(plain: PlainSpec): PlainSpec {
  const { x, y } = plain.encoding;
  return { ...plain, encoding: { ...plain.encoding, x: short(x, plain), y: short(y, plain) } };
}

function short(channel: Channel, { data }: PlainSpec): Channel {
  const { format } = (channel.axis ?? {}) as { format?: string };
  if (channel.type !== "quantitative" || format === NAMING_FORMAT) return channel;
  if (!data.values.some((point) => Math.abs(Number(point[channel.field])) >= LARGE)) return channel;
  return { ...channel, axis: { ...(channel.axis as object | undefined), labelExpr: SHORT_NUMBER } };
}

function withX(plain: PlainSpec, more: object): object {
  return { ...plain, encoding: { ...plain.encoding, x: { ...plain.encoding.x, ...more } } };
}

function lying(plain: PlainSpec, widthPx: number): object {
  const { x, y, xOffset, ...others } = plain.encoding;
  const names = { ...x, axis: { labelLimit: Math.round(widthPx * NAMES_SHARE) } };
  return { ...plain, encoding: { ...others, x: y, y: names, ...(xOffset ? { yOffset: xOffset } : {}) } };
}
