// The commands of the palette.

import * as vscode from "vscode";

import { isDataset } from "./configuration";
import { lint } from "./folder";
import type { Installer } from "./install/installer";
import type { Preview } from "./preview/preview";
import { goToRecord, insertRecord } from "./records/records";
import type { Reports } from "./report";
import type { Server } from "./server";
import type { TextFiles } from "./text/textFiles";

/** What commands work with. */
export interface Parts {
  readonly server: Server;
  readonly log: vscode.LogOutputChannel;
  readonly installer: Installer;
  readonly texts: TextFiles;
  readonly preview: Preview;
  readonly reports: Reports;
}

/** Registers the commands that package.json contributes. */
export function registerCommands({ server, log, installer, texts, preview, reports }: Parts): vscode.Disposable[] {
  const register = vscode.commands.registerCommand;
  return [
    register("finetooth.restart", () => server.restart()),
    register("finetooth.showLog", () => log.show()),
    register("finetooth.showDebugInformation", showDebugInformation),
    register("finetooth.fixAll", fixAll),
    register("finetooth.newFile", newFile),
    register("finetooth.install", async () => {
      if (await installer.install()) await server.restart();
    }),
    register("finetooth.editText", () => withDataset((editor) => texts.open(editor.document, editor.selection.active))),
    register("finetooth.showRecord", () => inFront() && texts.showRecord(inFront()!)),
    register("finetooth.saveText", () => inFront() && texts.save(inFront()!)),
    register("finetooth.preview", () => withDataset((editor) => preview.open(editor))),
    register("finetooth.report", (uri?: vscode.Uri) => reportOf(reports, uri)),
    register("finetooth.nextRecord", (editor?: vscode.TextEditor) => withDataset((active) => goToRecord(server, active, 1), editor)),
    register("finetooth.previousRecord", (editor?: vscode.TextEditor) => withDataset((active) => goToRecord(server, active, -1), editor)),
    register("finetooth.insertRecord", () => withDataset((editor) => insertRecord(server, editor))),
    register("finetooth.checkFile", (uri?: vscode.Uri) => lint(server, log, uri ?? activeTab())),
    register("finetooth.checkFolder", (uri?: vscode.Uri) => lint(server, log, uri)),
  ];
}

function inFront(): vscode.Uri | undefined {
  return vscode.window.activeTextEditor?.document.uri;
}

/** An empty dataset, with the choice of a first record. */
async function newFile(): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: "jsonl" }));
  await vscode.commands.executeCommand("finetooth.insertRecord");
}

/** What to put into a report of a defect, as a document to be read before it is sent anywhere. The server registers its
 * own command while it runs. */
async function showDebugInformation(): Promise<void> {
  const known = await vscode.commands.getCommands(true);
  if (!known.includes("finetooth.debugInformation")) {
    void vscode.window.showInformationMessage("The Finetooth server is not running; its log says why.", "Show Log").then((chosen) => chosen && vscode.commands.executeCommand("finetooth.showLog"));
    return;
  }
  const content = String(await vscode.commands.executeCommand("finetooth.debugInformation"));
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content, language: "markdown" }));
}

/** Applies the server's one `source.fixAll.finetooth` action. VS Code says so itself when there is nothing to fix. */
function fixAll(): Thenable<unknown> {
  return vscode.commands.executeCommand("editor.action.codeAction", { kind: "source.fixAll.finetooth", apply: "first" });
}

function withDataset<T>(action: (editor: vscode.TextEditor) => T, editor = vscode.window.activeTextEditor): T | undefined {
  if (editor !== undefined && isDataset(editor.document)) return action(editor);
  void vscode.window.showInformationMessage("First open a dataset: a file with JSON Lines.");
  return undefined;
}

function reportOf(reports: Reports, uri: vscode.Uri | undefined): unknown {
  const chosen = uri ?? vscode.window.activeTextEditor?.document.uri ?? activeTab();
  if (chosen !== undefined) return reports.show(chosen);
  return vscode.window.showInformationMessage("First open a dataset, or choose a folder in the explorer.");
}

/** The file in front, also one that VS Code shows without telling extensions its text, as it does over 50 MB. */
function activeTab(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputText ? input.uri : undefined;
}
