// Commands that go from record to record, and make new ones.

import * as vscode from "vscode";

import type { WireRange } from "../preview/conversation";
import type { Server } from "../server";
import { FIRST_RECORDS, type Json, snippetLike } from "./snippet";

/** Longer lines are no pattern for a new record. */
const LONGEST_PATTERN = 200_000;
const LINES_LOOKED_AT = 200;

/** Puts the cursor to the start of the next (1) or previous (-1) record. */
export async function goToRecord(server: Server, editor: vscode.TextEditor, step: 1 | -1): Promise<void> {
  const { document, selection } = editor;
  const params = { textDocument: { uri: server.uriOf(document) }, position: selection.active, step };
  const answer = await server.ask<{ range: WireRange }>("finetooth/record", params);
  const line = answer?.range.start.line ?? (server.command === undefined ? nextLine(document, selection.active.line, step) : undefined);
  if (line === undefined) {
    vscode.window.setStatusBarMessage(step === 1 ? "This is the last record." : "This is the first record.", 3000);
    return;
  }
  const place = new vscode.Position(line, answer?.range.start.character ?? 0);
  editor.selection = new vscode.Selection(place, place);
  editor.revealRange(new vscode.Range(place, place), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Without a server: the next line that is not blank. */
function nextLine(document: vscode.TextDocument, from: number, step: 1 | -1): number | undefined {
  for (let line = from + step; line >= 0 && line < document.lineCount; line += step) {
    if (!document.lineAt(line).isEmptyOrWhitespace) return line;
  }
  return undefined;
}

/** Puts a new record behind the one at the cursor: shaped like it, else like its neighbours, else like a format that is chosen. */
export async function insertRecord(server: Server, editor: vscode.TextEditor): Promise<void> {
  const { document } = editor;
  if (document.uri.path.toLowerCase().endsWith(".json")) {
    void vscode.window.showInformationMessage("Records are inserted in files that have one on each line (.jsonl).");
    return;
  }
  const pattern = patternNear(document, editor.selection.active.line) ?? (await chosen());
  if (pattern === undefined) return;
  const params = { textDocument: { uri: server.uriOf(document) }, position: editor.selection.active, step: 0 };
  const here = await server.ask<{ range: WireRange }>("finetooth/record", params);
  const last = document.lineAt(here?.range.end.line ?? editor.selection.active.line);
  const end = document.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
  const snippet = new vscode.SnippetString();
  if (!last.isEmptyOrWhitespace) snippet.appendText(end);
  snippet.value += snippetLike(pattern.record, pattern.spaced);
  if (last.isEmptyOrWhitespace && last.lineNumber + 1 === document.lineCount) snippet.appendText(end);
  await editor.insertSnippet(snippet, last.isEmptyOrWhitespace ? last.range : last.range.end);
}

interface Pattern {
  readonly record: Json;
  readonly spaced: boolean;
}

/** The nearest record to a line that can be read. */
function patternNear(document: vscode.TextDocument, line: number): Pattern | undefined {
  for (let distance = 0; distance < LINES_LOOKED_AT; distance++) {
    for (const other of distance === 0 ? [line] : [line - distance, line + distance]) {
      if (other < 0 || other >= document.lineCount) continue;
      const text = document.lineAt(other).text;
      if (!text.trimStart().startsWith("{") || text.length > LONGEST_PATTERN) continue;
      try {
        const record = JSON.parse(text) as Json;
        return { record, spaced: JSON.stringify(record) !== text.trim() };
      } catch {
        continue; // broken, or the start of a record over several lines
      }
    }
  }
  return undefined;
}

async function chosen(): Promise<Pattern | undefined> {
  const choice = await vscode.window.showQuickPick(
    FIRST_RECORDS.map((format) => ({ ...format })),
    { title: "The first record", placeHolder: "What are the records?", matchOnDetail: true },
  );
  return choice && { record: choice.record, spaced: true };
}
