// Reads VS Code's settings for the pure parts.

import { homedir } from "node:os";
import * as vscode from "vscode";

import type { PathContext } from "./paths";
import { type DocumentFilter, documentSelector, type ServerSettings, serverSettings } from "./settings";
import { holdsSettings, settingsSelector } from "./settingsFiles";

/** One setting of the section `finetooth`. VS Code itself leaves out restricted ones of an untrusted folder. */
export function read(key: string, scope?: vscode.Uri): unknown {
  return vscode.workspace.getConfiguration("finetooth", scope ?? null).get(key);
}

/** Which documents may be checked, by their names: datasets, and the settings of training runs. */
export function selector(): DocumentFilter[] {
  return [...documentSelector(read("jsonFiles")), ...settingsSelector()];
}

/** Whether a document is a dataset by its name: what commands on records are for. */
export function isDataset(document: vscode.TextDocument): boolean {
  return vscode.languages.match(documentSelector(read("jsonFiles")), document) > 0;
}

/** Whether a document is checked: a dataset by its name, settings by what is written in them. */
export function isChecked(document: vscode.TextDocument): boolean {
  if (isDataset(document)) return true;
  if (vscode.languages.match(settingsSelector(), document) === 0) return false;
  const end = document.offsetAt(new vscode.Position(document.lineCount, 0));
  return holdsSettings(document.uri.path, end, () => document.getText());
}

/** The settings for the server, for one resource or for the window. */
export function settingsFor(scope?: vscode.Uri): ServerSettings {
  return serverSettings((key) => read(key, scope), pathContext(scope));
}

/** What `~` and `${…}` stand for in paths in settings. */
export function pathContext(scope?: vscode.Uri): PathContext {
  const folder = (scope && vscode.workspace.getWorkspaceFolder(scope)) ?? vscode.workspace.workspaceFolders?.[0];
  return { folder: folder?.uri.scheme === "file" ? folder.uri.fsPath : undefined, home: homedir(), env: process.env };
}
