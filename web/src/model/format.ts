import type { Usage } from "deadstop-client";

const count = new Intl.NumberFormat("en-US");

/** "1 row", "1,234 rows". */
export function counted(number: number, word: string): string {
  return `${count.format(number)} ${word}${number === 1 ? "" : "s"}`;
}

/** A duration for people: "12 ms", "1.4 s", "2 min 5 s". */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms < 10 && ms > 0 ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** What an answer has used, in one line; empty where nothing is known. */
export function usageLine(usage: Partial<Usage>): string {
  const about = usage.estimated ? "≈ " : "";
  const parts: string[] = [];
  if (usage.rows) parts.push(counted(usage.rows, "row"));
  if (usage.model_calls) {
    const tokens = `${count.format(usage.input_tokens ?? 0)} → ${count.format(usage.output_tokens ?? 0)} tokens`;
    parts.push(counted(usage.model_calls, "model call"), about + tokens, about + cost(usage.cost_usd ?? 0));
  } else {
    parts.push("no model used");
  }
  return parts.join(" · ");
}

/** A model's name with what it costs, where that is known. */
export function modelText(name: string, price?: { readonly input: number; readonly output: number }): string {
  return price ? `${name} · ${cost(price.input)} in, ${cost(price.output)} out per million tokens` : name;
}

function cost(dollars: number): string {
  return `$${dollars > 0 && dollars < 0.01 ? dollars.toPrecision(2) : dollars.toFixed(2)}`;
}
