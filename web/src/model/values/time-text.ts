/**
 * Dates and times of any year as ISO 8601 text, as `bus/values/time_text.py` writes them. JavaScript's own dates end after
 * 275,760 years and know no microseconds.
 */

const DAY_S = 86_400;
const LAST_DAY = 2 ** 31 - 1;
const LAST_COUNT = 2n ** 63n - 1n;

/** From days since 1970. */
export function dateText(days: number): string {
  if (Math.abs(days) === LAST_DAY) return days > 0 ? "infinity" : "-infinity";
  return date(days);
}

/** From units since 1970, `perSecond` of them in a second. */
export function timestampText(count: bigint, perSecond: bigint): string {
  if (count === LAST_COUNT || count === -LAST_COUNT) return count > 0n ? "infinity" : "-infinity";
  const perDay = perSecond * BigInt(DAY_S);
  const rest = ((count % perDay) + perDay) % perDay;
  return `${date(Number((count - rest) / perDay))}T${timeText(rest, perSecond)}`;
}

/** From units since midnight; a fraction stands without zeros at its end. */
export function timeText(count: bigint, perSecond: bigint): string {
  const seconds = Number(count / perSecond);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(padded);
  const fraction = String(count % perSecond).padStart(String(perSecond).length - 1, "0");
  return parts.join(":") + (count % perSecond ? `.${fraction.replace(/0+$/, "")}` : "");
}

/** In the Gregorian calendar, extended in both directions: counted from 1 March of the year 0, in spans of 400 years. */
function date(days: number): string {
  const span = Math.floor((days + 719_468) / 146_097);
  let day = days + 719_468 - span * 146_097;
  let year = Math.floor((day - Math.floor(day / 1_460) + Math.floor(day / 36_524) - Math.floor(day / 146_096)) / 365);
  day -= 365 * year + Math.floor(year / 4) - Math.floor(year / 100);
  const fromMarch = Math.floor((5 * day + 2) / 153);
  day -= Math.floor((153 * fromMarch + 2) / 5);
  if (fromMarch >= 10) year += 1;
  year += 400 * span;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const text = `${String(year > 0 ? year : 1 - year).padStart(4, "0")}-${padded(month)}-${padded(day + 1)}`;
  return year > 0 ? text : `${text} (BC)`;
}

function padded(number: number): string {
  return String(number).padStart(2, "0");
}
