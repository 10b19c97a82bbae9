// "Preview conversation": the record at the cursor as a chat beside the file. It follows cursor and typing.

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

import { isDataset } from "../configuration";
import type { Server } from "../server";
import { type Conversation, conversationHtml, escapeHtml, type Finding, type WireRange } from "./conversation";
import { page } from "./page";

const DELAY_MS = 60;
/** After a restart, and while a file is still read, the server has no answer yet. */
const RETRY_MS = 400;

export class Preview implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private editor: vscode.TextEditor | undefined;
  private shown: Conversation | undefined;
  private timer: NodeJS.Timeout | undefined;
  private asked: vscode.CancellationTokenSource | undefined;
  private ready = false;
  private readonly listeners: vscode.Disposable[];

  constructor(private readonly server: Server) {
    this.listeners = [
      vscode.window.onDidChangeActiveTextEditor((editor) => this.follow(editor)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => textEditor === this.editor && this.soon()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => document === this.editor?.document && this.soon()),
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        const name = this.editor?.document.uri.toString();
        if (uris.some((uri) => uri.toString() === name)) this.soon();
      }),
      server.onDidChangeRunning((running) => running && this.soon()),
    ];
  }

  /** Opens the preview beside an editor, or brings it to light. */
  open(editor: vscode.TextEditor): void {
    this.editor = editor;
    if (this.panel !== undefined) {
      this.panel.reveal(undefined, true);
      this.soon();
      return;
    }
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.adopt(vscode.window.createWebviewPanel("finetooth.preview", "Conversation", column, { enableScripts: true, localResourceRoots: [] }));
  }

  private adopt(panel: vscode.WebviewPanel): void {
    this.panel = panel;
    this.ready = false;
    panel.webview.onDidReceiveMessage((message: unknown) => this.heard(message));
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.shown = undefined;
    });
    panel.onDidChangeViewState(() => panel.visible && this.soon());
    panel.webview.html = page(randomBytes(18).toString("base64"));
  }

  private follow(editor: vscode.TextEditor | undefined): void {
    if (editor === undefined || this.panel === undefined || !isDataset(editor.document)) return;
    this.editor = editor;
    this.soon();
  }

  private soon(delay = DELAY_MS): void {
    if (this.panel === undefined) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.update(), delay);
  }

  private async update(): Promise<void> {
    const { panel, editor } = this;
    if (panel?.visible !== true || !this.ready || editor === undefined) return;
    this.asked?.cancel();
    const asked = (this.asked = new vscode.CancellationTokenSource());
    const { document, selection } = editor;
    const params = { textDocument: { uri: this.server.uriOf(document) }, position: selection.active };
    const conversation = await this.server.ask<Conversation>("finetooth/conversation", params, asked.token);
    if (asked.token.isCancellationRequested || this.panel !== panel) return;
    this.shown = conversation;
    const name = vscode.workspace.asRelativePath(document.uri);
    const line = conversation?.range.start.line ?? selection.active.line;
    panel.title = `Conversation: ${name.slice(name.lastIndexOf("/") + 1)}:${line + 1}`;
    void panel.webview.postMessage({
      record: `${document.uri.toString()}#${line}`,
      where: `${name}, line ${line + 1}`,
      html:
        conversation === undefined
          ? `<p class="empty">${escapeHtml(this.why(document))}</p>`
          : conversationHtml(conversation, findingsIn(document, conversation.range)),
    });
    if (conversation === undefined && this.server.command === undefined) this.soon(RETRY_MS);
  }

  private why(document: vscode.TextDocument): string {
    if (this.server.command === undefined) return "The Finetooth server is not running.";
    return document.lineCount === 1 && document.lineAt(0).text === ""
      ? "The file is empty."
      : "There is no record at the cursor, or none that can be read as a conversation; over 1 MB none is shown.";
  }

  private heard(message: unknown): void {
    const { ready, step, turn, do: what } = message as { ready?: unknown; step?: unknown; turn?: unknown; do?: unknown };
    if (ready === true) {
      this.ready = true;
      void this.update();
    } else if (step === 1 || step === -1) {
      void vscode.commands.executeCommand(step === 1 ? "finetooth.nextRecord" : "finetooth.previousRecord", this.editor);
    } else if (typeof turn === "string") {
      void this.go(turn, what === "edit");
    }
  }

  /** Shows where a turn stands in the file, or opens its text. */
  private async go(turn: string, edit: boolean): Promise<void> {
    const [turns, number] = turn.startsWith("r") ? [this.shown?.rejected, turn.slice(1)] : [this.shown?.turns, turn];
    const range = turns?.[Number(number)]?.range;
    if (range === undefined || this.editor === undefined) return;
    const place = new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
    const editor = await vscode.window.showTextDocument(this.editor.document, { viewColumn: this.editor.viewColumn ?? vscode.ViewColumn.One });
    this.editor = editor;
    // An empty selection in the text, so that a long one is not all blue.
    const at = place.start.translate(0, edit ? 1 : 0);
    editor.selection = new vscode.Selection(at, at);
    editor.revealRange(place, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    if (edit) await vscode.commands.executeCommand("finetooth.editText");
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.listeners.forEach((listener) => listener.dispose());
    this.panel?.dispose();
  }
}

const SEVERITIES = ["error", "warning", "info", "info"] as const;

function findingsIn(document: vscode.TextDocument, range: WireRange): Finding[] {
  const record = new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
  return vscode.languages
    .getDiagnostics(document.uri)
    .filter((item) => item.source === "finetooth" && record.contains(item.range))
    .slice(0, 20)
    .map((item) => ({
      severity: SEVERITIES[item.severity] ?? "info",
      message: item.message,
      code: String(typeof item.code === "object" ? item.code.value : (item.code ?? "")),
    }));
}
