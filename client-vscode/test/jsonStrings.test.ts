import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { applied, decode, difference, encode, isAsciiStyle, rewrite, stringAt, stringsOf } from "../src/text/jsonStrings";

/** Numbers that look like chance and are the same in every run. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const UNITS = ["a", "é", "漢", "😀", "\n", "\r", "\t", '"', "\\", "/", "\u0000", "\u001f", "\u007f", "\u2028", "\ud83d", "\ude00", " ", "\ufeff"];

function someText(roll: (below: number) => number): string {
  return Array.from({ length: roll(12) }, () => UNITS[roll(UNITS.length)]).join("");
}

/** A text as some writer of JSON might spell it: any mixture of raw characters and escapes. */
function spelt(text: string, roll: (below: number) => number): string {
  return Array.from({ length: text.length }, (_, at) => {
    const unit = text[at]!;
    if (roll(3) === 0) return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
    return unit === "/" && roll(2) === 0 ? "\\/" : encode(unit === "\u2028" ? "" : /[\ud800-\udfff]/.test(unit) ? "" : unit) || unit;
  }).join("");
}

describe("the string at a place", () => {
  const line = '{"messages": [{"role": "user", "content": "a \\"b\\" \\\\"}, {"x" : ""}]}';
  const at = (text: string, more = 0) => stringAt(line, line.indexOf(text) + more);
  const written = (text: string, more = 0) => {
    const found = at(text, more);
    return found && line.slice(found.start, found.end);
  };

  test("from its first quote to behind its last", () => {
    assert.equal(written('"user"'), "user");
    assert.equal(written('"user"', 6), "user");
    assert.equal(written(', "content"'), "user"); // the caret behind the quote
    assert.equal(written(', "content"', 1), undefined);
    assert.equal(written('b\\"'), 'a \\"b\\" \\\\');
  });

  test("keys are told from values", () => {
    assert.equal(at('"role"')?.isKey, true);
    assert.equal(at('"user"')?.isKey, false);
    assert.equal(at('"x" :')?.isKey, true);
  });

  test("an empty string is a place too", () => {
    assert.deepEqual(at('""', 1), { start: line.indexOf('""') + 1, end: line.indexOf('""') + 1, isKey: false });
  });

  test("outside, and where the closing quote is missing, there is none", () => {
    assert.equal(stringAt(line, 0), undefined);
    assert.equal(stringAt('{"a": "open', 8), undefined);
    assert.equal(stringAt('{"a": "open \\"', 8), undefined);
    assert.equal(stringAt("", 0), undefined);
  });

  test("a broken record still has its strings", () => {
    const broken = '{"a": [, "text"}}}, x "more"';
    assert.deepEqual(
      [...stringsOf(broken)].map(({ start, end }) => broken.slice(start, end)),
      ["a", "text", "more"],
    );
  });
});

describe("reading", () => {
  test("every escape", () => {
    assert.equal(decode('\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00')?.text, '"\\/\b\f\n\r\té😀');
  });

  test("what JSON does not allow is not guessed at", () => {
    for (const raw of ["\\x", "\\u12", "\\u12G4", "\\", '"', "\n", "\t", "\\ud83d\\u"]) assert.equal(decode(raw), undefined, raw);
  });

  test("each unit knows where it is written", () => {
    const { text, at } = decode("a\\n\\u00e9😀z")!;
    assert.equal(text, "a\né😀z");
    assert.deepEqual([...at], [0, 1, 3, 9, 10, 11, 12]);
  });

  test("as JSON.parse reads it, whatever the spelling", () => {
    const roll = dice(1);
    for (let round = 0; round < 3000; round++) {
      const text = someText(roll);
      const raw = spelt(text, roll);
      assert.equal(decode(raw)?.text, JSON.parse(`"${raw}"`));
      assert.equal(decode(raw)?.text, text);
    }
  });
});

describe("writing", () => {
  test("is read back the same by JSON.parse, and holds no half of a pair", () => {
    const roll = dice(2);
    for (let round = 0; round < 3000; round++) {
      const text = someText(roll);
      for (const ascii of [false, true]) {
        const raw = encode(text, ascii);
        assert.equal(JSON.parse(`"${raw}"`), text);
        assert.doesNotMatch(raw, /[\u0000-\u001f\u2028\u2029]/);
        assert.equal(Buffer.from(raw, "utf8").toString("utf8"), raw); // as a file has it
        if (ascii) assert.match(raw, /^[\u0020-\u007e]*$/);
      }
    }
  });

  test("follows a line that is ASCII alone", () => {
    assert.equal(isAsciiStyle('{"a": "\\u00e9"}'), true);
    assert.equal(isAsciiStyle('{"a": "é \\u00e9"}'), false);
    assert.equal(isAsciiStyle('{"a": "plain \\u0000 \\n"}'), false);
  });
});

describe("rewriting", () => {
  test("changes only what changed", () => {
    const raw = "caf\\u00e9 \\/ one\\ntwo";
    const change = rewrite(raw, "café / one\nthree");
    assert.deepEqual(change, { start: raw.indexOf("two") + 1, end: raw.length, text: "hree" });
    assert.equal(rewrite(raw, "café / one\ntwo"), undefined);
  });

  test("cuts no pair in two", () => {
    assert.deepEqual(difference("a😀b", "a😁b"), { start: 1, end: 3, text: "😁" });
    assert.deepEqual(rewrite("\\ud83d\\ude00", "😁"), { start: 0, end: 12, text: "😁" });
  });

  test("mends a string that is written wrongly", () => {
    assert.deepEqual(rewrite("C:\\x", "C:\\x"), { start: 0, end: 4, text: "C:\\\\x" });
  });

  test("says the new text afterwards, from any spelling", () => {
    const roll = dice(3);
    for (let round = 0; round < 5000; round++) {
      const [before, after] = [someText(roll), someText(roll)];
      const joined = before.slice(0, roll(before.length + 1)) + after + before.slice(roll(before.length + 1));
      const raw = spelt(before, roll);
      const change = rewrite(raw, joined, roll(2) === 0);
      const written = change === undefined ? raw : applied(raw, change);
      assert.equal(JSON.parse(`"${written}"`), joined, JSON.stringify([raw, joined]));
    }
  });
});
