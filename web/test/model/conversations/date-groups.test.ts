import { describe, expect, it } from "vitest";

import { dateGroups, sharedTitles, timeText } from "../../../src/model/conversations/date-groups";

const now = new Date(2026, 2, 30, 0, 30);
const at = (title: string, ...when: [number, number, number, number?]) => ({
  id: title,
  title,
  running: false,
  updatedAt: new Date(...when).getTime(),
});

describe("the list of conversations", () => {
  it("stands under days, the latest first", () => {
    const listed = [
      at("a", 2026, 2, 30), at("b", 2026, 2, 29, 23), at("c", 2026, 2, 24), at("d", 2026, 2, 2), at("e", 2026, 1, 1), at("f", 2025, 1, 1),
    ];
    const groups = dateGroups(listed, now).map(({ name, conversations }) => [name, conversations.map(({ id }) => id).join()]);
    expect(groups).toEqual([
      ["Today", "a"], ["Yesterday", "b"], ["Last 7 days", "c"], ["Last 30 days", "d"], ["February 2026", "e"], ["February 2025", "f"],
    ]);
  });

  it("tells by the time which one is meant where titles are the same", () => {
    expect([...sharedTitles([at("a", 2026, 1, 1), at("b", 2026, 1, 1), at("a", 2026, 1, 2)])]).toEqual(["a"]);
    expect(timeText(new Date(2026, 2, 30, 0, 5).getTime(), now)).toBe("00:05");
    expect(timeText(new Date(2026, 2, 3, 14, 5).getTime(), now)).toBe("3 Mar, 14:05");
  });
});
