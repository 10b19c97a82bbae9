// "Open Report": the page of `finetooth report` beside the file. The server makes it from what is on the disk; it is
// made anew when the file is saved. Its own policy lets nothing run but its own script, by digest, and loads nothing.

import { readFile } from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";

import type { Server } from "./server";
import { MAKE_REPORT } from "./serverCommands";

/** What the server answers. */
interface Made {
  readonly path: string;
  readonly problems?: readonly { readonly file: string; readonly message: string }[];
}

export class Reports implements vscode.Disposable {
  private readonly open = new Map<string, Report>();
  private readonly listeners: vscode.Disposable[];

  constructor(
    private readonly server: Server,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.listeners = [
      vscode.workspace.onDidSaveTextDocument((document) => this.open.get(document.uri.toString())?.make()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.open.get(document.uri.toString())?.title()),
      vscode.window.onDidChangeActiveColorTheme(() => this.open.forEach((report) => report.show())),
    ];
  }

  /** Opens the report of a file or folder beside the editor, or brings it to light and makes it anew. */
  async show(uri: vscode.Uri): Promise<void> {
    if (uri.scheme !== "file") {
      void vscode.window.showInformationMessage("A report is made of files on the disk: save this one first.");
      return;
    }
    const name = uri.toString();
    let report = this.open.get(name);
    if (report === undefined) {
      report = new Report(uri, this.server, this.log, () => this.open.delete(name));
      this.open.set(name, report);
    }
    report.reveal();
    await report.make();
  }

  dispose(): void {
    this.listeners.forEach((listener) => listener.dispose());
    this.open.forEach((report) => report.dispose());
  }
}

class Report implements vscode.Disposable {
  private readonly panel: vscode.WebviewPanel;
  private html = "";
  private made = 0;
  private asked: vscode.CancellationTokenSource | undefined;

  constructor(
    private readonly uri: vscode.Uri,
    private readonly server: Server,
    private readonly log: vscode.LogOutputChannel,
    onClosed: () => void,
  ) {
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const options = { enableScripts: true, localResourceRoots: [], retainContextWhenHidden: true, enableFindWidget: true };
    this.panel = vscode.window.createWebviewPanel("finetooth.report", "", column, options);
    this.panel.onDidDispose(() => {
      this.asked?.cancel();
      onClosed();
    });
    this.title();
    this.panel.webview.html = message("The report is being made …");
  }

  reveal(): void {
    this.panel.reveal(undefined, true);
  }

  title(): void {
    const unsaved = vscode.workspace.textDocuments.some((document) => document.isDirty && document.uri.toString() === this.uri.toString());
    this.panel.title = `Report: ${path.basename(this.uri.fsPath)}${unsaved ? " (as last saved)" : ""}`;
  }

  /** Makes the page anew. A run that is overtaken by another is ended. */
  async make(): Promise<void> {
    this.asked?.cancel();
    const asked = (this.asked = new vscode.CancellationTokenSource());
    this.title();
    const options = { location: vscode.ProgressLocation.Window, title: "Finetooth report" };
    await vscode.window.withProgress(options, async () => {
      const answer = await this.server.execute<Made>(MAKE_REPORT, { uri: this.uri.toString(), show: false }, asked.token);
      if (asked.token.isCancellationRequested) return;
      if ("error" in answer) {
        this.html = message(`The report could not be made: ${answer.error}`);
      } else {
        answer.result.problems?.forEach((problem) => this.log.warn(`Report: ${problem.file}: ${problem.message}`));
        this.html = await readFile(answer.result.path, "utf8");
      }
      this.show();
    });
  }

  /** Shows the page that was made last; again, where the theme of the window changed. */
  show(): void {
    if (this.html !== "") this.panel.webview.html = `${this.html}<!-- ${++this.made} -->`;
  }

  dispose(): void {
    this.panel.dispose();
  }
}

/** A page with one sentence. */
function message(text: string): string {
  const escaped = text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><p>${escaped}</p>`;
}
