import type { Proof } from "deadstop-client";
import { describe, expect, it } from "vitest";

import { reduce } from "../../src/model/answers/answer-events";
import { ASKED } from "../../src/model/answers/answer-state";
import { proofText } from "../../src/model/proof";

describe("the proof that nothing lives any more", () => {
  it("says which it was", () => {
    expect(proofText("cgroup")).toBe("proven by the kernel (control group)");
    expect(proofText("swept")).toBe("swept: looked for until nothing was left");
    expect(proofText("node_reaped")).toBe("proven by its node");
    expect(proofText("lease")).toBe("proven by the end of its node's lease");
  });

  it("is not claimed where none is told", () => {
    for (const none of [null, undefined, "later" as Proof]) expect(proofText(none)).toBe("");
  });

  it("comes with the last event of a stop", () => {
    const data = { session_id: "s", seq: 2, rung: "kill", ms: 3, by: "ann", reason: "user", usage: {}, proof: "cgroup" } as const;
    expect(reduce(ASKED, { event: "agent_killed", data }).stopped?.proof).toBe("cgroup");
  });

  it("comes with a limit that climbed the ladder", () => {
    const stop = { rung: "kill", ms: 3, by: "supervisor", proof: "swept" } as const;
    const data = { session_id: "s", seq: 2, error: "too much", code: "memory", hint: "", retryable: true, stop } as const;
    expect(reduce(ASKED, { event: "agent_error", data }).stopped?.proof).toBe("swept");
  });
});
