import type { FilledQuestion, OutsideSaved, Parameter as WireParameter, ParameterKind, SavedList } from "deadstop-client";

import { fetched, json } from "../conversations/conversation-store";
import type { Asked } from "../conversations/conversation";

const ADDRESS = "/api/saved";

/** What stands as `{name}` in the text. */
export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly default: string;
}

/** What a person saves: a question, or a statement, in which values become literals. */
export interface Content extends Asked {
  readonly name: string;
  readonly query: string;
  readonly statement: boolean;
  readonly parameters: readonly Parameter[];
  /** How often an open board asks again; 0 is never. */
  readonly refreshMinutes: number;
}

/** A run on the board, in the conversation that was begun for it. */
export interface Run {
  readonly sessionId: string;
  readonly conversationId: string;
  /** Milliseconds of this browser's clock. */
  readonly askedAt: number;
}

export interface Saved extends Content {
  readonly id: string;
  /** Where it stands on the board, from 0; null where it is not pinned. */
  readonly place: number | null;
  /** Its latest run on the board, of what it asks now. */
  readonly latest: Run | null;
}

/** What is to be asked. */
export type Filled = FilledQuestion;

/** This user's saved questions, the earliest first. Raises `StoreError`, as all here do. */
export async function listSaved(): Promise<readonly Saved[]> {
  return savedIn(await json(await fetched("GET", ADDRESS)));
}

/** Keeps it as a new one, or in the place of that one. */
export async function keep(content: Content, id = ""): Promise<Saved> {
  const { refreshMinutes: refresh_minutes, name, query, statement, agent, model, parameters } = content;
  const body = { name, query, statement, agent, model, parameters, refresh_minutes };
  const kept = await json(await (id ? fetched("PUT", addressOf(id), body) : fetched("POST", ADDRESS, body)));
  return savedOf(kept as OutsideSaved, 0);
}

export async function forget(id: string): Promise<void> {
  const response = await fetched("DELETE", addressOf(id));
  if (response.status !== 404) await json(response);
}

/** These stand on the board, in this order, and no others. */
export async function arrange(ids: readonly string[]): Promise<readonly Saved[]> {
  return savedIn(await json(await fetched("PUT", "/api/board", { saved_ids: ids })));
}

/** What it asks with these values, and the defaults of the other parameters. */
export async function fill(id: string, values: Readonly<Record<string, string>> = {}): Promise<Filled> {
  return (await json(await fetched("POST", `${addressOf(id)}/question`, { values }))) as Filled;
}

/** Those on the board, in their order. */
export function pinned(saved: readonly Saved[]): readonly Saved[] {
  return saved.filter(({ place }) => place !== null).sort((one, other) => (one.place ?? 0) - (other.place ?? 0));
}

/** The order in which this one stands a step earlier or later; as it is where there is no such place. */
export function moved(ids: readonly string[], id: string, step: -1 | 1): readonly string[] {
  const at = ids.indexOf(id);
  const to = at + step;
  if (at < 0 || to < 0 || to >= ids.length) return ids;
  return ids.toSpliced(at, 1).toSpliced(to, 0, id);
}

function addressOf(id: string): string {
  return `${ADDRESS}/${encodeURIComponent(id)}`;
}

/** The server's clock may be another one than the browser's. */
function savedIn(found: unknown): readonly Saved[] {
  const { saved, now } = found as SavedList;
  return saved.map((one) => savedOf(one, Date.now() - now * 1000));
}

function savedOf(wire: OutsideSaved, aheadMs: number): Saved {
  const { saved_id: id, name, query, statement = false, agent = "", model = "", refresh_minutes: refreshMinutes = 0, place, latest } = wire;
  const parameters = (wire.parameters ?? []).map(parameterOf);
  const run = latest && { sessionId: latest.session_id, conversationId: latest.conversation_id, askedAt: latest.asked_at * 1000 + aheadMs };
  return { id, name, query, statement, agent, model, parameters, refreshMinutes, place, latest: run };
}

function parameterOf({ name, kind = "text", default: value = "" }: WireParameter): Parameter {
  return { name, kind, default: value };
}
