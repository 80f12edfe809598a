import { counted } from "../model/format";
import type { ColumnInfo } from "../model/protocol";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const fractional = new Intl.NumberFormat("en-US", { maximumFractionDigits: 6 });
const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|REAL|DECIMAL|NUMERIC)(\(.*\))?$/i;
/** Columns whose numbers are names: a thousands separator would be wrong in them. */
const NAMING = /(^|_)(id|year|yr|time|number|no|zip|code)$/i;
const BYTES_SHOWN = 16;

export function isNumeric(column: ColumnInfo, sample: unknown): boolean {
  if (column.type) return NUMERIC.test(column.type);
  return typeof sample === "number" || typeof sample === "bigint";
}

/** A cell as people read it. NULL is the empty text; the table marks it apart from an empty string. */
export function formatCell(value: unknown, column: ColumnInfo): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return formatNumber(value, column);
  if (typeof value === "bigint") return formatBigInt(value, column);
  if (value instanceof Date) return formatDate(value, column);
  if (value instanceof Uint8Array) return formatBytes(value);
  if (value instanceof Float64Array && column.type === "INTERVAL") return formatInterval(value);
  if (/^MAP\(/i.test(column.type) && Array.isArray(value)) return JSON.stringify(Object.fromEntries(value), plain);
  if (typeof value === "object") return JSON.stringify(value, plain);
  return String(value);
}

function formatNumber(value: number, column: ColumnInfo): string {
  if (!Number.isFinite(value)) return String(value);
  const scale = /^DECIMAL\(\d+, *(\d+)\)$/i.exec(column.type)?.[1];
  if (scale) return value.toLocaleString("en-US", { minimumFractionDigits: Number(scale) });
  if (Number.isInteger(value)) return NAMING.test(column.name) ? String(value) : whole.format(value);
  const size = Math.abs(value);
  return size >= 1e15 || size < 1e-6 ? value.toExponential(4) : fractional.format(value);
}

function formatBigInt(value: bigint, column: ColumnInfo): string {
  if (/^TIME( |$)/i.test(column.type)) return clock(Number(value) / 1e6);
  return NAMING.test(column.name) ? String(value) : whole.format(value);
}

/** Seconds since midnight as "01:02:03", with the fraction where there is one. */
function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const fraction = (seconds - whole).toFixed(6).slice(1).replace(/\.?0+$/, "");
  return parts.map((part) => String(part).padStart(2, "0")).join(":") + fraction;
}

function formatInterval([months = 0, days = 0, nanoseconds = 0]: Float64Array): string {
  const parts = [months ? counted(months, "month") : "", days ? counted(days, "day") : ""];
  if (nanoseconds || (!months && !days)) parts.push(clock(nanoseconds / 1e9));
  return parts.filter(Boolean).join(" ");
}

function formatBytes(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, BYTES_SHOWN), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `0x${shown}${bytes.length > BYTES_SHOWN ? `… (${counted(bytes.length, "byte")})` : ""}`;
}

/** Times are shown as they stand in the data, without a move to the reader's time zone. */
function formatDate(value: Date, column: ColumnInfo): string {
  if (Number.isNaN(value.getTime())) return "invalid date";
  const iso = value.toISOString();
  if (/^DATE$/i.test(column.type)) return iso.slice(0, 10);
  const time = iso.slice(11, iso.endsWith(".000Z") ? 19 : 23);
  return `${iso.slice(0, 10)} ${time}${/ZONE|TZ/i.test(column.type) ? " UTC" : ""}`;
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as Iterable<unknown>) : value;
}
