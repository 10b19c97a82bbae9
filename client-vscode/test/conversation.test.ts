import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { type Conversation, conversationHtml, escapeHtml, textHtml, type Turn } from "../src/preview/conversation";
import { page } from "../src/preview/page";

const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 9 } };
const turn = (changes: Partial<Turn>): Turn => ({
  role: "user",
  written: "user",
  name: null,
  trained: false,
  refusal: false,
  texts: [],
  reasoning: [],
  calls: [],
  media: [],
  answers: null,
  range,
  ...changes,
});
const conversation = (changes: Partial<Conversation>): Conversation => ({
  format: "openai-chat",
  title: "OpenAI chat",
  kind: "supervised",
  range,
  turns: [],
  answerFrom: 0,
  rejected: [],
  rejectedFrom: 0,
  left: 0,
  label: null,
  media: [],
  tools: [],
  ...changes,
});

const EVIL = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;\u0000\ud800`;

describe("the page", () => {
  test("escapes whatever a record says, wherever it says it", () => {
    const everywhere = turn({
      role: EVIL,
      written: EVIL,
      name: EVIL,
      texts: [EVIL, `\`\`\`${EVIL.replaceAll("`", "")}\n${EVIL}\n\`\`\``, `\`${EVIL}\``],
      reasoning: [EVIL],
      calls: [{ name: EVIL, id: EVIL, arguments: EVIL }],
      media: [EVIL],
      answers: EVIL,
    });
    const html = conversationHtml(
      conversation({ title: EVIL, turns: [everywhere], rejected: [everywhere], media: [EVIL], tools: [{ name: EVIL, description: EVIL }] }),
      [{ severity: "error", message: EVIL, code: EVIL }],
    );
    assert.doesNotMatch(html, /<script|<img|onerror='|\u0000|\ud800(?![\udc00-\udfff])/);
    // What is left of tags are ours alone, and no attribute of them holds a quote of the data's.
    for (const [tag] of html.matchAll(/<[^>]*>/g)) {
      assert.match(tag, /^<\/?(p|ul|li|span|article|header|button|details|summary|div|pre|code|section|h2|dl|dt|dd)( (class|type|data-do|data-turn|title|open)(="[\w -]*")?)*>$/);
    }
    assert.ok(html.includes(escapeHtml(EVIL)));
  });

  test("allows no script but its own, and loads nothing", () => {
    const html = page("abc+/=");
    const policy = /content="([^"]+)"/.exec(html)?.[1];
    assert.equal(policy, "default-src 'none'; style-src 'nonce-abc+/='; script-src 'nonce-abc+/='; base-uri 'none'; form-action 'none'");
    assert.equal(html.match(/<script/g)?.length, 1);
    assert.doesNotMatch(html, /https?:|src=|href=|\son\w+=| style="/);
  });
});

describe("a text", () => {
  test("has its code set apart, by CommonMark's rules", () => {
    assert.equal(
      textHtml("Do:\n\n```python\nprint(1)\n```\nDone."),
      '<p class="text">Do:</p><div class="code"><span class="language">python</span><pre><code>print(1)</code></pre></div><p class="text">Done.</p>',
    );
    assert.match(textHtml("~~~~\n```\n~~~\n~~~~"), /<code>```\n~~~<\/code>/);
    assert.match(textHtml("  ```\n  a\n   b\n  ```"), /<code>a\n b<\/code>/);
    assert.doesNotMatch(textHtml("    ```\nno block"), /<pre>/);
    assert.doesNotMatch(textHtml("```a`b\nno block"), /<pre>/);
  });

  test("says that a block is never closed", () => {
    assert.match(textHtml("```\na\n``"), /never closed/);
    assert.match(textHtml("```\na\n```x"), /never closed/);
    assert.doesNotMatch(textHtml("```\na\n```  "), /never closed/);
  });

  test("keeps its lines, and marks code in them", () => {
    assert.equal(textHtml("a\n  b `c<` d"), '<p class="text">a\n  b <code>c&lt;</code> d</p>');
    assert.equal(textHtml(" \n "), "");
  });
});

describe("a record", () => {
  test("shows roles, calls, results, what is learnt", () => {
    const html = conversationHtml(
      conversation({
        turns: [
          turn({ texts: ["Weather?"] }),
          turn({ role: "assistant", written: "gpt", trained: true, calls: [{ name: "weather", id: "c1", arguments: '{\n  "city": "Rome"\n}' }] }),
          turn({ role: "tool", written: "tool", answers: "c1", texts: ["sunny"] }),
        ],
      }),
      [],
    );
    assert.match(html, /data-turn="1"[^]*gpt[^]*learnt[^]*weather[^]*&quot;city&quot;/);
    assert.match(html, /answers c1/);
    assert.match(html, /3 turns/);
  });

  test("with two answers shows both beside each other", () => {
    const html = conversationHtml(
      conversation({ turns: [turn({ texts: ["Hi"] }), turn({ role: "assistant", texts: ["Hello"] })], answerFrom: 1, rejected: [turn({ role: "assistant", texts: ["No"] })] }),
      [],
    );
    assert.match(html, /Chosen<\/h2><article[^]*Hello[^]*Rejected<\/h2><article[^>]*data-turn="r0"[^]*No/);
  });

  test("without turns says so", () => {
    assert.match(conversationHtml(conversation({}), []), /no turns/);
    assert.match(conversationHtml(conversation({ turns: [turn({})] }), []), /no content/);
  });
});
