// The entry in the language status menu of JSON Lines files ({} in the status bar). It stays when a pop-up
// message is gone: the only lasting sign that nothing is being checked.

import * as vscode from "vscode";

import { selector } from "./configuration";

const SHOW_LOG: vscode.Command = { command: "finetooth.showLog", title: "Show log" };
const RESTART: vscode.Command = { command: "finetooth.restart", title: "Restart server" };

export class Status implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem("finetooth.status", selector());

  constructor() {
    this.item.name = "Finetooth";
  }

  starting(): void {
    this.update("Finetooth", "starting", vscode.LanguageStatusSeverity.Information, SHOW_LOG, true);
  }

  running(version: string): void {
    this.update(`Finetooth ${version}`, "", vscode.LanguageStatusSeverity.Information, SHOW_LOG);
  }

  off(): void {
    this.update("Finetooth is off", "", vscode.LanguageStatusSeverity.Information, SHOW_LOG);
  }

  failed(detail: string): void {
    this.update("Finetooth is not running", detail, vscode.LanguageStatusSeverity.Error, RESTART);
  }

  dispose(): void {
    this.item.dispose();
  }

  private update(
    text: string,
    detail: string,
    severity: vscode.LanguageStatusSeverity,
    command: vscode.Command,
    busy = false,
  ): void {
    Object.assign(this.item, { text, detail, severity, command, busy, selector: selector() });
  }
}
