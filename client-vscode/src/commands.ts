// The commands of the palette.

import * as vscode from "vscode";

import type { Server } from "./server";

/** Registers the commands that package.json contributes. */
export function registerCommands(server: Server, log: vscode.LogOutputChannel): vscode.Disposable[] {
  return [
    vscode.commands.registerCommand("finetooth.restart", () => server.restart()),
    vscode.commands.registerCommand("finetooth.showLog", () => log.show()),
    vscode.commands.registerCommand("finetooth.fixAll", fixAll),
  ];
}

/** Applies the server's one `source.fixAll.finetooth` action. VS Code says so itself when there is nothing to fix. */
function fixAll(): Thenable<unknown> {
  return vscode.commands.executeCommand("editor.action.codeAction", { kind: "source.fixAll.finetooth", apply: "first" });
}
