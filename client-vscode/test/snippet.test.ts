import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { FIRST_RECORDS, snippetLike } from "../src/records/snippet";

/** What is inserted when every place is left as it is. */
function filled(snippet: string): unknown {
  const plain = snippet.replace(/\$\{\d+:((?:\\.|[^\\}])*)\}/g, (_, preset: string) => preset).replace(/\\([\\$}])/g, "$1");
  return JSON.parse(plain);
}

describe("a new record", () => {
  test("has one turn of each speaker, and the same system prompt", () => {
    const record = {
      messages: [
        { role: "system", content: 'Say "$x} \\ {"' },
        { role: "user", content: "Hi" },
        { role: "assistant", content: "", tool_calls: [{ id: "1" }] },
        { role: "tool", content: "no" },
        { role: "assistant", content: "Hello" },
        { role: "user", content: "Bye" },
      ],
    };
    const snippet = snippetLike(record);
    assert.deepEqual(filled(snippet), {
      messages: [record.messages[0], { role: "user", content: "content" }, { role: "assistant", content: "content" }],
    });
    assert.equal(snippet.match(/\$\{\d+:/g)?.length, 3);
    assert.doesNotMatch(snippet, /\n/);
  });

  test("of another format has that format's keys", () => {
    assert.deepEqual(filled(snippetLike({ prompt: "a", completion: "b", weight: 1, ok: null })), {
      prompt: "prompt",
      completion: "completion",
      weight: 1,
      ok: null,
    });
    const sharegpt = { conversations: [{ from: "human", value: "a" }, { from: "gpt", value: "b" }, { from: "human", value: "c" }] };
    assert.deepEqual(filled(snippetLike(sharegpt)), {
      conversations: [{ from: "human", value: "value" }, { from: "gpt", value: "value" }],
    });
  });

  test("has spaces as its neighbours have", () => {
    assert.equal(snippetLike({ prompt: "a", ok: [1, 2] }, false), '{"prompt":"${1:prompt}","ok":[1,2]}');
    assert.equal(snippetLike({ prompt: "a", ok: [1, 2] }, true), '{"prompt": "${1:prompt}", "ok": [1, 2]}');
  });

  test("keeps the tools", () => {
    const tools = [{ type: "function", function: { name: "f", description: "costs $5 {a}" } }];
    assert.deepEqual((filled(snippetLike({ messages: [], tools })) as { tools: unknown }).tools, tools);
  });

  test("of a list of texts has some", () => {
    assert.deepEqual(filled(snippetLike({ answers: ["a", "b", "c", "d", "e", "f"] })), { answers: Array(4).fill("answers") });
  });

  test("that is the first of a file is valid", () => {
    for (const { record } of FIRST_RECORDS) assert.deepEqual(Object.keys(filled(snippetLike(record)) as object), Object.keys(record as object));
  });
});
