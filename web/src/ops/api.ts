import type { Proof, Rung } from "deadstop-client";
import type { NodeRow, Stats } from "./stats";

export interface JobRow {
  readonly job_id: string;
  readonly user: string;
  readonly agent: string;
  readonly query: string;
  readonly state: string;
  readonly reason: string | null;
  readonly created_at: number;
  readonly ended_at: number | null;
  readonly pid: number | null;
  /** The machine on which it runs; empty for the server's own. */
  readonly node: string;
  readonly rung: Rung | null;
  readonly rows: number;
  readonly memory_bytes: number;
  readonly cpu_s: number;
}

export interface JobRecord extends JobRow {
  readonly moves: readonly { readonly state: string; readonly ms: number }[];
  readonly rungs: readonly { readonly rung: Rung; readonly ms: number; readonly by: string; readonly reason: string }[];
  readonly exit: string;
  readonly stderr: string;
  readonly stack: string;
  readonly peak_memory_bytes: number;
  readonly dropped_events: number;
  readonly note?: string;
  readonly error?: string;
  readonly hint?: string;
  readonly proof?: Proof | null;
}

export const readStats = (): Promise<Stats> => asked("/api/stats");
export const readRecord = (jobId: string): Promise<JobRecord> => asked(`/api/jobs/${encodeURIComponent(jobId)}`);

export async function readJobs(endedToo: boolean): Promise<readonly JobRow[]> {
  return (await asked<{ jobs: readonly JobRow[] }>(`/api/jobs${endedToo ? "?all=1" : ""}`)).jobs;
}

/** Answers when nothing of the job lives any more, in words. */
export async function stopJob(jobId: string, reason: string, now: boolean): Promise<string> {
  const query = new URLSearchParams({ reason, ...(now ? { now: "1" } : {}) });
  const stopped = await asked<{ state: string; rung?: Rung; ms?: number }>(
    `/api/jobs/${encodeURIComponent(jobId)}?${query}`,
    "DELETE",
  );
  return stopped.rung ? `stopped on rung ${stopped.rung} in ${Math.round(stopped.ms ?? 0)} ms` : stopped.state;
}

/** Gives a node no more questions, or takes that back. Answers with all nodes. */
export async function drainNode(name: string, undo: boolean): Promise<readonly NodeRow[]> {
  const address = `/api/nodes/${encodeURIComponent(name)}/drain`;
  return (await asked<{ nodes: readonly NodeRow[] }>(address, undo ? "DELETE" : "POST")).nodes;
}

/** Raises an `Error` with the server's own words. */
async function asked<T>(address: string, method = "GET"): Promise<T> {
  const response = await fetch(address, { method, cache: "no-store" });
  if (response.ok) return (await response.json()) as T;
  const body = (await response.json().catch(() => ({ error: `the server answered ${response.status}` }))) as {
    error: string;
  };
  throw new Error(body.error);
}
