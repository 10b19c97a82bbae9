// What people are told when the server cannot run, and the way out that is offered.

import * as vscode from "vscode";

import { installCommand, type ServerCommand } from "./locateServer";

const INSTALL = "Install";
const SET_PATH = "Set path…";
const COPY_INSTALL = "Copy install command";
const SHOW_LOG = "Show log";
const RESTART = "Restart server";
const MANAGE_TRUST = "Manage trust";

type Actions = Readonly<Record<string, () => unknown>>;

/** Nothing was found. `python` is the interpreter to install into, where one is known. */
export function reportMissing(python: string | undefined, trusted: boolean, log: vscode.LogOutputChannel): void {
  if (!trusted) {
    const message = "Finetooth was not found on the PATH. Python environments are used only in a folder that you trust.";
    offer(vscode.window.showWarningMessage, message, {
      [INSTALL]: install,
      [MANAGE_TRUST]: () => vscode.commands.executeCommand("workbench.trust.manage"),
      [SET_PATH]: () => openSetting("finetooth.path"),
      [SHOW_LOG]: () => log.show(),
    });
    return;
  }
  const where = python === undefined ? "a Python environment" : python;
  const message = `Finetooth was not found on the PATH or in ${where}. Install it for this extension alone?`;
  offer(vscode.window.showWarningMessage, message, {
    [INSTALL]: install,
    [SET_PATH]: () => openSetting("finetooth.path"),
    [COPY_INSTALL]: () => copyInstallCommand(python),
    [SHOW_LOG]: () => log.show(),
  });
}

/** A setting names a program that cannot be used. */
export function reportBadSetting(setting: string, problem: string, log: vscode.LogOutputChannel): void {
  log.error(`${setting}: ${problem}`);
  offer(vscode.window.showErrorMessage, `Finetooth cannot start. The setting ${setting}: ${problem}`, {
    [SET_PATH]: () => openSetting(setting),
    [SHOW_LOG]: () => log.show(),
  });
}

/** The program was there, but is not a server or died at once. */
export function reportFailedStart(server: ServerCommand, log: vscode.LogOutputChannel): void {
  offer(vscode.window.showErrorMessage, `Finetooth did not start (${server.command}, from ${server.source}).`, {
    [SHOW_LOG]: () => log.show(),
    [RESTART]: restart,
  });
}

/** The server crashed so often, or so early, that it is not restarted any more. */
export function reportCrashes(log: vscode.LogOutputChannel): void {
  offer(vscode.window.showErrorMessage, "Finetooth keeps crashing and is not restarted any more.", {
    [SHOW_LOG]: () => log.show(),
    [RESTART]: restart,
  });
}

async function copyInstallCommand(python: string | undefined): Promise<void> {
  const command = installCommand(python, process.platform === "win32");
  await vscode.env.clipboard.writeText(command);
  offer(vscode.window.showInformationMessage, `Copied: ${command}. Run it in a terminal, then restart the server.`, {
    [RESTART]: restart,
  });
}

/** Opens the settings page at one setting. Paths on a remote machine are among that machine's settings. */
function openSetting(setting: string): unknown {
  const page = vscode.env.remoteName === undefined ? "openSettings" : "openRemoteSettings";
  return vscode.commands.executeCommand(`workbench.action.${page}`, { query: `@id:${setting}` });
}

function install(): unknown {
  return vscode.commands.executeCommand("finetooth.install");
}

function restart(): unknown {
  return vscode.commands.executeCommand("finetooth.restart");
}

/** Shows a message with buttons, without waiting for an answer that may never come. */
function offer(
  show: (message: string, ...items: string[]) => Thenable<string | undefined>,
  message: string,
  actions: Actions,
): void {
  void show(message, ...Object.keys(actions)).then((choice) => choice !== undefined && actions[choice]?.());
}
