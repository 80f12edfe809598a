import type { Listed } from "./conversation-store";

export interface DateGroup {
  readonly name: string;
  readonly conversations: readonly Listed[];
}

/** The conversations, latest first, under the days on which something last happened in them. */
export function dateGroups(listed: readonly Listed[], now: Date): readonly DateGroup[] {
  const groups: { name: string; conversations: Listed[] }[] = [];
  for (const one of listed) {
    const name = nameOf(new Date(one.updatedAt), now);
    if (groups.at(-1)?.name !== name) groups.push({ name, conversations: [] });
    groups.at(-1)!.conversations.push(one);
  }
  return groups;
}

/** Titles that several conversations have: their times tell those apart. */
export function sharedTitles(listed: readonly Listed[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = listed.filter(({ title }) => seen.has(title) || !seen.add(title));
  return new Set(shared.map(({ title }) => title));
}

/** "14:05" for today, else with the day: "3 Mar, 14:05". */
export function timeText(updatedAt: number, now: Date): string {
  const at = new Date(updatedAt);
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (daysBetween(at, now) <= 0) return time;
  return `${at.toLocaleDateString("en-GB", { day: "numeric", month: "short" })}, ${time}`;
}

function nameOf(at: Date, now: Date): string {
  const days = daysBetween(at, now);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days < 7) return "Last 7 days";
  if (days < 30) return "Last 30 days";
  return at.toLocaleDateString("en-US", { month: "long", year: "numeric" });
}

/** Midnights between two times; a day may have 23 or 25 hours. */
function daysBetween(at: Date, now: Date): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return (midnight(now) - midnight(at)) / 86_400_000;
}
