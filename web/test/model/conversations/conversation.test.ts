import { describe, expect, it } from "vitest";

import { backoffMs } from "deadstop-client";
import { freshConversation, freshTurn, isUnderWay, merged, titleOf, type Turn, withChanged, withTurn } from "../../../src/model/conversations/conversation";
import { duration, modelText, usageLine } from "../../../src/model/format";
import { UnderWay } from "../../../src/model/conversations/under-way";

const NOBODY = { agent: "", model: "" };

describe("a conversation", () => {
  it("is named after its first question", () => {
    const conversation = withTurn(freshConversation(), freshTurn("How many\n flights?", NOBODY, null, 0));
    expect(titleOf(conversation)).toBe("How many flights?");
    expect(titleOf(freshConversation())).toBe("New conversation");
  });

  it("names its sessions as the wire takes them, never twice", () => {
    const names = new Set(Array.from({ length: 100 }, () => freshTurn("q", NOBODY, null, 0).sessionId));
    expect(names.size).toBe(100);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  });

  it("takes from the server what it has not seen, and gives up nothing that it has", () => {
    const [refused, asked, elsewhere] = ["a", "b", "c"].map((query) => freshTurn(query, NOBODY, null, 0)) as [Turn, Turn, Turn];
    const here = withTurn(withTurn(freshConversation(), refused), asked);
    const there = { id: here.id, title: "Named", turns: [{ ...asked, ended: true }, elsewhere] };
    expect(merged(undefined, there)).toBe(there);
    expect(merged(here, there)).toEqual({ id: here.id, title: "Named", turns: [refused, asked, elsewhere] });
    expect(titleOf(merged(here, there))).toBe("Named");
  });

  it("marks the turn that has ended", () => {
    const turn = freshTurn("q", NOBODY, null, 0);
    const conversation = withTurn(freshConversation(), turn);
    expect(isUnderWay(conversation)).toBe(true);
    expect(isUnderWay(withChanged(conversation, turn.sessionId, { ended: true }))).toBe(false);
  });
});

describe("what a browser has under way", () => {
  it("is kept for each user, and any other content is none", () => {
    const kept = new Map<string, string>();
    const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, text: string) => kept.set(key, text) };
    const [ann, bob] = ["ann", "bob"].map((user) => new UnderWay(storage as unknown as Storage, user)) as [UnderWay, UnderWay];
    ann.note("c-1", true);
    ann.note("c-2", true);
    ann.note("c-1", false);
    expect([ann.ids(), bob.ids()]).toEqual([["c-2"], []]);
    for (const key of [...kept.keys()]) kept.set(key, "nonsense");
    expect(ann.ids()).toEqual([]);
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

describe("a model in the picker", () => {
  it("says what it costs, where that is known", () => {
    expect(modelText("large", { input: 4, output: 20 })).toBe("large · $4.00 in, $20.00 out per million tokens");
    expect(modelText("cheap", { input: 0.1, output: 0.005 })).toBe("cheap · $0.10 in, $0.0050 out per million tokens");
    expect(modelText("own")).toBe("own");
  });
});
