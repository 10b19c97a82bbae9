// Wires the parts together. Nothing here waits for the server: a slow Python must not hold up the editor.

import * as vscode from "vscode";

import { registerCommands } from "./commands";
import { isChecked } from "./configuration";
import { FileItem } from "./fileItem";
import { Installer } from "./install/installer";
import { createLog } from "./log";
import { Preview } from "./preview/preview";
import { machineProbes } from "./probes";
import { PythonExtension } from "./pythonExtension";
import { Reports } from "./report";
import { Server } from "./server";
import { Status } from "./status";
import { TextFiles } from "./text/textFiles";
import { registerTomlSchema } from "./tomlSchema";

/** Settings that decide which process runs; the others are sent to the running one. */
const RESTART_ON = ["finetooth.enable", "finetooth.path", "finetooth.interpreter", "finetooth.jsonFiles", "finetooth.workspaceDiagnostics"];

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = createLog();
  log.info(`Finetooth extension ${String(context.extension.packageJSON.version)}`);
  const status = new Status();
  const python = new PythonExtension(log);
  const activePython = (): Promise<string | undefined> => python.activeInterpreter();
  const installer = new Installer(context, log, activePython);
  const current = new Server(machineProbes(activePython), installer.python, log, status, (uri): unknown => reports.show(uri));
  server = current;
  const reports = new Reports(current, log);
  const preview = new Preview(current);
  const texts = new TextFiles(log);
  const restart = debounce(() => current.restart(), 500);
  context.subscriptions.push(
    log,
    status,
    python,
    restart,
    reports,
    preview,
    texts,
    new FileItem(current),
    ...registerTomlSchema(context, log),
    ...registerCommands({ server: current, log, installer, texts, preview, reports }),
    python.onDidChangeInterpreter(() => restart.call()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => restart.call()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (RESTART_ON.some((setting) => event.affectsConfiguration(setting))) restart.call();
    }),
  );
  startWhenNeeded(context, current);
}

/** JSON and YAML activate the extension too, but most is not for us: the server waits for the first document to check. */
function startWhenNeeded(context: vscode.ExtensionContext, current: Server): void {
  if (vscode.workspace.textDocuments.some(isChecked)) {
    void current.restart();
    return;
  }
  const start = (document: vscode.TextDocument): void => {
    if (!isChecked(document)) return;
    waiting.forEach((listener) => listener.dispose());
    void current.restart();
  };
  const waiting = [
    vscode.workspace.onDidOpenTextDocument(start),
    vscode.workspace.onDidSaveTextDocument(start), // settings may have been written into it since
  ];
  context.subscriptions.push(...waiting);
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** Runs `action` once after calls have stopped for `milliseconds`: settings change at every key pressed in the settings page. */
function debounce(action: () => unknown, milliseconds: number): vscode.Disposable & { call(): void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    call: () => {
      clearTimeout(timer);
      timer = setTimeout(action, milliseconds);
    },
    dispose: () => clearTimeout(timer),
  };
}
