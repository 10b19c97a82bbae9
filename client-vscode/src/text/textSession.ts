// One string of a JSON document that is open as a text of its own, kept the same in both directions: what is typed in
// the text is written into the string, what changes in the document is shown in the text.

import * as vscode from "vscode";

import { type Anchor, found, movedBy, type Remembered } from "./anchor";
import { type Change, decode, difference, isAsciiStyle, type JsonString, rewrite } from "./jsonStrings";
import { merged } from "./merge";
import { edited, shown } from "./view";

/** How long a record may be gone, as between cut and paste, before its text is closed. */
const GRACE_MS = 1_500;
/** Edits fail while somebody types; they are then made anew. */
const TRIES = 20;
const RETRY_MS = 25;
/** Longer lines are asked for their spelling by their first part only. */
const STYLE_LENGTH = 20_000;

export class TextSession implements vscode.Disposable {
  private anchor: Anchor;
  private remembered: Remembered;
  /** What both sides said when they were the same last. */
  private agreed: string;
  /** What the string says now, as far as it can be read. */
  private said: string;
  private dirty = false;
  private conflict = false;
  private waiting: NodeJS.Timeout | undefined;
  private queue: Promise<boolean> = Promise.resolve(true);
  /** Whether the string is in the document now. */
  private present = true;

  /** `string` is on line `row` of `document`. `onGone` is called when the record is gone for good. */
  constructor(
    readonly uri: vscode.Uri,
    document: vscode.TextDocument,
    row: number,
    string: JsonString,
    text: string,
    private readonly onGone: (session: TextSession) => void,
  ) {
    this.source = document.uri;
    const start = document.offsetAt(new vscode.Position(row, string.start));
    this.anchor = { start, end: start + string.end - string.start };
    this.agreed = this.said = text;
    this.remembered = this.look(document);
    this.dirty = document.isDirty;
  }

  readonly source: vscode.Uri;

  /** The text as an editor shows it. */
  get shown(): string {
    return shown(this.said);
  }

  /** Whether this is the string that begins at an offset of a document. */
  isAt(source: vscode.Uri, start: number): boolean {
    return this.present && this.anchor.start === start && this.source.toString() === source.toString();
  }

  /** Where the string is now, for whoever wants to see it. */
  range(document: vscode.TextDocument): vscode.Range {
    return new vscode.Range(document.positionAt(this.anchor.start), document.positionAt(this.anchor.end));
  }

  // -- from the document to the text ------------------------------------------------------------------------

  /** The document was edited. */
  sourceChanged(event: vscode.TextDocumentChangeEvent): void {
    if (event.contentChanges.length === 0) {
      this.dirty = event.document.isDirty;
      return;
    }
    const moved = this.present ? movedBy(this.anchor, event.contentChanges) : undefined;
    if (moved !== undefined && this.isQuoted(event.document, moved)) this.settle(event.document, moved);
    else this.seek(event.document);
    this.dirty = event.document.isDirty;
  }

  /** The document was closed. Changes that were not saved are gone with it. */
  async sourceClosed(): Promise<void> {
    if (this.dirty) await this.reattach();
  }

  /** Loads the document again, unseen, and finds the string in it. */
  private async reattach(): Promise<vscode.TextDocument | undefined> {
    try {
      const document = await vscode.workspace.openTextDocument(this.source);
      if (!this.isSame(document)) this.seek(document, true);
      this.dirty = document.isDirty;
      return document;
    } catch {
      this.gone();
      return undefined;
    }
  }

  private isSame(document: vscode.TextDocument): boolean {
    return this.isQuoted(document, this.anchor) && this.raw(document) === this.remembered.raw;
  }

  private raw(document: vscode.TextDocument, { start, end } = this.anchor): string {
    return document.getText(new vscode.Range(document.positionAt(start), document.positionAt(end)));
  }

  /** Whether there is a quote on either side, and no line's end in between. */
  private isQuoted(document: vscode.TextDocument, { start, end }: Anchor): boolean {
    const around = this.raw(document, { start: start - 1, end: end + 1 });
    return around.length === end - start + 2 && around.startsWith('"') && around.endsWith('"') && !/[\r\n]/.test(around);
  }

  /** The string is here. */
  private settle(document: vscode.TextDocument, anchor: Anchor): void {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    this.present = true;
    this.anchor = anchor;
    const raw = this.raw(document);
    if (raw !== this.remembered.raw) {
      // Half-typed escapes are nothing to show. The next edit may complete them.
      const text = decode(raw)?.text;
      if (text !== undefined) this.said = text;
    }
    this.remembered = this.look(document);
    if (this.said !== this.agreed) void this.sync();
  }

  /** The string is not where edits should have brought it: by its line, or by its wording, it may be elsewhere. */
  private seek(document: vscode.TextDocument, atOnce = false): void {
    this.present = false;
    const lines = document.getText().split(/\r\n|\r|\n/);
    const slot = lines[this.remembered.row]?.slice(0, this.remembered.column) === this.remembered.line.slice(0, this.remembered.column);
    const place = found(this.remembered, lines) ?? (atOnce && slot ? this.remembered : undefined);
    if (place !== undefined) {
      const start = document.offsetAt(new vscode.Position(place.row, place.column));
      const line = lines[place.row] ?? "";
      const end = start + closing(line, place.column) - place.column;
      if (end >= start && this.isQuoted(document, { start, end })) return this.settle(document, { start, end });
    }
    if (atOnce) return this.gone();
    this.waiting ??= setTimeout(() => this.gone(), GRACE_MS);
  }

  private gone(): void {
    clearTimeout(this.waiting);
    this.present = false;
    this.onGone(this);
  }

  private look(document: vscode.TextDocument): Remembered {
    const { line: row, character: column } = document.positionAt(this.anchor.start);
    return { line: document.lineAt(row).text, column, raw: this.raw(document), row };
  }

  // -- keeping both the same -----------------------------------------------------------------------------------

  /** Makes both sides say the same, whichever changed. Answers whether they do afterwards. */
  sync(): Promise<boolean> {
    this.queue = this.queue.then(() => this.syncNow()).catch(() => false);
    return this.queue;
  }

  private async syncNow(): Promise<boolean> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      const document = openAt(this.uri);
      if (document === undefined) {
        this.agreed = this.said;
        return true;
      }
      const typed = unified(document.getText());
      if (typed === shown(this.said)) {
        this.agreed = this.said;
        this.conflict = false;
        return true;
      }
      if (this.conflict) return false;
      const mine = edited(this.agreed, typed);
      const both = merged(this.agreed, mine, this.said);
      if (both === undefined) {
        this.conflict = true;
        void this.askWhichHolds();
        return false;
      }
      if (both === this.said) {
        if (await this.show(document, typed, both)) this.agreed = both;
      } else if (await this.write(both)) {
        this.agreed = mine; // what the string now says more than that is still to be shown
      } else if (!this.present) {
        return false;
      }
    }
    return false;
  }

  /** Makes the text say what the string says, by an edit of the one part that differs. */
  private async show(document: vscode.TextDocument, before: string, text: string): Promise<boolean> {
    const change = difference(before, shown(text));
    if (change === undefined) return true;
    const edit = new vscode.WorkspaceEdit();
    edit.replace(this.uri, rangeIn(document, before, change), change.text);
    return vscode.workspace.applyEdit(edit);
  }

  private async askWhichHolds(): Promise<void> {
    const mine = "Keep this text";
    const theirs = "Take the record's";
    const message = "The text was changed here and in the record at the same place. Which one holds?";
    const choice = await vscode.window.showWarningMessage(message, mine, theirs);
    if (choice === undefined) return; // nothing is written until somebody decides
    this.conflict = false;
    const document = openAt(this.uri);
    // The side that does not hold is what was agreed on, so that only the other changed.
    if (choice === mine) this.agreed = this.said;
    else if (document !== undefined) await this.show(document, unified(document.getText()), this.said);
    await this.sync();
  }

  /** Makes the string say a text; all that does not change keeps its spelling. */
  private async write(text: string): Promise<boolean> {
    const document = openAt(this.source) ?? (await this.reattach());
    if (document === undefined || !this.present) return false;
    const change = rewrite(this.raw(document), text, isAsciiStyle(this.remembered.line.slice(0, STYLE_LENGTH)));
    return change === undefined || this.replace(document, change);
  }

  private async replace(document: vscode.TextDocument, { start, end, text }: Change): Promise<boolean> {
    const [from, to] = [this.anchor.start + start, this.anchor.start + end];
    const edit = new vscode.WorkspaceEdit();
    edit.replace(this.source, new vscode.Range(document.positionAt(from), document.positionAt(to)), text);
    return vscode.workspace.applyEdit(edit);
  }

  /** Saves the document that the string is in. */
  async saveSource(): Promise<boolean> {
    const document = openAt(this.source);
    if (document === undefined || document.isUntitled) return true;
    return (await document.save()) || !document.isDirty; // false also where there was nothing to save
  }

  dispose(): void {
    clearTimeout(this.waiting);
  }
}

/** An open document, seen or unseen. */
export function openAt(uri: vscode.Uri): vscode.TextDocument | undefined {
  const name = uri.toString();
  return vscode.workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === name);
}

/** A document's text with `\n` for every line ending. */
export function unified(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

/** The range of a change that was found in the unified text of a document. */
function rangeIn(document: vscode.TextDocument, text: string, change: Change): vscode.Range {
  const at = (offset: number): vscode.Position => {
    const before = text.slice(0, offset);
    const row = before.split("\n").length - 1;
    return new vscode.Position(row, offset - (before.lastIndexOf("\n") + 1));
  };
  return document.validateRange(new vscode.Range(at(change.start), at(change.end)));
}

/** The closing quote of a string that is written from a column on. */
function closing(line: string, column: number): number {
  for (let at = column; at < line.length; at++) {
    if (line[at] === '"') return at;
    if (line[at] === "\\") at++;
  }
  return -1;
}
