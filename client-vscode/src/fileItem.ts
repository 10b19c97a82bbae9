// The item in the status bar: rows, tokens and findings of the file in front. A click opens the report.

import * as vscode from "vscode";

import { isDataset } from "./configuration";
import type { Server } from "./server";

/** What the server tells of an open document: see `finetooth/fileFacts`. Numbers it does not know are left out. */
export interface FileFacts {
  readonly rows: number;
  readonly tokens: number | null;
  /** Whether the tokens are counted by a sample, or by another tokenizer than the model's. */
  readonly about: boolean;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly format: string | null;
  readonly target: string;
  /** Whether all rules had their say. */
  readonly complete: boolean;
}

const DELAY_MS = 250;
const POLL_MS = 1_000;
const POLLS = 30;

export class FileItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("finetooth.file", vscode.StatusBarAlignment.Right, 90);
  private timer: NodeJS.Timeout | undefined;
  private asked: vscode.CancellationTokenSource | undefined;
  private polls = 0;
  private readonly listeners: vscode.Disposable[];

  constructor(private readonly server: Server) {
    this.item.name = "Finetooth";
    this.item.command = "finetooth.report";
    this.listeners = [
      vscode.window.onDidChangeActiveTextEditor(() => this.soon()),
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        const name = vscode.window.activeTextEditor?.document.uri.toString();
        if (uris.some((uri) => uri.toString() === name)) this.soon();
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === vscode.window.activeTextEditor?.document) this.soon();
      }),
      server.onDidChangeRunning(() => this.soon()),
    ];
    this.soon();
  }

  private soon(): void {
    this.polls = 0;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.update(), DELAY_MS);
  }

  private async update(): Promise<void> {
    this.asked?.cancel();
    const asked = (this.asked = new vscode.CancellationTokenSource());
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined || !isDataset(document)) {
      this.item.hide();
      return;
    }
    const params = { textDocument: { uri: this.server.uriOf(document) } };
    const facts = await this.server.ask<FileFacts>("finetooth/fileFacts", params, asked.token);
    if (asked.token.isCancellationRequested) return;
    if (facts === undefined) {
      this.item.hide();
      return;
    }
    this.item.text = textOf(facts);
    this.item.tooltip = tooltipOf(facts);
    this.item.show();
    // What takes long comes without a word to us where it changes no finding.
    if (!facts.complete && this.polls++ < POLLS) this.timer = setTimeout(() => void this.update(), POLL_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.asked?.cancel();
    this.listeners.forEach((listener) => listener.dispose());
    this.item.dispose();
  }
}

function textOf({ rows, tokens, about, errors, warnings, notes }: FileFacts): string {
  const parts = [`${short(rows)} ${rows === 1 ? "row" : "rows"}`];
  if (tokens !== null) parts.push(`${about ? "~" : ""}${short(tokens)} tokens`);
  const found = [
    errors > 0 ? `$(error) ${short(errors)}` : "",
    warnings > 0 ? `$(warning) ${short(warnings)}` : "",
    notes > 0 ? `$(info) ${short(notes)}` : "",
  ].filter((part) => part !== "");
  return [...parts, found.join(" ") || "$(check)"].join("  ");
}

function tooltipOf(facts: FileFacts): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString("", true);
  tooltip.isTrusted = { enabledCommands: ["finetooth.report", "finetooth.preview", "finetooth.fixAll", "finetooth.showLog"] };
  const judged = `${facts.format ?? "of no known format"}, judged for \`${facts.target}\``;
  const numbers = [
    `${facts.rows.toLocaleString("en")} rows`,
    ...(facts.tokens === null ? [] : [`${facts.about ? "about " : ""}${facts.tokens.toLocaleString("en")} tokens`]),
    `${facts.errors} errors, ${facts.warnings} warnings, ${facts.notes} notes`,
  ];
  tooltip.appendMarkdown(`**Finetooth** – ${judged}\n\n${numbers.join("  \n")}\n\n`);
  if (!facts.complete) tooltip.appendMarkdown("Some rules are still at work.\n\n");
  tooltip.appendMarkdown(
    "[Report](command:finetooth.report) · [Preview](command:finetooth.preview) · [Fix all](command:finetooth.fixAll) · [Log](command:finetooth.showLog)",
  );
  return tooltip;
}

/** 950, 9,500, 12.3k, 1.2M: no more digits than the eye takes in. */
export function short(number: number): string {
  if (number < 10_000) return number.toLocaleString("en");
  const [value, unit] = number < 1_000_000 ? [number / 1_000, "k"] : [number / 1_000_000, "M"];
  return `${value.toFixed(value < 100 ? 1 : 0).replace(/\.0$/, "")}${unit}`;
}
