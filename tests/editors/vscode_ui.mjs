// What a person sees and does in a real VS Code, with the packaged extension and the real server:
//     vscode_ui.mjs PYTHON VSIX [SCREENSHOTS]
// PYTHON is an interpreter that has Finetooth. Before it: vscode_setup.sh.

import assert from "node:assert/strict";

import { openFolder, run, until } from "./vscode_host.mjs";

const [python, vsix, screenshots] = process.argv.slice(2);

const record = (role, text) =>
  JSON.stringify({ messages: [{ role: "user", content: text }, { role, content: "Certainly. 2 and 2 is 4." }] });
const files = {
  // A role with a near one (safe fix), behind an emoji and CJK in UTF-16; a blank line (safe fix).
  "roles.jsonl": [record("assistant", "What is 2 + 2?"), record("asistant", "😀 二加二等于几？"), "", ""].join("\n"),
  // The finding is behind column 10,000, where VS Code draws nothing unless lines are wrapped.
  "long.jsonl": `${record("asistant", "Add these: ".padEnd(12_000, "2 + "))}\n`,
  // A raw line separator in a string: VS Code would offer to remove it.
  "separator.jsonl": `${record("assistant", "one\u2028two")}\n`,
  // Settings of a run, and YAML that is none: only the first is sent to the server.
  "run.yaml": "base_model: org/model\ndatasets: [{path: roles.jsonl, type: chat_template}]\nsequence_len: 64\nlearning_rat: 0.5\n",
  "plain.yaml": "model: org/model\nlearning_rat: 0.5\n",
};

const squiggle = ".monaco-editor .cdr[class*='squiggly-']";
const settings = { "finetooth.ignore": ["SIZ", "TOK"] }; // small files, and one long text
const machine = { "finetooth.interpreter": python };
const vscode = await openFolder({ vsix, files, settings, machine, screenshots });
const { page } = vscode;
await run(vscode, async (say) => {
  await vscode.open("roles.jsonl");
  await page.waitForSelector(squiggle, { state: "attached" });
  await page.keyboard.press("Control+Shift+KeyM");
  const found = await until(async () => {
    const rows = await vscode.problems();
    return rows.some((row) => row.includes("FMT006")) && rows.some((row) => row.includes("SYN003")) && rows;
  }, "FMT006 and SYN003 in the Problems panel");
  await vscode.screenshot("1-problems");
  say(`findings: ${found.join(" · ")}`);
  assert.equal(new Set(found).size, found.length, "nothing is shown twice, as it would be if diagnostics were pulled and pushed");

  // The server asks VS Code to watch config files and settings: either shows at once, without an edit.
  const shows = (...codes) => async () => {
    const rows = await vscode.problems();
    return rows.length === codes.length && codes.every((code) => rows.some((row) => row.includes(code)));
  };
  vscode.write("finetooth.toml", 'select = ["FMT"]\n');
  await until(shows("FMT006"), "a new finetooth.toml is read");
  vscode.write("finetooth.toml", "");
  await until(shows("FMT006", "SYN003"), "an edited finetooth.toml is read");
  vscode.write(".vscode/settings.json", JSON.stringify({ "finetooth.select": ["SYN"] }));
  await until(shows("SYN003"), "a changed setting is sent");
  vscode.write(".vscode/settings.json", "{}");
  await until(shows("FMT006", "SYN003"), "a setting taken back is sent");
  say("config file and settings are watched");

  const drawn = await page.locator(".monaco-editor .cdr.squiggly-error").first().boundingBox();
  await page.mouse.move(drawn.x + drawn.width / 2, drawn.y + drawn.height / 2, { steps: 4 });
  const hover = page.locator(".monaco-hover:not(.hidden)", { hasText: "value-not-allowed" });
  await hover.waitFor();
  assert.match(await hover.innerText(), /Why it matters/);
  await vscode.screenshot("2-hover");
  await page.mouse.move(drawn.x, drawn.y + 200);
  say("hover shows the rule");

  await page.locator(".monaco-editor .view-line").first().click();
  await page.keyboard.press("F8");
  await page.locator(".monaco-editor .marker-widget").waitFor();
  await vscode.screenshot("2-next-problem");
  await page.keyboard.press("Control+Period");
  await page.locator(".action-widget .monaco-list-row", { hasText: "assistant" }).first().waitFor();
  await vscode.screenshot("3-quick-fix");
  await page.keyboard.press("Enter");
  await until(async () => !(await vscode.problems()).some((row) => row.includes("FMT006")), "the quick fix removes the finding");
  await page.keyboard.press("Control+KeyS");
  const repaired = files["roles.jsonl"].replace('"asistant"', '"assistant"');
  await until(() => vscode.read("roles.jsonl") === repaired, "the saved file is repaired, and otherwise the same");
  say("quick fix applied and saved");

  await vscode.command("Finetooth: Fix All Safely Fixable Problems");
  await until(async () => (await vscode.problems()).length === 0, "Fix All leaves nothing to fix");
  await page.keyboard.press("Control+KeyS");
  await until(() => vscode.read("roles.jsonl") === repaired.trimEnd() + "\n", "the blank line is gone");
  await vscode.screenshot("4-all-fixed");
  say("Fix All applied and saved");

  vscode.write(".vscode/settings.json", JSON.stringify({ "[jsonl]": { "editor.codeActionsOnSave": { "source.fixAll.finetooth": "explicit" } } }));
  await vscode.goTo(2, 999); // its end: the key would stop where the line is wrapped
  await page.keyboard.press("Enter");
  await page.keyboard.type(record("asistant", "On save?"));
  await until(async () => (await vscode.problems()).some((row) => row.includes("FMT006")), "what is typed is checked");
  await vscode.screenshot("4-before-save");
  await page.keyboard.press("Control+KeyS");
  await until(() => vscode.read("roles.jsonl") === `${repaired.trimEnd()}\n${record("assistant", "On save?")}\n`, "saving repairs");
  await vscode.screenshot("4-fixed-on-save");
  vscode.write(".vscode/settings.json", "{}");
  say("repaired on save");

  await vscode.open("long.jsonl");
  await until(async () => (await vscode.problems()).length > 0, "a finding in the long line");
  await page.locator(".monaco-editor .view-line").first().click();
  await page.keyboard.press("F8");
  await page.waitForSelector(squiggle, { state: "visible" });
  await vscode.screenshot("5-long-line");
  say(`drawn behind column 10,000: ${(await vscode.problems()).join(" · ")}`);

  await vscode.open("separator.jsonl");
  await page.locator(".monaco-editor .view-line").first().click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" ");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Control+KeyS");
  await page.waitForTimeout(500);
  await vscode.screenshot("6-separator");
  assert.equal(await page.locator(".monaco-dialog-box").count(), 0, "VS Code does not ask to remove U+2028");
  assert.equal(vscode.read("separator.jsonl"), files["separator.jsonl"]);
  say("U+2028 is kept");

  await vscode.open("plain.yaml");
  await page.locator(".monaco-editor .view-line").first().click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("base_");
  await page.waitForTimeout(1_000);
  assert.ok((await vscode.problems()).every((row) => !row.includes("HYP")), "half of a settings file is none");
  await vscode.open("run.yaml");
  const shown = await until(async () => {
    const rows = await vscode.problems();
    return rows.some((row) => row.includes("HYP007")) && rows;
  }, "a slip in a trainer's settings");
  assert.equal(shown.filter((row) => row.includes("HYP007")).length, 1, "and it is shown once");
  await page.locator(".monaco-editor .view-line").first().click();
  await page.keyboard.press("Control+Home");
  for (let line = 1; line < 4; line++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Control+Period");
  await page.locator(".action-widget .monaco-list-row", { hasText: "learning_rate" }).first().waitFor();
  await page.keyboard.press("Enter");
  await until(async () => (await vscode.problems()).some((row) => row.includes("HYP001")), "now the rate is judged");
  await vscode.screenshot("7-settings");
  say("settings of a run are judged as they are typed");

  assert.match(vscode.log(), /Connected to finetooth \d/);
});
