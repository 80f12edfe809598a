import { describe, expect, it } from "vitest";

import { fitting } from "../../../src/components/shell/commands";

const commands = ["New conversation", "Show the data", "datasets", "Theme: dark"].map((name) => ({ name, kind: "do", run() {} }));
const names = (typed: string) => fitting(commands, typed).map(({ name }) => name);

describe("what can be done", () => {
  it("is found by all words, whatever their order and case", () => {
    expect(names("dark THEME")).toEqual(["Theme: dark"]);
    expect(names("no such")).toEqual([]);
    expect(names("")).toHaveLength(4);
  });

  it("stands first where its name begins so", () => {
    expect(names("data")).toEqual(["datasets", "Show the data"]);
  });
});
