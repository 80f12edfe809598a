import { describe, expect, it } from "vitest";

import { alternatives, branchThrough, placesOf } from "../../../src/model/conversations/branches";
import { freshTurn, merged, type Turn } from "../../../src/model/conversations/conversation";

/** Questions by name, each after the one that is named behind the bar: "b|a". */
function asked(...names: string[]): readonly Turn[] {
  return names.map((name) => {
    const [query = "", follows = ""] = name.split("|");
    return { ...freshTurn(query, { agent: "", model: "" }, null, 0, follows), sessionId: query };
  });
}

const shown = (turns: readonly Turn[], through = "") => branchThrough(turns, through).map(({ query }) => query).join(" ");

describe("the branches of a conversation", () => {
  it("show the way to what was asked last, or the latest one through a question that was chosen", () => {
    const turns = asked("a", "b|a", "c|b", "b2|a", "c2|b2", "c3|b2");
    expect(shown(turns)).toBe("a b2 c3");
    expect(shown(turns, "b")).toBe("a b c");
    expect(shown(turns, "c2")).toBe("a b2 c2");
    expect(shown(turns, "nothing of that name")).toBe("a b2 c3");
    expect(shown([])).toBe("");
  });

  it("are numbered at the question where they begin, the first question of all too", () => {
    const turns = asked("a", "b|a", "b2|a", "a2");
    const places = placesOf(turns);
    expect([...places].map(([name, { number, of }]) => `${name} ${number}/${of}`).sort()).toEqual(["a 1/2", "a2 2/2", "b 1/2", "b2 2/2"]);
    expect(alternatives(turns, turns[1]!).map(({ query }) => query)).toEqual(["b", "b2"]);
  });

  it("begin anew where the server no longer keeps what was followed", () => {
    const turns = asked("b|forgotten", "c|b", "b2|forgotten");
    expect(shown(turns)).toBe("b2");
    expect(placesOf(turns).get("b2")).toEqual({ number: 2, of: 2 });
  });

  it("take a rating that was given elsewhere", () => {
    const here = { id: "c", title: "", turns: asked("a") };
    const rating = { verdict: "down", comment: "wrong year" } as const;
    const there = { ...here, turns: here.turns.map((turn) => ({ ...turn, rating })) };
    expect(merged(here, there).turns[0]!.rating).toEqual(rating);
  });
});
