const PREFIX = "#/c/";
export const OPERATIONS = "#/ops";
export const BOARD = "#/board";

/** What the page shows. */
export type View = "chat" | "operations" | "board";

/** The view that the address names. */
export function addressedView(): View {
  if (location.hash === OPERATIONS) return "operations";
  return location.hash === BOARD ? "board" : "chat";
}

/** The conversation that the page's address names, so that each tab keeps its own; empty where it names none. */
export function addressedConversation(): string {
  return location.hash.startsWith(PREFIX) ? decoded(location.hash.slice(PREFIX.length)) : "";
}

/** A hand-typed or truncated address may not decode; it is then taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function addressOf(conversationId: string): string {
  return PREFIX + encodeURIComponent(conversationId);
}

/** Puts the conversation into the address as a new entry of the history; an empty id takes it out. */
export function pushAddress(conversationId: string): void {
  if (location.hash !== hashOf(conversationId)) history.pushState(null, "", hashOf(conversationId) || location.pathname);
}

/** The same in place of the entry that is shown, so that Back does not return to it. */
export function replaceAddress(conversationId: string): void {
  history.replaceState(null, "", hashOf(conversationId) || location.pathname);
}

function hashOf(conversationId: string): string {
  return conversationId && addressOf(conversationId);
}
