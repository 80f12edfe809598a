import { type AnswerState, type Climb, hasEnded, type LookState, type NodeState } from "./answer-state";
import type { Chunk, JobEvent, Result } from "deadstop-client";
import { arrowBatch, jsonBatch, Rows } from "../values/rows";

const UNRECORDED = "This is not recorded yet: the server cannot write its log. It will be once the disk has room.";

/** The state after `event`, which must be the next one. Unknown chunks change nothing but `seq`. */
export function reduce(state: AnswerState, event: JobEvent): AnswerState {
  const after = reduced(state, event);
  const isRecorded = !("recorded" in event.data) || event.data.recorded !== false;
  return isRecorded ? after : { ...after, warnings: [...after.warnings, UNRECORDED] };
}

function reduced(state: AnswerState, event: JobEvent): AnswerState {
  const seq = event.data.seq ?? state.seq;
  switch (event.event) {
    case "agent_accepted":
      return { ...state, seq, jobId: event.data.job_id, ...whenWaiting(state, event.data.position) };
    case "agent_chunk":
      return { ...state, ...withChunk(state, event.data.chunk), seq };
    case "agent_complete":
      return { ...state, ...withResult(state, event.data.result), seq, phase: "done" };
    case "agent_error":
      return { ...state, seq, phase: "failed", ...withError(state, event.data) };
    case "agent_killed": {
      const { rung, ms, by, reason, proof, usage } = event.data;
      return { ...state, seq, phase: "stopped", stopped: { rung, ms, by, reason, proof }, usage: usage ?? null };
    }
  }
}

/** The person has pressed Stop; nothing has stopped yet. */
export function stopRequested(state: AnswerState): AnswerState {
  return hasEnded(state) ? state : { ...state, phase: "stopping" };
}

/** The server could not take the stop, so the answer goes on. */
export function stopRefused(state: AnswerState, error: string): AnswerState {
  if (hasEnded(state)) return state;
  return { ...state, phase: "running", warnings: [...state.warnings, error] };
}

/** The server no longer knows this answer. */
export function gone(state: AnswerState): AnswerState {
  return hasEnded(state) ? state : { ...state, phase: "gone" };
}

function whenWaiting(state: AnswerState, position: number, queueNote = ""): Partial<AnswerState> {
  if (state.phase === "stopping") return { position, queueNote };
  return { position, queueNote, phase: position > 0 ? "queued" : "running" };
}

/** Any chunk but `queue` shows that the job no longer waits. */
function withChunk(state: AnswerState, chunk: Chunk): Partial<AnswerState> {
  if (chunk.type === "queue") return whenWaiting(state, chunk.position, chunk.note);
  const phase = state.phase === "stopping" ? "stopping" : "running";
  return { phase, position: 0, ...contentOf(state, chunk) };
}

function contentOf(state: AnswerState, chunk: Exclude<Chunk, { type: "queue" }>): Partial<AnswerState> {
  switch (chunk.type) {
    case "status":
      return { status: chunk.message };
    case "node":
      return {
        progress: null,
        // What a step said of itself is over with it.
        status: chunk.state === "started" ? state.status : "",
        nodes: withNode(state.nodes, { name: chunk.node, phase: chunk.state, ms: chunk.ms ?? 0 }),
      };
    case "progress":
      return { progress: { fraction: chunk.fraction, message: chunk.message ?? "" } };
    case "response_chunk":
      return chunk.field === "response"
        ? { response: state.response + chunk.chunk }
        : { promptMonitor: state.promptMonitor + chunk.chunk };
    case "model_call":
      return { model: chunk.model };
    case "tool":
      return { looks: withLook(state.looks, lookOf(chunk)) };
    case "table_schema":
      // A repaired statement begins its result anew.
      return { columns: chunk.columns, rows: Rows.none, chart: null };
    case "table_rows":
      return withRows(state, chunk);
    case "sql":
      return { statements: [...state.statements, chunk.sql] };
    case "chart":
      return { chart: chunk.spec };
    case "warning":
      return { warnings: [...state.warnings, chunk.message] };
    case "stopping":
      return { phase: "stopping", climbs: [...state.climbs, climbOf(chunk)] };
    default:
      return {};
  }
}

function lookOf({ name, arguments: given, state, ms = 0, found = "" }: Extract<Chunk, { type: "tool" }>): LookState {
  const about = Object.values(given).map(String).join(", ");
  return { name, about, phase: state, ms, found };
}

/** A look that ends takes the place of the one that has begun. */
function withLook(looks: readonly LookState[], look: LookState): readonly LookState[] {
  const open = looks.at(-1)?.phase === "started" && look.phase !== "started";
  return [...(open ? looks.slice(0, -1) : looks), look];
}

function climbOf({ rung, by, reason, ms = 0 }: Extract<Chunk, { type: "stopping" }>): Climb {
  return { rung, by, reason, ms };
}

function withNode(nodes: readonly NodeState[], node: NodeState): readonly NodeState[] {
  const known = nodes.some((other) => other.name === node.name);
  return known ? nodes.map((other) => (other.name === node.name ? node : other)) : [...nodes, node];
}

function withRows(state: AnswerState, chunk: Extract<Chunk, { type: "table_rows" }>): Partial<AnswerState> {
  if ("rows" in chunk) return { rows: state.rows.append(jsonBatch(chunk.rows)) };
  const batch = arrowBatch(chunk.arrow);
  const columns = state.columns.length > 0 ? state.columns : batch.columns;
  return { columns, rows: state.rows.append(batch) };
}

/** The result repeats what was streamed; it is used only where nothing was. */
function withResult(state: AnswerState, result: Result): Partial<AnswerState> {
  const { response = "", prompt_monitor = "", raw_table: table, chart } = result.final_output;
  const streamed = state.columns.length > 0;
  return {
    progress: null,
    response: state.response || response,
    promptMonitor: state.promptMonitor || prompt_monitor,
    chart: state.chart ?? chart ?? null,
    ...(table && !streamed ? { columns: table.columns, rows: Rows.none.append(jsonBatch(table.rows)) } : {}),
    truncated: table?.truncated ?? false,
    clarification: result.clarification ?? null,
    usage: result.usage ?? null,
    timings: result.timings ?? {},
  };
}

function withError(
  state: AnswerState,
  data: Extract<JobEvent, { event: "agent_error" }>["data"],
): Partial<AnswerState> {
  const reason = state.climbs.at(-1)?.reason ?? data.code;
  return {
    failure: { error: data.error, code: data.code, hint: data.hint ?? "" },
    stopped: data.stop ? { ...data.stop, reason } : null,
  };
}
