import { describe, expect, it } from "vitest";

import type { Phase } from "../../../src/model/answers/answer-state";
import { parametersIn } from "../../../src/model/board/parameters";
import { moved } from "../../../src/model/board/saved";
import { candidates, dueSession, firstOf, isDue, room, type TileFacts } from "../../../src/model/board/schedule";

const MINUTE = 60_000;

function tile(id: string, phase: Phase | null, more: Partial<TileFacts> = {}): TileFacts {
  return { id, refreshMinutes: 0, wanted: false, held: false, latest: phase && { askedAt: 0, phase, ours: false }, ...more };
}

describe("a tile", () => {
  it("runs when it never has, or when its answer is no longer kept", () => {
    expect(isDue(tile("a", null), 0)).toBe(true);
    expect(isDue(tile("a", "gone"), 0)).toBe(true);
    expect(isDue(tile("a", "gone", { latest: { askedAt: 0, phase: "gone", ours: true } }), 0), "for ever").toBe(false);
  });

  it.each([
    ["done", 5, 5 * MINUTE, true],
    ["done", 5, 5 * MINUTE - 1, false],
    ["done", 0, 99 * MINUTE, false],
    ["failed", 1, MINUTE, true],
    ["stopped", 1, 99 * MINUTE, false],
    ["running", 1, 99 * MINUTE, false],
    ["stopping", 1, 99 * MINUTE, false],
  ] as const)("that is %s and refreshed every %i minutes: after %i ms %s", (phase, refreshMinutes, now, due) => {
    expect(isDue(tile("a", phase, { refreshMinutes }), now)).toBe(due);
  });

  it("that was taken back before it ran waits for a person", () => {
    const held = tile("a", null, { held: true });
    expect(isDue(held, 0)).toBe(false);
    expect(isDue(tile("a", "done", { held: true, refreshMinutes: 1 }), MINUTE)).toBe(false);
    expect(candidates([held], 0)).toEqual([]);
    expect(candidates([{ ...held, wanted: true }], 0)).toHaveLength(1);
  });

  it("runs first when it was asked for, also after a stop, and never beside itself", () => {
    const tiles = [tile("new", null), tile("stopped", "stopped", { wanted: true }), tile("busy", "running", { wanted: true })];
    expect(candidates(tiles, 0).map(({ id }) => id)).toEqual(["stopped", "new"]);
  });

  it("leaves room for what is asked by hand", () => {
    expect(room([])).toBe(2);
    expect(room([tile("a", "running"), tile("b", "queued"), tile("c", "stopping")])).toBe(0);
    expect(room([tile("a", "running"), tile("b", "done")])).toBe(1);
  });

  it("is moved by one place", () => {
    expect(moved(["a", "b", "c"], "c", -1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b", "c"], "a", 1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b"], "a", -1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], "b", 1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], "none", 1)).toEqual(["a", "b"]);
  });
});

describe("parameters", () => {
  it("are what stands in braces, and stay as they were", () => {
    const known = { name: "day", kind: "date", default: "2026-01-31" } as const;
    const text = "flights to {city} on {day}, {city}; not {1}, {a b}, {}";
    expect(parametersIn(text, [known, { ...known, name: "gone" }])).toEqual([{ name: "city", kind: "text", default: "" }, known]);
  });
});

describe("the session of a run that is due", () => {
  it("is the same in every window, and another for each tile and after each run", () => {
    const sessions = ["a1", "b2"].flatMap((id) => ["s-1", "s-2", "due-a1-x"].map((after) => dueSession(id, after)));
    expect(new Set(sessions).size).toBe(6);
    expect(dueSession("a1", "s-1")).toBe(sessions[0]);
  });

  it("of a tile that never ran is the same in every window of that minute, and another once it asks something else", () => {
    expect(firstOf("q", 90_000)).toBe(firstOf("q", 110_000));
    expect(firstOf("q", 90_000)).not.toBe(firstOf("q", 120_000));
    expect(firstOf("q", 90_000)).not.toBe(firstOf("p", 90_000));
  });

  it("is a name that the server takes, however often it runs", () => {
    let session = "s-0";
    const seen = new Set<string>();
    for (let run = 0; run < 1000; run += 1) {
      session = dueSession("A_b-cdefghijklmnopqrstu", session);
      expect(session).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      seen.add(session);
    }
    expect(seen.size).toBe(1000);
  });
});
