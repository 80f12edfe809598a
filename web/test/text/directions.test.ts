import { expect, test } from "vitest";

import { directionRuns } from "../../src/text/directions";

test("what runs from right to left in a statement stands alone", () => {
  expect(directionRuns(`select 1 as "مجموع", 2`)).toEqual([`select 1 as "`, "مجموع", `", 2`]);
  expect(directionRuns("where city = 'ירושלים' and n > 1")).toEqual(["where city = '", "ירושלים", "' and n > 1"]);
  expect(directionRuns("select 'Zürich 🇨🇭 東京'")).toEqual(["select 'Zürich 🇨🇭 東京'"]);
});
