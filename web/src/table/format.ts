import type { ColumnInfo } from "../protocol";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const fractional = new Intl.NumberFormat("en-US", { maximumFractionDigits: 6 });
const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|REAL|DECIMAL|NUMERIC)/i;
/** Columns whose numbers are names: a thousands separator would be wrong in them. */
const NAMING = /(^|_)(id|year|yr|time|number|no|zip|code)$/i;

export function isNumeric(column: ColumnInfo, sample: unknown): boolean {
  if (column.type) return NUMERIC.test(column.type);
  return typeof sample === "number" || typeof sample === "bigint";
}

/** A cell as people read it. NULL is the empty text; the table marks it apart from an empty string. */
export function formatCell(value: unknown, column: ColumnInfo): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return formatNumber(value, column);
  if (typeof value === "bigint") return NAMING.test(column.name) ? String(value) : whole.format(value);
  if (value instanceof Date) return formatDate(value, column);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === "object") return JSON.stringify(value, plain);
  return String(value);
}

function formatNumber(value: number, column: ColumnInfo): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return NAMING.test(column.name) ? String(value) : whole.format(value);
  const size = Math.abs(value);
  return size >= 1e15 || size < 1e-6 ? value.toExponential(4) : fractional.format(value);
}

/** Times are shown as they stand in the data, without a move to the reader's time zone. */
function formatDate(value: Date, column: ColumnInfo): string {
  if (Number.isNaN(value.getTime())) return "invalid date";
  const iso = value.toISOString();
  if (/^DATE$/i.test(column.type)) return iso.slice(0, 10);
  const time = iso.slice(11, iso.endsWith(".000Z") ? 19 : 23);
  return `${iso.slice(0, 10)} ${time}`;
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as Iterable<unknown>) : value;
}
