import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { edited, shown } from "../src/text/view";

describe("what an editor shows of a text", () => {
  test("is the text, where it can be", () => {
    assert.equal(shown("# Titel\n\nÄ 漢 😀\ttab\n"), "# Titel\n\nÄ 漢 😀\ttab\n");
  });

  test("has stand-ins for what no editor holds", () => {
    assert.equal(shown("\ufeffa\r\nb\rc\u0000d\u2028e\ud83df"), "a\nb\nc\u2400d\u2424e\ufffdf");
  });
});

describe("an edit of what is shown", () => {
  test("that changes nothing leaves every unit as it was", () => {
    for (const text of ["", "\ufeff", "a\r\nb\rc\n", "\u0000\ud83d\u2028", "plain"]) {
      assert.equal(edited(text, shown(text)), text);
      assert.equal(edited(text, shown(text).replaceAll("\n", "\r\n")), text);
    }
  });

  test("leaves what it does not touch", () => {
    const text = "\ufeffone\r\ntwo\u0000\ud83d\nthree\r";
    assert.equal(edited(text, shown(text).replace("two", "2")), text.replace("two", "2"));
    assert.equal(edited(text, `${shown(text)}!`), `${text}!`);
    assert.equal(edited(text, `>${shown(text)}`), text.replace("one", ">one"));
    assert.equal(edited(text, ""), "\ufeff");
  });

  test("writes new lines as the text does", () => {
    assert.equal(edited("a\r\nb", "a\nnew\nb"), "a\r\nnew\r\nb");
    assert.equal(edited("a\nb", "a\r\nnew\r\nb"), "a\nnew\nb");
    assert.equal(edited("ab", "a\nb"), "a\nb");
    assert.equal(edited("a\r\nb\nc", "a\nb\nc\nd"), "a\r\nb\nc\nd");
  });

  test("takes a stand-in out as a whole", () => {
    assert.equal(edited("a\r\nb", "ab"), "ab");
    assert.equal(edited("a\ud83db", "ab"), "ab");
  });

  test("a picture that was in the text itself stays what it is", () => {
    assert.equal(edited("\u2400 \u0000", "\u2400 \u2400!"), "\u2400 \u0000!");
  });
});
