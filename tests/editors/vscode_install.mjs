// A new user's way in a real VS Code: nothing is installed, one click installs, the first record is repaired.
//     vscode_install.mjs PYTHON WHEEL VSIX [SCREENSHOTS]
// PYTHON is an interpreter without Finetooth, WHEEL one of Finetooth; what it needs comes from pip's package index.

import assert from "node:assert/strict";
import path from "node:path";

import { openFolder, run, until } from "./vscode_host.mjs";

const [python, wheel, vsix, screenshots] = process.argv.slice(2);
const good = '{"messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": "4"}]}';
const files = { "train.jsonl": `${good}\n${good.replace("2 + 2", "3 + 3").replace('"assistant"', '"asistant"').replace('"4"', '"6"')}\n` };
// Programs of the system only: neither the tests' environment nor any other has Finetooth.
const env = { PATH: [path.dirname(python), "/usr/bin", "/bin"].join(path.delimiter), PYTHONPATH: "", VIRTUAL_ENV: "" };
const vscode = await openFolder({ vsix, files, machine: { "finetooth.package": "/nowhere/finetooth.whl" }, env, screenshots });
const { page, keys } = vscode;
page.setDefaultTimeout(240_000);
await run(vscode, async (say) => {
  await vscode.open("train.jsonl");
  say("a dataset is open");
  const offer = page.locator(".notification-toast", { hasText: "was not found" });
  await offer.waitFor();
  await vscode.screenshot("install-1-offer");
  say(`told: ${(await offer.locator(".notification-list-item-message").innerText()).trim()}`);

  // A wheel that is not there: the reason is said, with the log.
  await offer.getByRole("button", { name: "Install", exact: true }).click();
  const failure = page.locator(".notification-toast", { hasText: "could not be installed" });
  await failure.waitFor();
  await vscode.screenshot("install-2-failed");
  say(`a failure is told: ${(await failure.locator(".notification-list-item-message").innerText()).trim()}`);
  assert.match(vscode.log(), /\/nowhere\/finetooth\.whl/);
  await failure.locator(".codicon-notifications-clear").click();

  vscode.writeMachine({ "finetooth.package": wheel });
  await until(async () => {
    await vscode.command("Finetooth: Install the Server");
    await page.locator(".notification-toast", { hasText: "Installing Finetooth" }).waitFor();
    return true;
  }, "the installation begins");
  await vscode.screenshot("install-3-progress");
  await until(() => vscode.log().includes("Connected to finetooth"), "the server is installed and starts", 240_000);
  say("one click later the server runs");
  await keys("Control+Shift+KeyM");
  await until(async () => (await vscode.problems()).some((row) => row.includes("FMT006")), "the first finding");
  say("the first finding is shown");
  await vscode.goTo(2, 1);
  await keys("F8");
  await page.locator(".monaco-editor .marker-widget").waitFor();
  await keys("Control+Period");
  await page.locator(".action-widget .monaco-list-row", { hasText: "assistant" }).first().waitFor();
  await keys("Enter");
  await until(async () => !(await vscode.problems()).some((row) => row.includes("FMT006")), "it is repaired");
  await vscode.screenshot("install-4-repaired");
  await keys("Control+KeyS");
  await until(() => !vscode.read("train.jsonl").includes("asistant"), "and saved");
  say("the first record is repaired and saved");
  assert.match(vscode.log(), /Server from the extension's own environment/);
}, [/could not be installed/, /finetooth\.whl/]);
