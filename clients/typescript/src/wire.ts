/* Made from the server's types by `python -m clients.typescript.generate`; a test compares. Do not edit. */

/** The version of the wire that these types are of. */
export const PROTOCOL_VERSION = "1.6";

export interface Authenticate {
  readonly token?: string | null;
  readonly batch?: boolean;
}

/** A question. `follows` is the session of the question in the conversation that this one comes after, empty to begin it anew; without it the latest one. `saved` is the saved question of which this is a run on the board. `user_id` is accepted and ignored: the token names the user. */
export interface Ask {
  readonly session_id?: string;
  readonly query: string;
  readonly conversation_id?: string | null;
  readonly user_clarification?: string | null;
  readonly agent?: string | null;
  readonly detached?: boolean;
  readonly options?: QueryOptions | null;
  readonly follows?: string | null;
  readonly saved?: string | null;
}

/** Limits of this job, which can only be lowered, never raised; and the model to ask, one of those of the server. */
export interface QueryOptions {
  readonly max_rows?: number | null;
  readonly max_runtime_s?: number | null;
  readonly table_format?: "arrow" | "json";
  readonly model?: string | null;
}

/** `job_id` instead of `session_id` is for operators: it names other people's jobs too. */
export interface Kill {
  readonly session_id?: string;
  readonly job_id?: string;
  readonly reason?: string | null;
  readonly now?: boolean;
}

export interface Follow {
  readonly session_id?: string;
  readonly job_id?: string;
  readonly after_seq?: number;
  readonly table_format?: "arrow" | "json";
}

export interface ListQuery {
  readonly state?: State | null;
}

/** Where a job is in its life. */
export type State = "queued" | "starting" | "running" | "stopping" | "succeeded" | "failed" | "cancelled";

/** One short sentence for people about what is going on. */
export interface Status {
  readonly type: "status";
  readonly message: string;
}

/** A step of the agent changes state; `ms` since it started (0 when it starts). */
export interface NodeChunk {
  readonly type: "node";
  readonly node: string;
  readonly state: "failed" | "finished" | "started";
  readonly ms?: number;
}

/** How far a step is: `fraction` from 0 to 1, or None where the engine cannot say. */
export interface Progress {
  readonly type: "progress";
  readonly fraction: number | null;
  readonly message?: string;
}

/** A piece of streamed text, to be appended to its field. */
export interface ResponseChunk {
  readonly type: "response_chunk";
  readonly field: "prompt_monitor" | "response";
  readonly chunk: string;
}

/** A request to a model begins or ends. `purpose` (planner, repair, answer, ...) and `model` stand in both. */
export interface ModelCall {
  readonly type: "model_call";
  readonly purpose: string;
  readonly model: string;
  readonly state: "failed" | "finished" | "started";
  readonly ms?: number;
  readonly input_tokens?: number;
  readonly cached_tokens?: number;
  readonly output_tokens?: number;
  readonly estimated?: boolean;
  readonly cost_usd?: number | null;
}

/** A model begins to look at the data with a tool, or has: its `name` and `arguments` stand in both, `ms` since it began and `found`, a few words on what came, in the end. `failed`: it gave an error, or was broken off. */
export interface Tool {
  readonly type: "tool";
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly state: "failed" | "finished" | "started";
  readonly ms?: number;
  readonly found?: string;
}

/** The columns of the rows that follow. */
export interface TableSchema {
  readonly type: "table_schema";
  readonly columns: readonly Column[];
}

/** Name and engine type of a result's column. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** The statement that is about to run. */
export interface Sql {
  readonly type: "sql";
  readonly sql: string;
}

/** A Vega-Lite specification that fits the result. */
export interface Chart {
  readonly type: "chart";
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Something people should know, though the job goes on. */
export interface Warn {
  readonly type: "warning";
  readonly message: string;
}

/** Rows as JSON arrays in column order (`bus.values.rows`). */
export interface JsonRows {
  readonly type: "table_rows";
  readonly rows: readonly (readonly unknown[])[];
}

/** The job waits; `position` 1 is next. `note` says why it does although a place is free, where that is so. */
export interface Queue {
  readonly type: "queue";
  readonly position: number;
  readonly note?: string;
}

/** A rung of the kill ladder is being climbed, `ms` milliseconds after the stop was asked for. */
export interface Stopping {
  readonly type: "stopping";
  readonly rung: Rung;
  readonly by: string;
  readonly reason: Reason;
  readonly ms?: number;
}

/** The steps of the kill ladder, gentlest first. */
export type Rung = "cancel" | "terminate" | "kill";

/** Why a job was cancelled or failed; a job that succeeded has none. */
export type Reason = "user" | "operator" | "disconnect" | "shutdown" | "agent_error" | "llm_error" | "worker_died" | "start_timeout" | "heartbeat_lost" | "supervisor_lost" | "node_lost" | "deadline" | "memory" | "processes" | "output_limit" | "budget";

/** The header's chunk of a binary frame; the Arrow stream itself follows the header. */
export interface ArrowRows {
  readonly type: "table_rows";
  readonly encoding?: "arrow";
  /** The Arrow IPC stream that came behind the frame's header. */
  readonly arrow: Uint8Array;
}

export interface AgentAccepted {
  readonly event: "agent_accepted";
  readonly data: AcceptedData;
}

export interface AcceptedData {
  readonly session_id: string;
  readonly job_id: string;
  readonly seq: number;
  readonly position: number;
}

export interface AgentChunk {
  readonly event: "agent_chunk";
  readonly data: ChunkData;
}

export interface ChunkData {
  readonly session_id: string;
  readonly seq: number;
  readonly chunk: Chunk;
}

export interface AgentComplete {
  readonly event: "agent_complete";
  readonly data: CompleteData;
}

/** `recorded` is false, here and in the other ends, where the log cannot be written yet. */
export interface CompleteData {
  readonly session_id: string;
  readonly seq: number;
  readonly result: Result;
  readonly recorded?: boolean;
}

/** What a finished job hands over: `agent_complete.result` on the outside wire. */
export interface Result {
  readonly final_output: FinalOutput;
  readonly usage: Usage;
  readonly timings: Readonly<Record<string, number>>;
  readonly clarification?: Clarification | null;
}

/** The end of what was streamed, for clients that read nothing else. */
export interface FinalOutput {
  readonly chart?: Readonly<Record<string, unknown>> | null;
  readonly prompt_monitor?: string;
  readonly raw_table?: RawTable | null;
  readonly response?: string;
}

/** The first rows of the result. `row_count` were sent; `truncated`: the statement had more. */
export interface RawTable {
  readonly columns: readonly NamedColumn[];
  readonly row_count: number;
  readonly rows: readonly (readonly unknown[])[];
  readonly truncated: boolean;
}

/** A `Column` as a plain object. */
export interface NamedColumn {
  readonly name: string;
  readonly type: string;
}

/** What a job has used. `estimated` is true where a stopped answer's tokens had to be counted by us. */
export interface Usage {
  readonly rows?: number;
  readonly chunks?: number;
  readonly model_calls?: number;
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly cached_tokens?: number;
  readonly cost_usd?: number;
  readonly estimated?: boolean;
}

/** The agent asks back: the person's next message is the answer. `sql` is a statement to begin with, where there is one. */
export interface Clarification {
  readonly question: string;
  readonly suggestions?: readonly string[];
  readonly sql?: string;
}

export interface AgentFailed {
  readonly event: "agent_error";
  readonly data: ErrorData;
}

/** `seq` is missing where a question was refused, `session_id` where a frame named none. */
export interface ErrorData {
  readonly session_id: string;
  readonly error: string;
  readonly code: string;
  readonly hint: string;
  readonly retryable: boolean;
  readonly seq?: number;
  readonly stop?: StopProof;
  readonly recorded?: boolean;
}

/** How a worker was stopped: the highest rung needed, milliseconds from request to proof, by whom, and how it was found that nothing of it lives any more (None where nothing had been started, and in older logs). */
export interface StopProof {
  readonly rung: Rung;
  readonly ms: number;
  readonly by: string;
  readonly proof?: Proof | null;
}

/** How it was found that nothing of a job lives any more: by its control group, or by looking for descendants; on another machine by what its node has reaped, or by the end of that node's lease. */
export type Proof = "cgroup" | "swept" | "node_reaped" | "lease";

export interface AgentKilled {
  readonly event: "agent_killed";
  readonly data: KilledData;
}

export interface KilledData {
  readonly session_id: string;
  readonly seq: number;
  readonly rung: Rung;
  readonly ms: number;
  readonly by: string;
  readonly reason: Reason;
  readonly usage: Usage;
  readonly proof?: Proof;
  readonly recorded?: boolean;
}

export interface Authenticated {
  readonly event: "authenticated";
  readonly data: AuthenticatedData;
}

/** `llm` is the model, or `offline`; `prices` are those of `models` that are known, by name. */
export interface AuthenticatedData {
  readonly user_id: string;
  readonly role: Role;
  readonly agents: readonly string[];
  readonly llm: string;
  readonly models: readonly string[];
  readonly server_version: string;
  readonly protocol_version: string;
  readonly prices?: Readonly<Record<string, Price>>;
}

/** What a signed-in person may do: a user sees and stops their own jobs, an operator all. */
export type Role = "user" | "operator";

/** US dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cached?: number;
}

export interface AgentJobs {
  readonly event: "agent_jobs";
  readonly data: AgentJobsData;
}

export interface AgentJobsData {
  readonly jobs: readonly OutsideJob[];
}

/** A job as lists show it. Times are Unix seconds; `seq` is the number of the job's last event; `node` the machine on which it runs, empty for the supervisor's own. */
export interface OutsideJob {
  readonly job_id: string;
  readonly session_id: string;
  readonly user: string;
  readonly agent: string;
  readonly query: string;
  readonly conversation_id: string;
  readonly state: State;
  readonly reason: Reason | null;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly pid: number | null;
  readonly seq: number;
  readonly rung: Rung | null;
  readonly rows: number;
  readonly memory_bytes: number;
  readonly cpu_s: number;
  readonly detached: boolean;
  readonly node?: string;
}

export interface AgentKillError {
  readonly event: "agent_kill_error";
  readonly data: KillErrorData;
}

export interface KillErrorData {
  readonly session_id: string;
  readonly error: string;
  readonly code: string;
}

export interface WireError {
  readonly event: "error";
  readonly data: WireErrorData;
}

/** `session_id` is there where the frame named one. */
export interface WireErrorData {
  readonly error: string;
  readonly code: string;
  readonly session_id?: string;
}

/** All tables, the join keys (declared and inferred), and the description. `fingerprint` changes whenever a file of the data does: a catalog with another one is out of date. `warnings` tell of `left_out` and of the tables' remarks, too. */
export interface Catalog {
  readonly tables: readonly CatalogTable[];
  readonly keys?: readonly JoinKey[];
  readonly description?: Description;
  readonly warnings?: readonly string[];
  readonly fingerprint?: string;
  readonly left_out?: readonly LeftOut[];
}

/** One table: a file, a folder of parts, a hive-partitioned tree, or a sheet of a workbook. */
export interface CatalogTable {
  readonly name: string;
  readonly columns: readonly CatalogColumn[];
  readonly row_count: number;
  readonly files: readonly string[];
  readonly partitions?: readonly string[];
  readonly sql?: string;
  readonly sheet?: SheetReading | null;
  readonly as_of?: string;
  readonly state?: string;
  readonly unseen?: boolean;
  readonly unlinked?: boolean;
  readonly remarks?: readonly string[];
  readonly versions?: readonly string[];
  readonly own?: boolean;
}

/** One column. `minimum` and `maximum` are texts as the engine prints them; `values` are all distinct values when there are few (else empty); `distinct` is their number where it is known; `unique`: each value stands once. */
export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  readonly nulls?: number | null;
  readonly distinct?: number | null;
  readonly minimum?: string | null;
  readonly maximum?: string | null;
  readonly values?: readonly string[];
  readonly unique?: boolean;
}

/** A sheet of a workbook: whether its first row is a header, and how many rows are passed over before it. */
export interface SheetReading {
  readonly name: string;
  readonly header: boolean;
  readonly skip?: number;
}

/** `table.column` refers to `ref_table.ref_column`, in which each value stands at most once. */
export interface JoinKey {
  readonly table: string;
  readonly column: string;
  readonly ref_table: string;
  readonly ref_column: string;
}

/** What the owner of the data says about it, in an optional file beside the data. */
export interface Description {
  readonly measures?: readonly Measure[];
  readonly synonyms?: Readonly<Record<string, string>>;
  readonly keys?: readonly JoinKey[];
  readonly default_dates?: Readonly<Record<string, string>>;
  readonly terms?: Readonly<Record<string, string>>;
  readonly roles?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, readonly string[]>>;
  readonly units?: Readonly<Record<string, string>>;
  readonly notes?: string;
  readonly examples?: readonly Example[];
}

/** A figure with a name of its own, such as `revenue = sum(price * quantity)` over one table. */
export interface Measure {
  readonly name: string;
  readonly table: string;
  readonly expression: string;
}

/** A question that people ask, and the statement that answers it rightly. */
export interface Example {
  readonly question: string;
  readonly sql: string;
}

/** A table that there is not, by the name of its file or folder, and a sentence that says why. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

/** A job that was just asked for; `position` 0 means that it does not wait. */
export interface AskedJob extends OutsideJob {
  readonly position: number;
}

/** How a job ended that was stopped. A failed one says why (`code`, `error`); `rung`, `ms`, `by` and `proof` are there where the ladder was climbed. */
export interface StoppedJob {
  readonly job_id: string;
  readonly session_id: string;
  readonly state: State;
  readonly rung?: Rung;
  readonly ms?: number;
  readonly by?: string;
  readonly proof?: Proof;
  readonly reason?: Reason;
  readonly usage?: Usage;
  readonly code?: string;
  readonly error?: string;
}

/** A page of the list; `next` is null on the last one. */
export interface JobList {
  readonly jobs: readonly OutsideJob[];
  readonly next: string | null;
}

/** Everything that is kept about one job beside its stream. */
export interface OutsideRecord extends OutsideJob {
  readonly moves: readonly Move[];
  readonly rungs: readonly Climb[];
  readonly exit: string;
  readonly stderr: string;
  readonly stack: string;
  readonly peak_memory_bytes: number;
  readonly dropped_events: number;
  readonly usage: Readonly<Record<string, number>>;
  readonly note: string;
  readonly error: string;
  readonly code: string;
  readonly hint: string;
  readonly proof: Proof | null;
  readonly counted: Readonly<Record<string, number>>;
  readonly verdict: Verdict | null;
  readonly comment: string;
}

/** A change of state, `ms` after the job was accepted. */
export interface Move {
  readonly state: State;
  readonly ms: number;
}

/** A rung that was climbed, `ms` after the stop was asked for. */
export interface Climb {
  readonly rung: Rung;
  readonly ms: number;
  readonly by: string;
  readonly reason: Reason;
}

/** What a person thought of an answer. */
export type Verdict = "up" | "down";

/** An answer to a request that was not carried out. `code` is stable, the others are for people. */
export interface ErrorBody {
  readonly error: string;
  readonly code: string;
  readonly hint?: string;
}

/** Why a question never became a job. */
export type Refusal = "queue_full" | "quota" | "conversation_busy" | "session_conflict" | "bad_request" | "unauthorized";

/** The machines of the cluster. */
export interface NodeList {
  readonly nodes: readonly NodeSummary[];
}

/** A machine that takes jobs: `state` is joining, ready, silent, draining, left or resting, `jobs` of its `slots` are taken. `why` it takes none, for people. `proof`: how it is found there that nothing of a worker is left, once it is known; `resources`: what it offers to agents that need it. */
export interface NodeSummary {
  readonly name: string;
  readonly state: string;
  readonly jobs: number;
  readonly slots: number;
  readonly workers: number;
  readonly why?: string;
  readonly proof?: Proof | null;
  readonly resources?: readonly string[];
}

/** The supervisor's figures (`bus.wire.replies.Stats`) and the gateway's own. */
export interface ServerStats {
  readonly jobs: Readonly<Record<string, number>>;
  readonly ended: readonly EndedCount[];
  readonly stops: Readonly<Partial<Record<Rung, Histogram>>>;
  readonly first_chunk: Histogram;
  readonly gauges: Readonly<Record<string, number>>;
  readonly gateway: Readonly<Record<string, number>>;
  readonly nodes: readonly NodeSummary[];
}

/** How many jobs have ended like this; a job that succeeded has no reason. */
export interface EndedCount {
  readonly state: State;
  readonly reason: Reason | null;
  readonly count: number;
}

/** `counts[i]` things took at most `bounds[i]` seconds and more than the bound before; the last count: the rest. */
export interface Histogram {
  readonly bounds?: readonly number[];
  readonly counts?: readonly number[];
  readonly sum_s?: number;
}

/** A page of the list; `next` is null on the last one. */
export interface ConversationList {
  readonly conversations: readonly ConversationSummary[];
  readonly next: string | null;
}

/** A row of the list. Times are Unix seconds; `updated_at` is when something was last asked or answered in it, `running` the job of it that has not ended. */
export interface ConversationSummary {
  readonly conversation_id: string;
  readonly title: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly running?: string | null;
}

/** A row of the list, and the conversation's questions, oldest first. */
export interface OutsideConversation extends ConversationSummary {
  readonly jobs: readonly OutsideTurn[];
}

/** One question of a conversation; its answer is followed by `session_id`. `follows` is the session of the question that it comes after, empty for one that begins the conversation; those that follow the same one are branches. */
export interface OutsideTurn {
  readonly job_id: string;
  readonly session_id: string;
  readonly query: string;
  readonly agent: string;
  readonly user_clarification: string | null;
  readonly state: State;
  readonly reason: Reason | null;
  readonly created_at: number;
  readonly ended_at: number | null;
  readonly follows: string;
  readonly verdict: Verdict | null;
  readonly comment: string;
}

/** One's own, the latest first; `public_allowed`: whether the server lets who has a link read without signing in; `kept_days`: for how long after its end it keeps an answer, and so what a link shows. */
export interface ShareList {
  readonly shares: readonly ShareSummary[];
  readonly public_allowed: boolean;
  readonly kept_days: number;
}

/** A row of the list. `share_id` is the secret in the link; `public`: the link needs no sign-in, where the server allows that. `answers` is how many there are; `created_at` in Unix seconds. */
export interface ShareSummary {
  readonly share_id: string;
  readonly user: string;
  readonly title: string;
  readonly public: boolean;
  readonly created_at: number;
  readonly answers: number;
}

/** What a share holds, in the order of asking. It does not name its owner. */
export interface SharedAnswers {
  readonly title: string;
  readonly created_at: number;
  readonly answers: readonly SharedAnswer[];
}

/** A question that is shared; `GET /api/shares/{share_id}/jobs/{job_id}/events` has its answer. */
export interface SharedAnswer {
  readonly job_id: string;
  readonly query: string;
  readonly user_clarification: string | null;
  readonly agent: string;
  readonly state: State;
  readonly created_at: number;
}

/** One's own, the earliest first. `now` is the server's time, in Unix seconds, as `asked_at` is. */
export interface SavedList {
  readonly saved: readonly OutsideSaved[];
  readonly now: number;
}

/** A saved question. `place` is where it stands on the board, from 0, null where it is not pinned; `latest` its latest run there, null where there is none of what it asks now. */
export interface OutsideSaved extends NewSaved {
  readonly saved_id: string;
  readonly created_at: number;
  readonly place: number | null;
  readonly latest: BoardRun | null;
}

/** A question, or a `statement` (SQL), to be asked again. What stands as `{name}` in it is a parameter; empty names of agent and model are the server's choice. A board that is open asks again every so many minutes, with 0 never. */
export interface NewSaved {
  readonly name: string;
  readonly query: string;
  readonly statement?: boolean;
  readonly agent?: string;
  readonly model?: string;
  readonly parameters?: readonly Parameter[];
  readonly refresh_minutes?: 0 | 1 | 5 | 15 | 60;
}

/** What stands as `{name}` in the text, and the value that it has where none is given: a date is YYYY-MM-DD. */
export interface Parameter {
  readonly name: string;
  readonly kind?: ParameterKind;
  readonly default?: string;
}

/** How a value is checked, and written into a statement. */
export type ParameterKind = "text" | "number" | "date";

/** The latest run on a board, in the conversation that was begun for it; `asked_at` in Unix seconds. */
export interface BoardRun {
  readonly session_id: string;
  readonly conversation_id: string;
  readonly asked_at: number;
}

/** What is to be asked; empty names are the server's choice. */
export interface FilledQuestion {
  readonly query: string;
  readonly agent: string;
  readonly model: string;
}

/** One's own files by name, and the limits: of each in bytes (0: none are taken), of all together, and how many. */
export interface OwnFileList {
  readonly files: readonly OwnFile[];
  readonly max_file_bytes: number;
  readonly max_user_bytes: number;
  readonly max_files: number;
}

/** One file of a user's own. `tables` are what it is called in SQL: one, or one for each sheet of a workbook; none while that is not known. `added_at` in Unix seconds. */
export interface OwnFile {
  readonly name: string;
  readonly size_bytes: number;
  readonly added_at: number;
  readonly tables?: readonly string[];
}

/** A file that can be asked about from now on, by the names of its tables. */
export interface KeptFile {
  readonly file: OwnFile;
}

export type Chunk =
  | Status
  | NodeChunk
  | Progress
  | ResponseChunk
  | ModelCall
  | Tool
  | TableSchema
  | Sql
  | Chart
  | Warn
  | JsonRows
  | Queue
  | Stopping
  | ArrowRows;

export type JobEvent =
  | AgentAccepted
  | AgentChunk
  | AgentComplete
  | AgentFailed
  | AgentKilled;

export type ServerEvent =
  | AgentAccepted
  | AgentChunk
  | AgentComplete
  | AgentFailed
  | AgentKilled
  | Authenticated
  | AgentJobs
  | AgentKillError
  | WireError;

export type ClientEvent =
  | { readonly event: "authenticate"; readonly data: Authenticate }
  | { readonly event: "agent_query_stream"; readonly data: Ask }
  | { readonly event: "agent_kill"; readonly data: Kill }
  | { readonly event: "agent_follow"; readonly data: Follow }
  | { readonly event: "agent_list"; readonly data: ListQuery };
