// A folder that is not trusted, in a real VS Code: it is checked, and nothing in it is run.
//     vscode_trust.mjs PYTHON VSIX [SCREENSHOTS]

import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import path from "node:path";

import { openFolder, run, until } from "./vscode_host.mjs";

const [python, vsix, screenshots] = process.argv.slice(2);
const EVIL = "#!/bin/sh\ntouch \"$(dirname \"$0\")/../ran\"\n";
const files = {
  "train.jsonl": '{"messages": [{"role": "user", "content": "Hi"}, {"role": "asistant", "content": "Please."}]}\n',
  "finetooth.toml": 'plugins = ["evil.py"]\nignore = ["SIZ"]\n',
  "evil.py": "from pathlib import Path\nPath(__file__).with_name('ran').write_text('x')\n",
  "bin/finetooth": EVIL,
  ".venv/bin/python": EVIL,
  ".vscode/settings.json": JSON.stringify({
    "finetooth.path": "${workspaceFolder}/bin/finetooth",
    "finetooth.interpreter": "${workspaceFolder}/.venv/bin/python",
    "finetooth.allowPlugins": true,
    "finetooth.package": "${workspaceFolder}/evil.whl",
    "finetooth.configuration": "evil.toml",
  }),
};
const settings = { "security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "never" };
const vscode = await openFolder({ vsix, files, settings, machine: { "finetooth.interpreter": python }, trust: true, screenshots });
const { page, keys } = vscode;
await run(vscode, async (say) => {
  for (const program of ["bin/finetooth", ".venv/bin/python"]) chmodSync(path.join(vscode.folder, program), 0o755);
  await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor();
  await vscode.open("train.jsonl");
  await keys("Control+Shift+KeyM");
  await until(async () => (await vscode.problems()).some((row) => row.includes("FMT006")), "the file is checked all the same");
  await vscode.command("Finetooth: Restart Server"); // now that the programs may be run
  await until(() => vscode.log().match(/Connected to finetooth/g)?.length === 2, "the server starts again");
  await vscode.screenshot("trust");
  assert.ok(!existsSync(path.join(vscode.folder, "ran")), "nothing of the folder was run");
  assert.ok(!vscode.log().includes(path.join(vscode.folder, "bin")), "and no program of it was looked at");
  say("a folder that is not trusted is checked, and nothing in it is run");
});
