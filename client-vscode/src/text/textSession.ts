// One string of a JSON document that is open as a text of its own, kept the same in both directions: what is typed in
// the text is written into the string, what changes in the document is shown in the text.

import * as vscode from "vscode";

import { type Anchor, found, movedBy, type Remembered } from "./anchor";
import { applied, type Change, decode, difference, isAsciiStyle, type JsonString, rewrite } from "./jsonStrings";
import { edited, shown } from "./view";

/** How long a record may be gone, as between cut and paste, before its text is closed. */
const GRACE_MS = 1_500;
const TRIES = 3;
/** Longer lines are asked for their spelling by their first part only. */
const STYLE_LENGTH = 20_000;

export class TextSession implements vscode.Disposable {
  private anchor: Anchor;
  private remembered: Remembered;
  /** What the string says, as the two sides agreed last. */
  private agreed: string;
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
    this.agreed = text;
    this.remembered = this.look(document);
    this.dirty = document.isDirty;
  }

  readonly source: vscode.Uri;

  /** The text as an editor shows it. */
  get shown(): string {
    return shown(this.agreed);
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
      if (text !== undefined && text !== this.agreed) this.take(text);
    }
    this.remembered = this.look(document);
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

  /** The string says something new: the text is edited in the one part that differs. */
  private take(text: string): void {
    const before = shown(this.agreed);
    const after = shown(text);
    this.agreed = text;
    const document = openAt(this.uri);
    if (document === undefined) return;
    const now = unified(document.getText());
    const theirs = difference(before, after);
    if (theirs === undefined) return;
    const mine = difference(before, now);
    if (mine === undefined || now === after) {
      if (now !== after) void this.edit(document, now, after);
      return;
    }
    if (mine.end < theirs.start || theirs.end < mine.start) {
      const by = theirs.end < mine.start ? 0 : mine.text.length - (mine.end - mine.start);
      const merged = applied(now, { ...theirs, start: theirs.start + by, end: theirs.end + by });
      void this.edit(document, now, merged).then(() => this.write());
      return;
    }
    this.conflict = true;
    void this.askWhichHolds(document);
  }

  private async edit(document: vscode.TextDocument, before: string, after: string): Promise<void> {
    const change = difference(before, after);
    if (change === undefined) return;
    const edit = new vscode.WorkspaceEdit();
    edit.replace(this.uri, rangeIn(document, before, change), change.text);
    await vscode.workspace.applyEdit(edit);
  }

  private async askWhichHolds(document: vscode.TextDocument): Promise<void> {
    const mine = "Keep this text";
    const theirs = "Take the record's";
    const message = "The text was changed here and in the record at the same place. Which one holds?";
    const choice = await vscode.window.showWarningMessage(message, mine, theirs);
    this.conflict = false;
    if (choice === theirs) await this.edit(document, unified(document.getText()), this.shown);
    else if (choice === mine) await this.write();
    else this.conflict = true; // nothing is written until somebody decides
  }

  // -- from the text to the document ------------------------------------------------------------------------

  /** Writes what the text says now into the string. Answers whether the two are the same afterwards. */
  write(): Promise<boolean> {
    this.queue = this.queue.then(() => this.writeNow()).catch(() => false);
    return this.queue;
  }

  private async writeNow(): Promise<boolean> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const text = openAt(this.uri);
      if (text === undefined) return true;
      const wanted = unified(text.getText());
      if (wanted === this.shown) return true;
      if (this.conflict) return false;
      const document = openAt(this.source) ?? (await this.reattach());
      if (document === undefined || !this.present) return false;
      const before = this.agreed;
      const after = edited(before, wanted);
      const change = rewrite(this.raw(document), after, isAsciiStyle(this.remembered.line.slice(0, STYLE_LENGTH)));
      this.agreed = after; // before the edit, so that its echo is no news
      if (change === undefined || (await this.replace(document, change))) return true;
      if (this.agreed === after) this.agreed = before;
    }
    return false;
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
    return document === undefined || document.isUntitled || !document.isDirty || (await document.save());
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
