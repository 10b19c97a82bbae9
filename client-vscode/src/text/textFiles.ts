// "Edit this text as Markdown": texts of records as files of a file system of their own. A file's name is all that a
// restarted window has of it, so it says where the string is.

import * as vscode from "vscode";

import { stringAt, stringsOf, decode } from "./jsonStrings";
import { openAt, TextSession, unified } from "./textSession";

export const SCHEME = "finetooth-text";
/** The folder that gives texts their language: see `filenamePatterns` in package.json. */
const FOLDER = ".finetooth-text";
const WRITE_DELAY_MS = 60;
const CLEAN_DELAY_MS = 300;

/** Where a string is: what a file's name holds. */
interface Place {
  readonly source: string;
  readonly row: number;
  readonly column: number;
  /** What is before the string on its line, as a digest: the same string may say something else by now. */
  readonly before: number;
}

export class TextFiles implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly sessions = new Map<string, TextSession>();
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  private readonly began = Date.now();
  private readonly saving = new Set<string>();
  private readonly pending = new Map<string, NodeJS.Timeout>();
  private readonly listeners: vscode.Disposable[];

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.listeners = [
      vscode.workspace.registerFileSystemProvider(SCHEME, this, { isCaseSensitive: true }),
      vscode.workspace.onDidChangeTextDocument((event) => this.documentChanged(event)),
      vscode.workspace.onDidCloseTextDocument((document) => this.documentClosed(document)),
      this.changed,
    ];
  }

  // -- the command ------------------------------------------------------------------------------------------

  /** Opens the string at a position beside its document; says why where there is none. */
  async open(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.TextEditor | undefined> {
    const line = document.lineAt(position.line).text;
    const string = stringAt(line, position.character);
    if (string === undefined || string.isKey) {
      const what = string === undefined ? "There is no text at the cursor" : "The cursor is on a key";
      void vscode.window.showInformationMessage(`${what}. Put it into a string of the record.`);
      return undefined;
    }
    const raw = line.slice(string.start, string.end);
    const decoded = decode(raw);
    if (decoded === undefined) {
      void vscode.window.showWarningMessage("The text at the cursor is not written as JSON asks: first repair its escapes.");
      return undefined;
    }
    const start = document.offsetAt(new vscode.Position(position.line, string.start));
    let session = [...this.sessions.values()].find((one) => one.isAt(document.uri, start));
    if (session === undefined) {
      const uri = nameOf(document, position.line, string.start, keyBefore(line, string.start));
      session = new TextSession(uri, document, position.line, string, decoded.text, (gone) => void this.close(gone));
      this.sessions.set(uri.toString(), session);
    }
    const text = await vscode.workspace.openTextDocument(session.uri);
    if (unified(text.getText()) !== session.shown) {
      void vscode.window.showErrorMessage("VS Code does not show this text as UTF-8 (setting files.encoding), so it cannot be edited.");
      return undefined;
    }
    const units = Math.max(0, position.character - string.start);
    const before = decoded.text.slice(0, decoded.at.findIndex((at) => at >= units));
    const here = text.positionAt(0).translate(before.split(/\r\n|\r|\n/).length - 1, before.length - (Math.max(before.lastIndexOf("\n"), before.lastIndexOf("\r")) + 1));
    return vscode.window.showTextDocument(text, {
      viewColumn: vscode.ViewColumn.Beside,
      preview: false,
      selection: new vscode.Range(here, here),
    });
  }

  /** Shows the record that a text belongs to. */
  async showRecord(uri: vscode.Uri): Promise<void> {
    const session = this.sessions.get(uri.toString());
    if (session === undefined) return;
    const document = await vscode.workspace.openTextDocument(session.source);
    const beside = vscode.window.visibleTextEditors.find((editor) => editor.document === document)?.viewColumn;
    const selection = session.range(document);
    await vscode.window.showTextDocument(document, { viewColumn: beside ?? vscode.ViewColumn.Beside, selection });
  }

  /**
   * Saves a text, and with it the file of its record. A command of its own: VS Code takes a save during another, such as
   * ours of a text that is written already, for that one.
   */
  async save(uri: vscode.Uri): Promise<void> {
    const session = this.sessions.get(uri.toString());
    if (session === undefined) return;
    clearTimeout(this.pending.get(uri.toString()));
    await this.writeNow(uri.toString(), session);
    if (!(await session.saveSource())) void vscode.window.showErrorMessage("The file of the record could not be saved.");
  }

  // -- keeping both sides the same ---------------------------------------------------------------------------

  private documentChanged(event: vscode.TextDocumentChangeEvent): void {
    const name = event.document.uri.toString();
    const session = this.sessions.get(name);
    if (session !== undefined) {
      if (event.contentChanges.length > 0) this.writeSoon(name, session);
      return;
    }
    for (const other of this.sessions.values()) {
      if (other.source.toString() === name) other.sourceChanged(event);
    }
  }

  private writeSoon(name: string, session: TextSession): void {
    clearTimeout(this.pending.get(name));
    this.pending.set(
      name,
      setTimeout(() => void this.writeNow(name, session), WRITE_DELAY_MS),
    );
  }

  private async writeNow(name: string, session: TextSession): Promise<void> {
    this.pending.delete(name);
    if (!(await session.sync())) {
      this.log.warn("A text could not be written into its record.");
      return;
    }
    if (!this.pending.has(name)) this.pending.set(name, setTimeout(() => void this.clean(name, session), CLEAN_DELAY_MS));
  }

  /** All of a text is in its record: there is nothing left to be saved here, and nothing to ask about at closing. */
  private async clean(name: string, session: TextSession): Promise<void> {
    this.pending.delete(name);
    const document = openAt(session.uri);
    if (document?.isDirty !== true) return;
    this.saving.add(name);
    try {
      await document.save();
    } finally {
      this.saving.delete(name);
    }
  }

  private documentClosed(document: vscode.TextDocument): void {
    const name = document.uri.toString();
    for (const session of this.sessions.values()) {
      if (session.source.toString() === name) void session.sourceClosed();
    }
    const session = this.sessions.get(name);
    if (session === undefined) return;
    setTimeout(() => {
      if (openAt(session.uri) !== undefined) return; // only its language was changed
      session.dispose();
      this.sessions.delete(name);
    }, 0);
  }

  /** The record is gone: so is its text. */
  private async close(session: TextSession): Promise<void> {
    const name = session.uri.toString();
    const tabs = vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter((tab) => tab.input instanceof vscode.TabInputText && tab.input.uri.toString() === name);
    this.sessions.delete(name);
    session.dispose();
    this.changed.fire([{ type: vscode.FileChangeType.Deleted, uri: session.uri }]);
    if (tabs.length === 0) return;
    await vscode.window.tabGroups.close(tabs, true);
    void vscode.window.showInformationMessage("The record of the text that you edited is gone, so its text was closed.");
  }

  // -- the file system ----------------------------------------------------------------------------------------

  private async session(uri: vscode.Uri): Promise<TextSession> {
    const known = this.sessions.get(uri.toString());
    if (known !== undefined) return known;
    const restored = await this.restore(uri);
    if (restored === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    this.sessions.set(uri.toString(), restored);
    return restored;
  }

  /** A text of an earlier window. */
  private async restore(uri: vscode.Uri): Promise<TextSession | undefined> {
    const place = placeOf(uri);
    if (place === undefined) return undefined;
    try {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(place.source, true));
      const line = document.lineAt(place.row).text;
      const string = stringAt(line, place.column);
      const text = string && decode(line.slice(string.start, string.end))?.text;
      if (string?.start !== place.column || text === undefined || digest(line.slice(0, place.column)) !== place.before) return undefined;
      return new TextSession(uri, document, place.row, string, text, (gone) => void this.close(gone));
    } catch {
      return undefined;
    }
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { shown } = await this.session(uri);
    // The time never changes: whatever is new is shown by an edit, and never as a newer file.
    return { type: vscode.FileType.File, ctime: this.began, mtime: this.began, size: Buffer.byteLength(shown) };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return Buffer.from((await this.session(uri)).shown, "utf8");
  }

  /** Somebody saves a text: it is written into its record, and the record's file is saved with it. */
  async writeFile(uri: vscode.Uri): Promise<void> {
    const session = await this.session(uri);
    if (this.saving.has(uri.toString())) return;
    if (!(await session.sync())) throw vscode.FileSystemError.Unavailable("The text could not be written into its record.");
    if (!(await session.saveSource())) throw vscode.FileSystemError.Unavailable("The file of the record could not be saved.");
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.listeners.forEach((listener) => listener.dispose());
    this.pending.forEach((timer) => clearTimeout(timer));
    this.sessions.forEach((session) => session.dispose());
  }
}

function nameOf(document: vscode.TextDocument, row: number, column: number, key: string | undefined): vscode.Uri {
  const file = document.uri.path.slice(document.uri.path.lastIndexOf("/") + 1);
  const before = digest(document.lineAt(row).text.slice(0, column));
  const place: Place = { source: document.uri.toString(), row, column, before };
  const title = `${(key ?? "text").replace(/[^\w-]+/g, " ").slice(0, 40)} · ${file}:${row + 1}`;
  return vscode.Uri.from({ scheme: SCHEME, path: `/${FOLDER}/${title}`, query: JSON.stringify(place) });
}

function placeOf(uri: vscode.Uri): Place | undefined {
  try {
    const { source, row, column, before } = JSON.parse(uri.query) as Partial<Record<keyof Place, unknown>>;
    if (typeof source !== "string" || typeof row !== "number" || typeof column !== "number" || typeof before !== "number") {
      return undefined;
    }
    return { source, row, column, before };
  } catch {
    return undefined;
  }
}

/** The key whose value is, or holds, the string that is written from a column on. */
function keyBefore(line: string, column: number): string | undefined {
  let key: string | undefined;
  for (const string of stringsOf(line)) {
    if (string.start >= column) break;
    if (string.isKey) key = decode(line.slice(string.start, string.end))?.text;
  }
  return key;
}

/** A number that tells texts apart well enough: FNV-1a. */
function digest(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
