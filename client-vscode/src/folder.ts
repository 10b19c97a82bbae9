// Checks of what is not open: a file over VS Code's limit, all datasets of a folder. The server judges them beside itself.

import * as vscode from "vscode";

import type { Server } from "./server";

const LINT_FILE = "finetooth.lintFile";
const LINT_FOLDER = "finetooth.lintFolder";
const SHOW_PROBLEMS = "Show problems";

interface Outcome {
  readonly message: string;
  readonly problems?: readonly { readonly file: string; readonly message: string }[];
  readonly severities?: Readonly<Record<string, number>>;
}

/** Checks a file or a folder on the disk; without one, all folders of the workspace. */
export async function lint(server: Server, log: vscode.LogOutputChannel, uri: vscode.Uri | undefined): Promise<void> {
  const isFolder = uri === undefined || (await vscode.workspace.fs.stat(uri)).type === vscode.FileType.Directory;
  const what = uri === undefined ? "the workspace" : vscode.workspace.asRelativePath(uri);
  const options = { location: vscode.ProgressLocation.Notification, title: `Finetooth checks ${what}`, cancellable: true };
  const answer = await vscode.window.withProgress(options, (_, token) =>
    server.execute<Outcome>(isFolder ? LINT_FOLDER : LINT_FILE, uri === undefined ? {} : { uri: uri.toString() }, token),
  );
  if ("error" in answer) {
    if (answer.error !== "") void vscode.window.showErrorMessage(`Finetooth: ${answer.error}`);
    return;
  }
  const { message, problems, severities } = answer.result;
  problems?.forEach((problem) => log.warn(`${problem.file}: ${problem.message}`));
  const unread = problems === undefined || problems.length === 0 ? "" : ` ${problems.length} could not be judged: see the log.`;
  const found = Object.values(severities ?? {}).some((count) => count > 0);
  const choice = await vscode.window.showInformationMessage(`Finetooth: ${message}${unread}`, ...(found ? [SHOW_PROBLEMS] : []));
  if (choice === SHOW_PROBLEMS) await vscode.commands.executeCommand("workbench.actions.view.problems");
}
