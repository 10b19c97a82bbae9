import assert from "node:assert/strict";
import { test } from "node:test";

import { merged } from "../src/text/merge";

test("two changes of a text are both kept, or told apart", () => {
  assert.equal(merged("one two three", "one two 3", "1 two three"), "1 two 3");
  assert.equal(merged("one two three", "1 two three", "one two 3"), "1 two 3");
  assert.equal(merged("a", "b", "a"), "b");
  assert.equal(merged("a", "a", "b"), "b");
  assert.equal(merged("a", "b", "b"), "b");
  assert.equal(merged("one two", "one 2", "one zwei"), undefined);
  assert.equal(merged("", "a", "b"), undefined);
  assert.equal(merged("ab", "axb", "ayb"), undefined); // at one place: who knows which comes first
});
