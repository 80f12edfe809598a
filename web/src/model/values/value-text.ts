import { type LogicalType, UNKNOWN } from "./logical-types";
import type { Wire } from "./wire-values";

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|BIGNUM|DECIMAL|FLOAT|DOUBLE)$/;
/** Names of columns that hold identifiers or years: a thousands separator would be wrong in them. */
const NAMING = /(^|[_\s.-])(id|year|yr|time|number|no|zip|code)$/i;

export function isNumber(type: LogicalType): boolean {
  return NUMBER.test(type.name);
}

/**
 * The text of one value, as `bus/values/value_text.py` writes it: of a plain one the engine's own, of lists, structs and maps
 * JSON in which numbers keep all their digits. NULL has none.
 */
export function valueText(value: Wire, type: LogicalType): string {
  if (value === null) return "";
  return typeof value === "object" ? json(value, type) : plain(value, type.name);
}

/** The same, with the digits of a number set apart in threes, unless the column's name says that it is a name. */
export function readableText(value: Wire, type: LogicalType, name: string): string {
  const text = valueText(value, type);
  const counts = isNumber(type) || (type.name === "" && typeof value === "number");
  if (!counts || text.includes("e") || NAMING.test(name)) return text;
  const [whole = "", fraction] = text.split(".");
  const grouped = whole.replace(/(?<=\d)(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function plain(value: boolean | number | string, type: string): string {
  if (typeof value === "number") return type === "FLOAT" || type === "DOUBLE" ? real(value) : String(value);
  const text = String(value);
  switch (type) {
    case "TIMESTAMP WITH TIME ZONE":
      return text.replace("T", " ").replace(/Z$/, "+00");
    case "TIMESTAMP":
    case "TIMESTAMP_S":
    case "TIMESTAMP_MS":
    case "TIMESTAMP_NS":
      return text.replace("T", " ");
    case "BLOB":
      return bytes(atob(text));
    default:
      return text;
  }
}

/** With a point, or an exponent of two digits below 0.0001 and from 1e16 on, as the engine writes it. */
function real(value: number): string {
  const [digits = "", exponent] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  const text = Object.is(value, -0) ? "-0" : String(value);
  return text.includes(".") ? text : `${text}.0`;
}

function bytes(binary: string): string {
  return binary.replace(/[^\x20-\x7e]|[\\"']/g, (byte) => `\\x${hex(byte.charCodeAt(0))}`);
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}

function json(value: Wire, type: LogicalType): string {
  if (value === null) return "null";
  if (Array.isArray(value)) {
    if (type.name === "MAP") return map(value, type);
    return `[${value.map((item: Wire) => json(item, inside(type, 0))).join(",")}]`;
  }
  if (typeof value === "object") {
    const named = value as Readonly<Record<string, Wire>>;
    // In the order of the type: an object's own order puts names that are numbers first.
    const fields = type.fields.length ? type.fields : Object.keys(named).map((name) => [name, UNKNOWN] as const);
    return object(fields.map(([name, field]) => [name, json(named[name] ?? null, field)]));
  }
  const text = plain(value, type.name);
  const bare = typeof value !== "string" || (isNumber(type) && /\d$/.test(text));
  return bare ? text : JSON.stringify(text);
}

function map(entries: readonly Wire[], type: LogicalType): string {
  const pairs = entries as readonly { readonly key: Wire; readonly value: Wire }[];
  return object(pairs.map(({ key, value }) => [valueText(key, inside(type, 0)), json(value, inside(type, 1))]));
}

function object(pairs: readonly (readonly [name: string, text: string])[]): string {
  return `{${pairs.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
}

function inside(type: LogicalType, at: number): LogicalType {
  return type.fields[at]?.[1] ?? UNKNOWN;
}
