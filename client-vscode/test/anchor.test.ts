import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { found, movedBy, type Remembered } from "../src/text/anchor";

const text = '{"a": "one"}\n{"a": "two"}\n';
const two = { start: text.indexOf("two"), end: text.indexOf("two") + 3 };

/** Edits by what is replaced in the text: each as [what, by what]. */
function after(...edits: readonly [string, string][]): { text: string; at: ReturnType<typeof movedBy> } {
  let now = text;
  const done = edits.map(([what, by]) => {
    const edit = { rangeOffset: now.indexOf(what), rangeLength: what.length, text: by };
    now = now.slice(0, edit.rangeOffset) + by + now.slice(edit.rangeOffset + what.length);
    return edit;
  });
  return { text: now, at: movedBy(two, done) };
}

function says(result: ReturnType<typeof after>): string | undefined {
  return result.at && result.text.slice(result.at.start, result.at.end);
}

describe("a string while the document is edited", () => {
  test("follows edits before it, and heeds none behind it", () => {
    assert.equal(says(after(['{"a": "one"}\n', ""])), "two");
    assert.equal(says(after(["one", "one and a half"])), "two");
    assert.equal(says(after(['"}\n{"a": ', '"}\n\n{"a":'])), "two");
    const behind = after(["}\n", "}"]); // the first line's ending, then the end of the text
    assert.equal(says(behind), "two");
    assert.deepEqual(movedBy(two, [{ rangeOffset: two.end + 1, rangeLength: 2, text: "" }]), two);
  });

  test("grows and shrinks with edits inside it", () => {
    assert.equal(says(after(["two", "twenty-two"])), "twenty-two");
    assert.equal(says(after(["wo", ""])), "t");
    assert.deepEqual(movedBy(two, [{ rangeOffset: two.start, rangeLength: 0, text: "x" }]), { ...two, end: two.end + 1 });
    assert.deepEqual(movedBy(two, [{ rangeOffset: two.end, rangeLength: 0, text: "x" }]), { ...two, end: two.end + 1 });
  });

  test("is lost when a quote of it is taken", () => {
    assert.equal(after(['"two', "x"]).at, undefined);
    assert.equal(after(['two"', "x"]).at, undefined);
    assert.equal(after(['{"a": "two"}\n', ""]).at, undefined);
  });

  test("several edits at once", () => {
    assert.equal(says(after(["two", "TWO"], ["one", ""])), "TWO");
  });
});

describe("a string that was moved", () => {
  const was: Remembered = { line: '{"a": "two"}', column: 7, raw: "two", row: 1 };

  test("is found on an equal line, the nearest", () => {
    assert.deepEqual(found(was, ["x", "y", '{"a": "two"}', '{"a": "two"}']), { row: 2, column: 7 });
  });

  test("is found on a changed line, where it is the only one", () => {
    assert.deepEqual(found(was, ['{"id": 1, "a": "two"}']), undefined); // what is before it differs
    const long: Remembered = { line: '{"id": 1, "other_text": "q", "a": "two"}', column: 35, raw: "two", row: 0 };
    assert.deepEqual(found(long, ["", '{"id": 12, "other_text": "q", "a": "two"}']), { row: 1, column: 36 });
    assert.equal(found(long, ['{"id": 12, "other_text": "q", "a": "two"}', '{"id": 13, "other_text": "q", "a": "two"}']), undefined);
  });

  test("is gone", () => {
    assert.equal(found(was, ["", "x"]), undefined);
    assert.equal(found({ ...was, raw: "" }, ['{"a": "", "b": ""}']), undefined);
  });
});
