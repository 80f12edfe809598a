import { describe, expect, it } from "vitest";

import { reduce, stopRequested } from "../../../src/model/answers/answer-events";
import { ASKED, type AnswerState, isThinking } from "../../../src/model/answers/answer-state";
import type { Chunk, JobEvent } from "deadstop-client";

const session_id = "s-1";
const accepted = (position = 0): JobEvent => ({
  event: "agent_accepted",
  data: { session_id, job_id: "7f3a", seq: 1, position },
});
const chunk = (seq: number, content: Chunk): JobEvent => ({ event: "agent_chunk", data: { session_id, seq, chunk: content } });
const after = (...events: JobEvent[]): AnswerState => events.reduce(reduce, ASKED);
const killed: JobEvent = {
  event: "agent_killed",
  data: { session_id, seq: 4, rung: "terminate", ms: 512, by: "ana", reason: "user", usage: {} },
};

describe("an answer", () => {
  it("waits in the queue until anything else happens", () => {
    expect(after(accepted(3))).toMatchObject({ phase: "queued", position: 3 });
    expect(after(accepted(3), chunk(2, { type: "queue", position: 1 }))).toMatchObject({ phase: "queued", position: 1 });
    expect(after(accepted(3), chunk(2, { type: "queue", position: 1, note: "a place is kept" }))).toMatchObject({
      queueNote: "a place is kept",
    });
    expect(after(accepted(1), chunk(2, { type: "status", message: "Reading" }))).toMatchObject({
      phase: "running",
      position: 0,
      status: "Reading",
    });
  });

  it("says of an end that the server could not record that it has come all the same", () => {
    const unrecorded = { ...killed, data: { ...killed.data, recorded: false } } as JobEvent;
    expect(after(accepted(), unrecorded)).toMatchObject({
      phase: "stopped",
      warnings: ["This is not recorded yet: the server cannot write its log. It will be once the disk has room."],
    });
    expect(after(accepted(), killed).warnings).toEqual([]);
  });

  it("thinks until its first own word, statement or row", () => {
    const running = after(accepted(), chunk(2, { type: "node", node: "planner", state: "started" }));
    expect(isThinking(running)).toBe(true);
    const field = "response";
    expect(isThinking(reduce(running, chunk(3, { type: "response_chunk", field, chunk: "A" })))).toBe(false);
  });

  it("says stopped on proof alone, and keeps what was streamed", () => {
    const text = chunk(2, { type: "response_chunk", field: "response", chunk: "Partial" });
    const asked = stopRequested(after(accepted(), text));
    expect(asked.phase).toBe("stopping");
    const climbing = reduce(asked, chunk(3, { type: "stopping", rung: "cancel", by: "ana", reason: "user" }));
    expect(climbing).toMatchObject({ phase: "stopping", stopped: null });
    expect(reduce(climbing, killed)).toMatchObject({
      phase: "stopped",
      response: "Partial",
      stopped: { rung: "terminate", ms: 512, by: "ana" },
    });
  });

  it("stays stopping while the worker goes on talking", () => {
    const talking = reduce(stopRequested(after(accepted())), chunk(2, { type: "status", message: "still here" }));
    expect(talking.phase).toBe("stopping");
    expect(stopRequested(after(accepted(), killed)).phase).toBe("stopped");
  });

  it("begins the table anew for a repaired statement", () => {
    const columns = [{ name: "n", type: "BIGINT" }];
    const state = after(
      accepted(),
      chunk(2, { type: "table_schema", columns }),
      chunk(3, { type: "table_rows", rows: [[1], [2]] }),
      chunk(4, { type: "chart", spec: {} }),
      chunk(5, { type: "table_schema", columns }),
      chunk(6, { type: "table_rows", rows: [[3]] }),
    );
    expect(state.rows.length).toBe(1);
    expect(state.chart).toBeNull();
    expect(state.rows.value(0, 0)).toBe(3);
  });

  it("takes from the result what was not streamed", () => {
    const final_output = {
      response: "Hello",
      raw_table: { columns: [{ name: "n", type: "BIGINT" }], rows: [[1]], row_count: 2000, truncated: true },
    };
    const done = reduce(after(accepted()), { event: "agent_complete", data: { session_id, seq: 2, result: { final_output, usage: {}, timings: {} } } });
    expect(done).toMatchObject({ phase: "done", response: "Hello", truncated: true });
    expect(done.rows.length).toBe(1);
  });

  it("keeps each look of a model with what it found", () => {
    const look = { type: "tool", name: "find", arguments: { words: "united" } } as const;
    const begun = after(accepted(), chunk(2, { ...look, state: "started" }));
    expect(begun.looks).toEqual([{ name: "find", about: "united", phase: "started", ms: 0, found: "" }]);
    const state = after(
      accepted(),
      chunk(2, { ...look, state: "started" }),
      chunk(3, { ...look, state: "finished", ms: 3, found: "1 value" }),
      chunk(4, { ...look, state: "started" }),
    );
    expect(state.looks.map(({ phase, found }) => [phase, found])).toEqual([
      ["finished", "1 value"],
      ["started", ""],
    ]);
  });

  it("passes over chunks it does not know", () => {
    const unknown = { type: "hologram" } as unknown as Chunk;
    expect(after(accepted(), chunk(2, unknown))).toMatchObject({ phase: "running", seq: 2 });
  });
});
