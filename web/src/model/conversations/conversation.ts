import type { Verdict } from "deadstop-client";

/** What the person thinks of an answer; the comment is theirs, and empty without a verdict. */
export interface Rating {
  readonly verdict: Verdict | null;
  readonly comment: string;
}

export const UNRATED: Rating = { verdict: null, comment: "" };

/** A question that was asked; its answer is found again by `sessionId`. */
export interface Turn {
  readonly sessionId: string;
  readonly query: string;
  /** The agent that was asked; empty for the server's default one, until the server says which that is. */
  readonly agent: string;
  /** The model that was chosen; empty where none was, or that is not known here. */
  readonly model: string;
  /** What the person answered when the agent had asked back about `query`; null in a plain question. */
  readonly clarification: string | null;
  /** Unix milliseconds. */
  readonly askedAt: number;
  readonly ended: boolean;
  /** The session of the question that it comes after; empty where it begins the conversation. */
  readonly follows: string;
  readonly rating: Rating;
}

export interface Conversation {
  readonly id: string;
  /** As the server knows it; empty until it does. */
  readonly title: string;
  readonly turns: readonly Turn[];
}

const ID_BYTES = 12;
const TITLE_LENGTH = 60;

/** A random name as the wire takes it. `crypto.randomUUID` exists only under https and on loopback. */
export function freshId(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES));
  return prefix + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function freshConversation(): Conversation {
  return { id: freshId("c-"), title: "", turns: [] };
}

/** Who is asked: agent and model by name, empty for the server's default ones. */
export type Asked = Pick<Turn, "agent" | "model">;

export function freshTurn(
  query: string,
  { agent, model }: Asked,
  clarification: string | null,
  now: number,
  follows = "",
): Turn {
  const sessionId = freshId("s-");
  return { sessionId, query, agent, model, clarification, askedAt: now, ended: false, follows, rating: UNRATED };
}

/** True for typed SQL, which answers no question. */
export function isStatement(text: string): boolean {
  return /^\s*(select\s|with\s+\w+\s+as\s*\()/i.test(text);
}

/** What the person typed. */
export function spoken(turn: Turn): string {
  return turn.clarification ?? turn.query;
}

export function titleOf(conversation: Conversation): string {
  if (conversation.title) return conversation.title;
  const first = conversation.turns[0]?.query.replace(/\s+/g, " ").trim() ?? "New conversation";
  return first.length > TITLE_LENGTH ? `${first.slice(0, TITLE_LENGTH - 1).trimEnd()}…` : first;
}

export function withTurn(conversation: Conversation, turn: Turn): Conversation {
  return { ...conversation, turns: [...conversation.turns, turn] };
}

export function withChanged(conversation: Conversation, sessionId: string, changes: Partial<Turn>): Conversation {
  const turns = conversation.turns.map((turn) => (turn.sessionId === sessionId ? { ...turn, ...changes } : turn));
  return { ...conversation, turns };
}

export function isUnderWay(conversation: Conversation): boolean {
  return conversation.turns.some((turn) => !turn.ended);
}

/** What the server knows of a conversation, added to what this page has seen of it: no question here is taken back. */
export function merged(here: Conversation | undefined, there: Conversation): Conversation {
  if (!here) return there;
  const seen = new Set(here.turns.map((turn) => turn.sessionId));
  const ratings = new Map(there.turns.map((turn) => [turn.sessionId, turn.rating]));
  const known = here.turns.map((turn) => ({ ...turn, rating: ratings.get(turn.sessionId) ?? turn.rating }));
  return { ...there, turns: [...known, ...there.turns.filter((turn) => !seen.has(turn.sessionId))] };
}
