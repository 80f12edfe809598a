import { type DataType, type ExtractionOptions, Precision, TimeUnit, Type } from "@uwdata/flechette";

import { dateText, timestampText, timeText } from "./time-text";

/** A value as it stands in the rows of the wire in JSON. */
export type Wire = null | boolean | number | string | readonly Wire[] | { readonly [name: string]: Wire };

/** Cells are read out of Arrow as integers, which lose no digit. */
export const EXTRACTION: ExtractionOptions = { useBigInt: true, useBigIntTimestamp: true, useDecimalInt: true };

const DAY_MS = 86_400_000;
const HUGEINT_DIGITS = 38;
const PER_SECOND = {
  [TimeUnit.SECOND]: 1n,
  [TimeUnit.MILLISECOND]: 1_000n,
  [TimeUnit.MICROSECOND]: 1_000_000n,
  [TimeUnit.NANOSECOND]: 1_000_000_000n,
} as const;

/** A cell that was taken out of Arrow, as `bus/values/rows.py` would have written it into JSON. */
export function wireValue(cell: unknown, type: DataType): Wire {
  if (cell === null || cell === undefined) return null;
  switch (type.typeId) {
    case Type.Int:
      return safe(cell as number | bigint);
    case Type.Float:
      return float(cell as number, type.precision === Precision.DOUBLE);
    case Type.Decimal:
      return decimal(BigInt(cell as number | bigint), type.scale, type.precision);
    case Type.Date:
      return dateText(Number(cell) / DAY_MS);
    case Type.Time:
      return timeText(BigInt(cell as number | bigint), PER_SECOND[type.unit]);
    case Type.Timestamp: {
      const text = timestampText(cell as bigint, PER_SECOND[type.unit]);
      return type.timezone && !text.endsWith("infinity") ? `${text}Z` : text;
    }
    case Type.Dictionary:
      return wireValue(cell, type.dictionary);
    case Type.Binary:
    case Type.LargeBinary:
    case Type.FixedSizeBinary:
      return base64(cell as Uint8Array);
    default:
      return nested(cell, type);
  }
}

function nested(cell: unknown, type: DataType): Wire {
  switch (type.typeId) {
    case Type.List:
    case Type.LargeList:
    case Type.FixedSizeList: {
      const element = type.children[0]!.type;
      return Array.from(cell as Iterable<unknown>, (item) => wireValue(item, element));
    }
    case Type.Struct: {
      const value = cell as Record<string, unknown>;
      return Object.fromEntries(type.children.map((field) => [field.name, wireValue(value[field.name], field.type)]));
    }
    case Type.Map: {
      const [key, value] = (type.children[0]!.type as { children: { type: DataType }[] }).children;
      const pairs = Array.from(cell as Iterable<[unknown, unknown]>);
      return pairs.map(([k, v]) => ({ key: wireValue(k, key!.type), value: wireValue(v, value!.type) }));
    }
    default:
      return plain(cell);
  }
}

/** Of types that the server does not send, what can be shown of them. */
function plain(cell: unknown): Wire {
  if (typeof cell === "bigint") return safe(cell);
  if (ArrayBuffer.isView(cell)) return Array.from(cell as unknown as Iterable<unknown>, plain);
  return typeof cell === "object" ? String(cell) : (cell as Wire);
}

function safe(value: number | bigint): Wire {
  const number = Number(value);
  return Math.abs(number) <= 2 ** 53 && BigInt(number) === BigInt(value) ? number : String(value);
}

function float(value: number, double: boolean): Wire {
  if (!Number.isFinite(value)) return String(value);
  return double ? value : shortest(value);
}

/** Of a number of 32 bits: as few digits as tell it apart from its neighbours, 0.1 and not 0.10000000149011612. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

function decimal(value: bigint, scale: number, precision: number): Wire {
  // The engine hands out HUGEINT, the type of every sum of integers, as a decimal without a fraction.
  if (scale === 0) return precision === HUGEINT_DIGITS ? safe(value) : String(value);
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
