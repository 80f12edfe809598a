import { expect, test } from "vitest";

import { givingText } from "../../../src/model/catalog/own-files";

test("a file is said to be read once all of it has been sent", () => {
  expect(givingText("cats.csv", 0)).toBe("Sending cats.csv, 0 %");
  expect(givingText("cats.csv", 0.999)).toBe("Sending cats.csv, 99 %");
  expect(givingText("cats.csv", 1)).toBe("Reading cats.csv");
});
