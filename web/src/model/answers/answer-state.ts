import type { Clarification, Column, NodePhase, Proof, Rung, Usage } from "deadstop-client";
import { Rows } from "../values/rows";

export type Phase = "asked" | "queued" | "running" | "stopping" | "done" | "stopped" | "failed" | "gone";

export interface NodeState {
  readonly name: string;
  readonly phase: NodePhase;
  readonly ms: number;
}

/** A look at the data that a model takes before it answers. `about` is what it asks for. */
export interface LookState {
  readonly name: string;
  readonly about: string;
  readonly phase: NodePhase;
  readonly ms: number;
  readonly found: string;
}

/** A rung that is being climbed, `ms` after the stop was asked for. */
export interface Climb {
  readonly rung: Rung;
  readonly ms: number;
  readonly by: string;
  readonly reason: string;
}

export interface Stopped {
  readonly rung: Rung;
  readonly ms: number;
  readonly by: string;
  readonly reason: string;
  readonly proof?: Proof | null | undefined;
}

export interface Failure {
  readonly error: string;
  readonly code: string;
  readonly hint: string;
}

/** Everything the page knows of one answer. Made of the job's events alone, so a repeat of them makes the same. */
export interface AnswerState {
  readonly seq: number;
  readonly phase: Phase;
  readonly jobId: string;
  readonly position: number;
  /** Why it waits although a place is free; empty where none is. */
  readonly queueNote: string;
  readonly status: string;
  readonly nodes: readonly NodeState[];
  readonly looks: readonly LookState[];
  /** The model that was asked last; empty where none was. */
  readonly model: string;
  readonly progress: { readonly fraction: number | null; readonly message: string } | null;
  readonly statements: readonly string[];
  readonly response: string;
  readonly promptMonitor: string;
  readonly columns: readonly Column[];
  readonly rows: Rows;
  readonly truncated: boolean;
  readonly chart: object | null;
  readonly warnings: readonly string[];
  readonly climbs: readonly Climb[];
  readonly stopped: Stopped | null;
  readonly failure: Failure | null;
  readonly clarification: Clarification | null;
  readonly usage: Partial<Usage> | null;
  readonly timings: Readonly<Record<string, number>>;
}

export const ASKED: AnswerState = {
  seq: 0,
  phase: "asked",
  jobId: "",
  position: 0,
  queueNote: "",
  status: "",
  nodes: [],
  looks: [],
  model: "",
  progress: null,
  statements: [],
  response: "",
  promptMonitor: "",
  columns: [],
  rows: Rows.none,
  truncated: false,
  chart: null,
  warnings: [],
  climbs: [],
  stopped: null,
  failure: null,
  clarification: null,
  usage: null,
  timings: {},
};

const ENDED: ReadonlySet<Phase> = new Set(["done", "stopped", "failed", "gone"]);

export function hasEnded(state: AnswerState): boolean {
  return ENDED.has(state.phase);
}

/** True until the first thing of the answer itself has arrived. */
export function isThinking(state: AnswerState): boolean {
  const silent = !state.response && state.statements.length === 0 && state.columns.length === 0;
  return (state.phase === "asked" || state.phase === "running") && silent;
}
