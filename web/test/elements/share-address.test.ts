import { expect, test } from "vitest";

import { shareAddress, sharePath } from "../../src/elements/share-address";

test("a share's address within the page leads to the share, and no other address anywhere", () => {
  expect(sharePath(shareAddress("XrrG-_e1F"))).toBe("/s/XrrG-_e1F");
  for (const hash of ["", "#/c/x", "#/s/", "#/s//evil.example", "#/s/a/../../api", "#/s/a?b"]) expect(sharePath(hash)).toBe("");
});
