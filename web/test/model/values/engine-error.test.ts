import { expect, it } from "vitest";

import { engineError } from "../../../src/model/values/engine-error";

it("an error's place stands apart from its words", () => {
  const place = "LINE 1: select count(*) frm flights\n                            ^^^^^^^";
  const error = `Parser Error: syntax error at or near "flights"\n\n${place}\nDid you mean FROM in place of frm?`;
  expect(engineError(error)).toEqual({
    words: 'Parser Error: syntax error at or near "flights"',
    place,
    further: "Did you mean FROM in place of frm?",
  });
});

it("an error without a place is words alone", () => {
  expect(engineError("The agent failed.")).toEqual({ words: "The agent failed.", place: "", further: "" });
});
