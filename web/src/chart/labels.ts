import { type Channel, kindOf, type PlainSpec } from "./kinds";
import { type Affix, affixOf, titled, unitOf } from "./units";

/** Of the width, for what stands left of the bars. */
const BESIDE_PX = 90;
/** From here on numbers take much room. */
const LARGE = 10_000;
/** "190k", "1.2M"; what is shorter stays as the axis has it. Without the sign, which stands before a unit. */
const SHORT_NUMBER = "abs(datum.value) >= 1000 ? replace(format(abs(datum.value), '~s'), 'G', 'B') : ";
const LABEL = "replace(datum.label, '\u2212', '')";
const SIGN = "datum.value < 0 ? '\u2212' : ''";
/** The agent's format of numbers that may be names of things, such as years. */
const NAMING_FORMAT = "d";
const CHARACTER_PX = 7;
const GAP_PX = 8;
/** Where there are names of more characters and not all have room, the bars lie on their side. */
const LONG_NAME = 12;
const BAR_PX = 22;
const AXIS_PX = 70;
/** As the style sheet has it. */
const USUAL_PX = 288;
const LINE_PX = 18;
const TITLE_CHARACTER_PX = 8;
/** Below this width nothing stands beside the drawing. */
const NARROW_PX = 480;
/** Of the width, for a name below: it begins where the drawing does. */
const LEGEND_SHARE = 0.5;
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
 * turns every name. In a narrow chart the title is broken, and the colours are explained below.
 */
export function legible(spec: object, widthPx: number): Laid {
  if (kindOf(spec) === null) return { spec, heightPx: null };
  const plain = framed(shortened(spread(spec as PlainSpec)), widthPx);
  const { x } = plain.spec.encoding;
  const laid = x.type === "ordinal" || x.type === "nominal" ? named(plain.spec, widthPx) : { spec: plain.spec, heightPx: null };
  if (plain.addedPx === 0) return laid;
  return { ...laid, heightPx: (laid.heightPx ?? USUAL_PX) + plain.addedPx };
}

/** What stands around the drawing, and how much higher that makes it. */
function framed(plain: PlainSpec, widthPx: number): { readonly spec: PlainSpec; readonly addedPx: number } {
  const { text, subtitle } = titleOf(plain);
  const lines = broken(text, Math.floor(widthPx / TITLE_CHARACTER_PX));
  const whole = lines.length > 1 ? { ...plain, title: subtitle ? { text: lines, subtitle } : lines } : plain;
  const { color } = plain.encoding;
  const titlePx = (Math.max(0, lines.length - 1) + (subtitle ? 1 : 0)) * LINE_PX;
  if (!color || widthPx >= NARROW_PX) return { spec: whole, addedPx: titlePx };
  const names = new Set(plain.data.values.map((point) => point[color.field])).size;
  const below = { ...color, legend: { orient: "bottom", columns: 1, labelLimit: Math.floor(widthPx * LEGEND_SHARE) } };
  const legendPx = (names + 1) * LINE_PX;
  return { spec: { ...whole, encoding: { ...whole.encoding, color: below } }, addedPx: titlePx + legendPx };
}

/** A chart's title, and the line below it; empty where there is none. */
export function titleOf(spec: object): { readonly text: string; readonly subtitle: string } {
  const { title } = spec as { title?: string | { text?: unknown; subtitle?: unknown } };
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return typeof title === "object" ? { text: text(title.text), subtitle: text(title.subtitle) } : { text: text(title), subtitle: "" };
}

/** The words in lines of so many characters; a longer word stands on a line of its own. */
function broken(text: string, most: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
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

/** Points are told apart by where they lie, not by how far from nought that is. */
function spread(plain: PlainSpec): PlainSpec {
  if (kindOf(plain) !== "scatter") return plain;
  const differ = ({ field }: Channel) => new Set(plain.data.values.map((point) => point[field])).size > 1;
  const own = (channel: Channel): Channel =>
    channel.type === "quantitative" && differ(channel) ? { ...channel, scale: { zero: false } } : channel;
  return { ...plain, encoding: { ...plain.encoding, x: own(plain.encoding.x), y: own(plain.encoding.y) } };
}

function shortened(plain: PlainSpec): PlainSpec {
  const { x, y } = plain.encoding;
  return { ...plain, encoding: { ...plain.encoding, x: short(titled(x, plain), plain), y: short(titled(y, plain), plain) } };
}

function short(channel: Channel, spec: PlainSpec): Channel {
  const { format } = (channel.axis ?? {}) as { format?: string };
  if (channel.type !== "quantitative" || format === NAMING_FORMAT) return channel;
  const isLarge = spec.data.values.some((point) => Math.abs(Number(point[channel.field])) >= LARGE);
  const affix = affixOf(unitOf(spec, channel));
  if (!isLarge && !affix.before && !affix.behind) return channel;
  return { ...channel, axis: { ...(channel.axis as object | undefined), labelExpr: labelExpr(isLarge, affix) } };
}

/** An expression of Vega that makes the text of a label. */
function labelExpr(isLarge: boolean, { before, behind }: Affix): string {
  return `(${SIGN}) + '${before}' + (${isLarge ? SHORT_NUMBER : ""}${LABEL}) + '${behind}'`;
}

function withX(plain: PlainSpec, more: object): object {
  return { ...plain, encoding: { ...plain.encoding, x: { ...plain.encoding.x, ...more } } };
}

function lying(plain: PlainSpec, widthPx: number): object {
  const { x, y, xOffset, ...others } = plain.encoding;
  const names = { ...x, axis: { labelLimit: Math.round(widthPx * NAMES_SHARE) } };
  return { ...plain, encoding: { ...others, x: y, y: names, ...(xOffset ? { yOffset: xOffset } : {}) } };
}
