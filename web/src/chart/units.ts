import type { Channel, PlainSpec } from "./kinds";

/** Before the number. */
const MONEY: Readonly<Record<string, string>> = { usd: "$", "us$": "$", $: "$", eur: "€", "€": "€", gbp: "£", "£": "£", jpy: "¥", "¥": "¥" };
/** Behind the number. */
const SHARES: ReadonlySet<string> = new Set(["%", "percent", "pct", "per cent"]);

/** What stands at each number of an axis: "$" before it, "%" behind it. */
export interface Affix {
  readonly before: string;
  readonly behind: string;
}

const PLAIN: Affix = { before: "", behind: "" };

/** The unit of what the channel draws, as the description of the data has it; empty where it says none. */
export function unitOf(spec: object, { field }: Channel): string {
  const { usermeta } = spec as { usermeta?: { units?: Readonly<Record<string, string>> } };
  return usermeta?.units?.[field] ?? "";
}

export function affixOf(unit: string): Affix {
  const plain = unit.trim().toLowerCase();
  if (SHARES.has(plain)) return { before: "", behind: "%" };
  return { ...PLAIN, before: MONEY[plain] ?? "" };
}

/** The channel with its unit in its title, from where the points' tips take it too. */
export function titled(channel: Channel, spec: PlainSpec): Channel {
  const unit = unitOf(spec, channel);
  const title = String(channel.title ?? "");
  if (!unit || title.toLowerCase().includes(unit.toLowerCase())) return channel;
  return { ...channel, title: title ? `${title} (${unit})` : unit };
}
