/** The outside wire, as `docs/protocol.md` states it: what goes through the WebSocket in both directions. */

import type { Proof } from "./proof";

export type Rung = "cancel" | "terminate" | "kill";
export type NodePhase = "started" | "finished" | "failed";

export interface ColumnInfo {
  readonly name: string;
  /** The engine's name of the type, such as `BIGINT` or `TIMESTAMP`. */
  readonly type: string;
}

export interface Usage {
  readonly rows: number;
  readonly chunks: number;
  readonly model_calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cached_tokens: number;
  readonly cost_usd: number;
  /** True where a stopped answer's tokens had to be counted by the server. */
  readonly estimated: boolean;
}

export interface Clarification {
  readonly question: string;
  readonly suggestions: readonly string[];
  /** A statement to begin with; empty where there is none, absent from older logs. */
  readonly sql?: string;
}

/** At most the first 1,000 rows. `truncated`: the statement had more rows than the `row_count` that were sent. */
export interface RawTable {
  readonly columns: readonly (ColumnInfo | string)[];
  readonly rows: readonly (readonly unknown[])[];
  readonly row_count: number;
  readonly truncated: boolean;
}

export interface Result {
  readonly final_output: {
    readonly response?: string;
    readonly raw_table?: RawTable | null;
    readonly prompt_monitor?: string;
    readonly chart?: object | null;
  };
  readonly usage?: Partial<Usage>;
  readonly timings?: Readonly<Record<string, number>>;
  readonly clarification?: Clarification | null;
}

export interface StopProof {
  readonly rung: Rung;
  readonly ms: number;
  readonly by: string;
  readonly proof?: Proof | null;
}

export type Chunk =
  | { readonly type: "queue"; readonly position: number; readonly note?: string }
  | { readonly type: "status"; readonly message: string }
  | { readonly type: "node"; readonly node: string; readonly state: NodePhase; readonly ms?: number }
  | { readonly type: "progress"; readonly fraction: number | null; readonly message?: string }
  | { readonly type: "response_chunk"; readonly field: "response" | "prompt_monitor"; readonly chunk: string }
  | { readonly type: "table_schema"; readonly columns: readonly ColumnInfo[] }
  | { readonly type: "table_rows"; readonly rows: readonly (readonly unknown[])[] }
  | { readonly type: "table_rows"; readonly encoding: "arrow"; readonly arrow: Uint8Array }
  | {
      readonly type: "tool";
      readonly name: string;
      readonly arguments: Readonly<Record<string, unknown>>;
      readonly state: NodePhase;
      readonly ms?: number;
      readonly found?: string;
    }
  | { readonly type: "sql"; readonly sql: string }
  | { readonly type: "chart"; readonly spec: object }
  | { readonly type: "stopping"; readonly rung: Rung; readonly by: string; readonly reason: string; readonly ms?: number }
  | { readonly type: "warning"; readonly message: string };

/** `false` on an end that the server's log could not take yet. */
interface Recorded {
  readonly recorded?: boolean;
}

/** Events about one job. Each carries `seq`, which rises by one from 1; only a refusal has none. */
export type JobEvent =
  | {
      readonly event: "agent_accepted";
      readonly data: {
        readonly session_id: string;
        readonly job_id: string;
        readonly seq: number;
        readonly position: number;
      };
    }
  | {
      readonly event: "agent_chunk";
      readonly data: { readonly session_id: string; readonly seq: number; readonly chunk: Chunk };
    }
  | {
      readonly event: "agent_complete";
      readonly data: { readonly session_id: string; readonly seq: number; readonly result: Result } & Recorded;
    }
  | {
      readonly event: "agent_error";
      readonly data: {
        readonly session_id: string;
        readonly seq?: number;
        readonly error: string;
        readonly code: string;
        readonly hint?: string;
        readonly retryable?: boolean;
        readonly stop?: StopProof | null;
      } & Recorded;
    }
  | {
      readonly event: "agent_killed";
      readonly data: StopProof & {
        readonly session_id: string;
        readonly seq: number;
        readonly reason: string;
        readonly usage?: Partial<Usage>;
      } & Recorded;
    };

export interface Authenticated {
  readonly user_id: string;
  readonly role: "user" | "operator";
  /** Those that this user can ask, the default one first. */
  readonly agents: readonly string[];
  /** Which model answers, or `offline`. */
  readonly llm: string;
  readonly server_version: string;
  readonly protocol_version: string;
}

export type ServerEvent =
  | JobEvent
  | { readonly event: "authenticated"; readonly data: Authenticated }
  | {
      readonly event: "agent_kill_error";
      readonly data: { readonly session_id: string; readonly error: string; readonly code: string };
    }
  | {
      readonly event: "error";
      readonly data: { readonly error: string; readonly code: string; readonly session_id?: string };
    };

export interface Ask {
  readonly session_id: string;
  readonly query: string;
  readonly conversation_id: string;
  readonly user_clarification: string | null;
  readonly agent: string | null;
  readonly options: { readonly table_format: "arrow" };
}

export type ClientEvent =
  | { readonly event: "authenticate"; readonly data: { readonly batch: true } }
  | { readonly event: "agent_query_stream"; readonly data: Ask }
  | {
      readonly event: "agent_kill";
      readonly data: { readonly session_id: string; readonly now: boolean };
    }
  | {
      readonly event: "agent_follow";
      readonly data: { readonly session_id: string; readonly after_seq: number; readonly table_format: "arrow" };
    };

const JOB_EVENTS = new Set(["agent_accepted", "agent_chunk", "agent_complete", "agent_error", "agent_killed"]);

export function isJobEvent(event: ServerEvent): event is JobEvent {
  return JOB_EVENTS.has(event.event);
}

export interface WireColumn {
  readonly name: string;
  readonly type: string;
  /** Each of the following is missing or null where it is not known. */
  readonly nulls?: number | null;
  readonly distinct?: number | null;
  readonly minimum?: string | null;
  readonly maximum?: string | null;
  /** All its values where there are few. */
  readonly values?: readonly string[];
}

export interface WireTable {
  readonly name: string;
  readonly row_count: number;
  readonly columns: readonly WireColumn[];
}

/** `table.column` refers to `ref_table.ref_column`. */
export interface WireKey {
  readonly table: string;
  readonly column: string;
  readonly ref_table: string;
  readonly ref_column: string;
}

/** What the owner of the data says about them in `deadstop.toml`. */
export interface WireDescription {
  readonly measures: readonly { readonly name: string; readonly table: string; readonly expression: string }[];
  /** From a person's word to `table`, `table.column` or a measure's name. */
  readonly synonyms: Readonly<Record<string, string>>;
  readonly notes: string;
}

export interface WireCatalog {
  readonly tables: readonly WireTable[];
  readonly keys?: readonly WireKey[];
  readonly description?: WireDescription;
  readonly warnings?: readonly string[];
  /** Changes whenever the data do. */
  readonly fingerprint?: string;
}
