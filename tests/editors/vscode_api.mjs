// Runs vscode_api_suite.cjs inside the extension host of a real VS Code:  vscode_api.mjs PYTHON EXTENSION
// EXTENSION is a folder with what is in the package.

import path from "node:path";

import { openFolder } from "./vscode_host.mjs";

const [python, extension] = process.argv.slice(2);
const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const vscode = await openFolder({
  files: { "empty.txt": "" },
  settings: { "finetooth.select": ["SYN", "FMT", "FEN"], "finetooth.showNotifications": "onError" },
  machine: { "finetooth.interpreter": python },
  suite: path.join(here, "vscode_api_suite.cjs"),
  extension,
});
try {
  const { code, output } = await vscode.finished;
  console.log(output.trimEnd());
  process.exitCode = code === 0 && / passed, 0 failed$/.test(output.trimEnd()) ? 0 : 1;
  if (process.exitCode !== 0) console.error(vscode.log().slice(-4000));
} catch (error) {
  console.error(String(error));
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
} finally {
  await vscode.close();
}
