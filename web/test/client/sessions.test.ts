import { describe, expect, it } from "vitest";

import { type ClientEvent, type JobEvent, Sessions } from "deadstop-client";

const session_id = "s-1";
const accepted: JobEvent = { event: "agent_accepted", data: { session_id, job_id: "7f3a", seq: 1, position: 0 } };
const said = (seq: number): JobEvent => ({
  event: "agent_chunk",
  data: { session_id, seq, chunk: { type: "response_chunk", field: "response", chunk: `${seq} ` } },
});
const end: JobEvent = {
  event: "agent_killed",
  data: { session_id, seq: 4, rung: "cancel", ms: 5, by: "ana", reason: "user", usage: {} },
};

function world() {
  const sent: ClientEvent[] = [];
  const seen: (number | undefined)[] = [];
  const told: string[] = [];
  const sessions = new Sessions((event) => sent.push(event), {
    onEvent: (_, event) => seen.push(event.data.seq),
    onAccepted: () => told.push("accepted"),
    onGone: () => told.push("gone"),
    onStopRefused: (_, error) => told.push(error),
  });
  return { sent, seen, told, sessions };
}

describe("sessions", () => {
  it("tell of each event once, and ask for what is missing once", () => {
    const { sent, seen, sessions } = world();
    sessions.ask({ session_id, query: "flights" });
    for (const event of [accepted, said(2), said(2), accepted, said(4), said(5)]) sessions.receive(event);
    expect(seen).toEqual([1, 2]);
    expect(sent.slice(1)).toEqual([{ event: "agent_follow", data: { session_id, after_seq: 2, table_format: "json" } }]);
    for (const event of [said(3), end]) sessions.receive(event);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it("ask again what may not have arrived, and follow what has", () => {
    const { sent, told, sessions } = world();
    sessions.ask({ session_id, query: "flights" });
    sessions.takeUpAll();
    expect(sent.map(({ event }) => event)).toEqual(["agent_query_stream", "agent_query_stream"]);
    sessions.receive(accepted);
    sessions.takeUpAll();
    expect(sent.at(-1)).toEqual({ event: "agent_follow", data: { session_id, after_seq: 1, table_format: "json" } });
    sessions.receive(said(2));
    expect(told).toEqual(["accepted"]);
  });

  it("repeat a stop until something is heard of it", () => {
    const { sent, sessions } = world();
    sessions.follow(session_id, 1);
    sessions.stop(session_id);
    sessions.takeUpAll();
    expect(sent.map(({ event }) => event)).toEqual(["agent_follow", "agent_kill", "agent_follow", "agent_kill"]);
    const stopping = { type: "stopping", rung: "cancel", by: "ana", reason: "user" } as const;
    sessions.receive({ event: "agent_chunk", data: { session_id, seq: 2, chunk: stopping } });
    sessions.takeUpAll();
    expect(sent.at(-1)?.event).toBe("agent_follow");
  });

  it("are let alone once they have ended", () => {
    const { sent, told, sessions } = world();
    sessions.follow(session_id, 3);
    sessions.receive(end);
    sessions.receive({ event: "agent_kill_error", data: { session_id, error: "over", code: "already_ended" } });
    sessions.takeUpAll();
    expect(sent).toHaveLength(1);
    expect(told).toEqual([]);
    sessions.follow("another");
    sessions.receive({ event: "error", data: { session_id: "another", error: "none", code: "not_found" } });
    expect(told).toEqual(["gone"]);
  });
});
