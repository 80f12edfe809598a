import { describe, expect, it } from "vitest";

import { backoffMs } from "../src/backoff";
import { freshConversation, freshTurn, titleOf, withEnded, withTurn } from "../src/conversation";
import { duration, usageLine } from "../src/format";

describe("a conversation", () => {
  it("is named after its first question", () => {
    const conversation = withTurn(freshConversation(), freshTurn("How many\n flights?", null, 0));
    expect(titleOf(conversation)).toBe("How many flights?");
    expect(titleOf(freshConversation())).toBe("New conversation");
  });

  it("names its sessions as the wire takes them, never twice", () => {
    const names = new Set(Array.from({ length: 100 }, () => freshTurn("q", null, 0).sessionId));
    expect(names.size).toBe(100);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  });

  it("marks the turn that has ended", () => {
    const turn = freshTurn("q", null, 0);
    expect(withEnded(withTurn(freshConversation(), turn), turn.sessionId).turns[0]?.ended).toBe(true);
  });
});

describe("pauses between attempts", () => {
  it("grow from a quarter of a second to ten", () => {
    expect(backoffMs(1, 1)).toBe(250);
    expect(backoffMs(2, 1)).toBe(500);
    expect(backoffMs(40, 1)).toBe(10_000);
    expect(backoffMs(40, 0)).toBe(7_500);
  });
});

describe("figures for people", () => {
  it.each([
    [0.42, "0.4 ms"],
    [512, "512 ms"],
    [1449, "1.4 s"],
    [125_000, "2 min 5 s"],
  ])("%d ms is %s", (ms, text) => expect(duration(ms)).toBe(text));

  it("say when they are estimates", () => {
    const usage = { model_calls: 1, input_tokens: 1200, output_tokens: 34, cost_usd: 0.0034, estimated: true };
    expect(usageLine(usage)).toBe("1 model call · ≈ 1,200 → 34 tokens · ≈ $0.0034");
    expect(usageLine({ rows: 16, model_calls: 0 })).toBe("16 rows · no model used");
  });
});
