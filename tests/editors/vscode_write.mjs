// Writing in a real VS Code: a text as Markdown, the preview of a conversation, from record to record, the report.
//     vscode_write.mjs PYTHON VSIX [SCREENSHOTS]

import assert from "node:assert/strict";

import { openFolder, run, until } from "./vscode_host.mjs";

const [python, vsix, screenshots] = process.argv.slice(2);

const chat = (...texts) =>
  JSON.stringify({ messages: texts.map((content, at) => ({ role: at % 2 === 0 ? "user" : "assistant", content })) });
const answer = "Use a loop:\n\n```python\nfor n in range(3):\n    print(\"n\\t=\", n)\n```\n\nThat is all. 漢字 😀";
const records = [
  chat("What is 2 + 2?", "4"),
  chat("😀 How do I count to three?", answer),
  chat("<script>document.title = 'taken'</script><img src=x onerror=alert(1)>", "I would rather not."),
];
const files = { "train.jsonl": `${records.join("\n")}\n`, "other.jsonl": `${records[0]}\n` };

const settings = { "finetooth.select": ["SYN", "FMT", "FEN"], "files.insertFinalNewline": true, "files.trimTrailingWhitespace": true };
const vscode = await openFolder({ vsix, files, settings, machine: { "finetooth.interpreter": python }, screenshots });
const { page, keys } = vscode;
const texts = '.tab.active[data-resource-name*="content · train.jsonl"]';
/** The second record's answer in a file that may not be JSON for a moment. */
const answerIn = (text) => JSON.parse(text.split("\n").find((line) => line.includes("three")) ?? "{}").messages?.[1].content;

await run(vscode, async (say) => {
  await vscode.open("train.jsonl");
  await page.locator(".monaco-editor .view-line").first().waitFor();

  // -- a text as Markdown: into the answer of the second record ---------------------------------------------
  await vscode.goTo(2, records[1].indexOf("Use a loop") + 3);
  await keys("Control+Alt+KeyM");
  await page.waitForSelector(texts);
  await until(() => vscode.shows("for n in range(3):"), "the text is shown with real lines");
  await until(() => vscode.shows('print("n\\t=", n)'), "and its own backslashes");
  await vscode.screenshot("write-1-as-markdown");
  say("the text is open as Markdown");

  await keys("Control+End", "Enter", "Enter");
  await page.keyboard.type('He said "no\\n".   ', { delay: 5 });
  const wanted = `${answer}\n\nHe said "no\\n".   `;
  await vscode.screenshot("write-2-typing");
  await until(async () => (await vscode.dirty()).includes("train.jsonl"), "typing changes the record at once");
  await until(async () => !(await vscode.dirty()).some((name) => name.includes("content ·")), "and there is nothing to save in the text itself");
  await keys("Control+KeyS");
  await until(() => answerIn(vscode.read("train.jsonl")) === wanted, "saving the text saves the file");
  const expected = records.with(1, chat("😀 How do I count to three?", wanted));
  assert.equal(vscode.read("train.jsonl"), `${expected.join("\n")}\n`, "nothing else changed, no white space was trimmed, no line added");
  say("typed text is escaped into the record, and saved with it");

  // The record moves: a line above it goes, another comes.
  await page.locator('.tab[data-resource-name="train.jsonl"]').click();
  await keys("Control+Home", "Control+Shift+KeyK");
  await vscode.goTo(1, 1);
  await keys("Home", "Enter", "ArrowUp");
  await page.keyboard.type("{}");
  await page.locator('.tab[data-resource-name*="content · train.jsonl"]').click();
  await keys("Control+End");
  await page.keyboard.type("!");
  await keys("Control+KeyS");
  await until(() => answerIn(vscode.read("train.jsonl")) === `${wanted}!`, "the text followed its record");
  assert.equal(vscode.read("train.jsonl").split("\n")[0], "{}");
  say("the text follows when the record's line moves");

  // The other way: the record is edited, the text shows it.
  await page.locator('.tab[data-resource-name="train.jsonl"]').click();
  await vscode.goTo(2, vscode.read("train.jsonl").split("\n")[1].indexOf("Use a loop") + 1);
  await page.keyboard.type("First\\n\\n");
  await until(async () => (await vscode.linesOf(1)).includes("First"), "an edit of the record is in the text");
  await vscode.screenshot("write-3-two-ways");
  for (let n = 0; n < 12 && (await vscode.linesOf(1)).includes("First"); n++) {
    await keys("Control+KeyZ");
    await page.waitForTimeout(500); // one undo too many would take back more than was typed here
  }
  assert.ok(!(await vscode.linesOf(1)).includes("First"), "and so is that it is undone");
  say("an edit of the record is shown in the text");

  // The record goes, and its text with it.
  await vscode.goTo(2, 1);
  await keys("Control+Shift+KeyK");
  await until(async () => (await page.locator('.tab[data-resource-name*="content ·"]').count()) === 0, "the text is closed with its record");
  await keys("Control+KeyZ");
  await keys("Control+KeyS");
  say("a text is closed when its record is deleted");

  // -- preview of the conversation ----------------------------------------------------------------------------
  await vscode.closeOthers("train.jsonl");
  await vscode.goTo(2, 1);
  await keys("Control+KeyK", "KeyV");
  const chatView = await vscode.webview("article.turn");
  await chatView.locator("article.assistant pre code").waitFor();
  assert.match(await chatView.locator("article.assistant pre code").innerText(), /print\("n\\t=", n\)/);
  assert.equal(await chatView.locator("article").count(), 2);
  await vscode.screenshot("preview-1");
  await vscode.goTo(2, 1);
  await keys("Control+Alt+PageDown");
  await chatView.locator("article", { hasText: "I would rather not." }).waitFor();
  assert.equal(await chatView.locator("#main img, #main script").count(), 0, "data is text, whatever it says");
  assert.notEqual(await chatView.locator("html").evaluate(() => document.title), "taken");
  say("the preview follows from record to record");
  await vscode.goTo(3, files["train.jsonl"].split("\n")[2].indexOf("I would") + 1);
  await page.keyboard.type("Sorry, ");
  await chatView.locator("article", { hasText: "Sorry, I would rather not." }).waitFor();
  await vscode.screenshot("preview-2-live");
  say("and what is typed");
  await chatView.locator("article.assistant").hover();
  await chatView.locator("article.assistant button", { hasText: "Edit" }).click();
  await page.waitForSelector(texts);
  await vscode.screenshot("preview-3-edit");
  say("a turn of the preview opens as Markdown");

  // -- a new record -----------------------------------------------------------------------------------------------
  await vscode.closeOthers("train.jsonl");
  await vscode.goTo(3, 1);
  await vscode.command("Finetooth: Insert Record");
  await until(() => vscode.shows('"content":"content"'), "a record like the others");
  await page.keyboard.type("Why?");
  await keys("Tab");
  await page.keyboard.type("Because.");
  await keys("Escape", "Control+KeyS");
  await until(() => vscode.read("train.jsonl").includes(`\n${chat("Why?", "Because.")}\n`), "the new record is saved");
  await vscode.screenshot("insert-record");
  say("a record is inserted in the shape of its neighbours");

  const item = page.locator('.statusbar-item[id*="finetooth"]');
  await item.filter({ hasText: "4 rows" }).waitFor();
  say(`the status bar says: ${(await item.innerText()).replace(/\s+/g, " ")}`);
});
