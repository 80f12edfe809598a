import type { JobList, NodeList, OutsideJob, OutsideRecord, StoppedJob } from "deadstop-client";
import type { NodeRow, Stats } from "./stats";

export type JobRow = OutsideJob;
export type JobRecord = OutsideRecord;

export const readStats = (): Promise<Stats> => asked("/api/stats");
export const readRecord = (jobId: string): Promise<JobRecord> => asked(`/api/jobs/${encodeURIComponent(jobId)}`);

export async function readJobs(endedToo: boolean): Promise<readonly JobRow[]> {
  return (await asked<JobList>(`/api/jobs${endedToo ? "?all=1" : ""}`)).jobs;
}

/** Answers when nothing of the job lives any more, in words. */
export async function stopJob(jobId: string, reason: string, now: boolean): Promise<string> {
  const query = new URLSearchParams({ reason, ...(now ? { now: "1" } : {}) });
  const stopped = await asked<StoppedJob>(
    `/api/jobs/${encodeURIComponent(jobId)}?${query}`,
    "DELETE",
  );
  return stopped.rung ? `stopped on rung ${stopped.rung} in ${Math.round(stopped.ms ?? 0)} ms` : stopped.state;
}

/** Gives a node no more questions, or takes that back. Answers with all nodes. */
export async function drainNode(name: string, undo: boolean): Promise<readonly NodeRow[]> {
  const address = `/api/nodes/${encodeURIComponent(name)}/drain`;
  return (await asked<NodeList>(address, undo ? "DELETE" : "POST")).nodes;
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
