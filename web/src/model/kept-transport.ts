import type { Transport } from "deadstop-client";

const KEY = "deadstop.transport";

/** What the reader has chosen in this browser. */
export function chosenTransport(): Transport {
  const kept = localStorage.getItem(KEY);
  return kept === "websocket" || kept === "http" ? kept : "auto";
}

/** Connects in this way from the next connection on, also at the next visit. */
export function chooseTransport(transport: Transport): void {
  localStorage.setItem(KEY, transport);
}
