// The whole file in a real VS Code: tokens behind records, the line above the first, the report, checks of a folder.
//     vscode_overview.mjs PYTHON VSIX [SCREENSHOTS]

import assert from "node:assert/strict";

import { openFolder, run, until } from "./vscode_host.mjs";

const [python, vsix, screenshots] = process.argv.slice(2);
const chat = (question, answer, role = "assistant") => JSON.stringify({ messages: [{ role: "user", content: question }, { role, content: answer }] });
const rows = Array.from({ length: 24 }, (_, n) => chat(`What is ${n} + ${n}, and why is that so?`, `It is ${2 * n}, as ${n} and ${n} make ${2 * n}.`));
const EVIL = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>";
const files = {
  "train.jsonl": `${[...rows, rows[3], chat(EVIL, "No."), chat("Bye", "Bye", "asistant")].join("\n")}\n`,
  "more/valid.jsonl": `${chat("Good?", "Good.")}\n${chat("Bad?", "Bad.", "asistant")}\n`,
};
const settings = { "finetooth.ignore": ["TSK"], "workbench.colorTheme": "Default Light Modern" };
const vscode = await openFolder({ vsix, files, settings, machine: { "finetooth.interpreter": python }, screenshots });
const { page } = vscode;
await run(vscode, async (say) => {
  await vscode.open("train.jsonl");
  const hint = page.locator('.monaco-editor .view-line span[class*="dyn-rule"], .monaco-editor .view-line [class*="ced-"]', { hasText: /tokens?/ });
  await until(async () => (await page.locator(".monaco-editor .view-lines").innerText()).match(/\d+\s*tokens?/), "tokens behind the records");
  const lens = page.locator(".monaco-editor .codelens-decoration a", { hasText: "27 rows" });
  await lens.waitFor();
  const item = page.locator('.statusbar-item[id*="finetooth"]', { hasText: "tokens" });
  await item.filter({ hasText: "27 rows" }).waitFor();
  await vscode.screenshot("overview-1-hints");
  say(`above the first line: ${await lens.innerText()}; status bar: ${(await item.innerText()).replace(/\s+/g, " ")}; ${await hint.count()} hints`);

  await lens.click();
  let report = await vscode.webview("#overview");
  await report.locator("#findings").waitFor();
  assert.equal(await report.locator("main img, main script:not([type='application/json'])").count(), 0, "data is text, whatever it says");
  assert.notEqual(await report.locator("html").evaluate(() => document.title), "taken");
  assert.equal(await report.locator("html").evaluate((root) => root.dataset.theme), "light", "the page follows the window's theme");
  const about = (frame) => frame.locator("#findings").innerText();
  assert.match(await about(report), /FMT006|value-not-allowed/);
  await vscode.screenshot("report-1");
  say("a click opens the report");

  // It follows the file as it is saved.
  await page.locator(".monaco-editor .view-line").first().click();
  await vscode.command("Finetooth: Fix All Safely Fixable Problems");
  await page.locator('.tab[aria-label*="as last saved"], .tab', { hasText: "as last saved" }).first().waitFor();
  await page.keyboard.press("Control+KeyS");
  await until(async () => {
    report = await vscode.webview("#overview");
    return !/FMT006|value-not-allowed/.test(await about(report).catch(() => "FMT006"));
  }, "the report without what was repaired");
  await vscode.screenshot("report-2-after-save");
  say("it is made anew at saving");

  vscode.write(".vscode/settings.json", JSON.stringify({ "workbench.colorTheme": "Default Dark Modern" }));
  await until(async () => (await (await vscode.webview("#overview")).locator("html").evaluate((root) => root.dataset.theme).catch(() => "")) === "dark", "the page in the dark");
  await vscode.screenshot("report-3-dark");
  say("it follows the theme");

  await vscode.command("Finetooth: Check All Datasets in the Folder");
  const told = page.locator(".notification-toast", { hasText: "records" });
  await told.waitFor();
  say(`the folder: ${(await told.locator(".notification-list-item-message").innerText()).trim()}`);
  await told.locator(".monaco-button", { hasText: "Show problems" }).click();
  await until(async () => (await vscode.problems()).some((row) => row.includes("FMT006")), "the finding of a file that is not open");
  await vscode.screenshot("folder");
});
