// Runs inside VS Code's extension host: the extension by the API that other extensions have.
"use strict";

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");

const folder = process.env.FINETOOTH_FOLDER;
const at = (name) => vscode.Uri.file(path.join(folder, name));
const config = () => vscode.workspace.getConfiguration("finetooth");
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const record = (text, answer = "Certainly.") => JSON.stringify({ messages: [{ role: "user", content: text }, { role: "assistant", content: answer }] });
const misspelt = (text) => record(text).replace('"assistant"', '"asistant"');

async function until(what, holds, milliseconds = 30_000) {
  for (const end = Date.now() + milliseconds; ; await pause(40)) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
  }
}

/** Writes a file and shows it. */
async function open(name, text) {
  fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  fs.writeFileSync(path.join(folder, name), text);
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(at(name)), { viewColumn: vscode.ViewColumn.One });
}

const codes = (document) => vscode.languages.getDiagnostics(document.uri).map((item) => String(item.code?.value ?? item.code)).sort().join(" ");
const shows = (document, wanted) => until(`${wanted || "nothing"} in ${document.fileName}; there is ${codes(document)}`, () => codes(document) === wanted);
/** Edits a document; anew where another edit came between. `edits` are [range, text] pairs, or a function that makes them. */
const put = async (uri, edits) => {
  for (let attempt = 0; attempt < 50; attempt++) {
    const edit = new vscode.WorkspaceEdit();
    for (const [range, text] of typeof edits === "function" ? edits() : edits) edit.replace(uri, range, text);
    if (await vscode.workspace.applyEdit(edit)) return;
    await pause(20);
  }
  assert.fail("the edit was never taken");
};
const closeAll = () => vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor").then(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

/** Opens the text that contains `words` as Markdown; answers with its document. */
async function asMarkdown(editor, words) {
  const place = editor.document.positionAt(editor.document.getText().indexOf(words) + 1);
  await vscode.window.showTextDocument(editor.document, { viewColumn: vscode.ViewColumn.One });
  vscode.window.activeTextEditor.selection = new vscode.Selection(place, place);
  const opened = await vscode.commands.executeCommand("finetooth.editText");
  assert.ok(opened, "a text was opened");
  return opened.document;
}

const whole = (document) => new vscode.Range(0, 0, document.lineCount, 0);

const tests = {
  async "diagnostics are right to the column behind emoji and CJK"() {
    const line = misspelt("😀 二加二 é 😀😀");
    const { document } = await open("columns.jsonl", `${record("a")}\n${line}\n`);
    await shows(document, "FMT006");
    const [{ range, severity, source }] = vscode.languages.getDiagnostics(document.uri);
    assert.equal(document.getText(range), '"asistant"');
    assert.deepEqual([source, severity, range.start.line], ["finetooth", vscode.DiagnosticSeverity.Error, 1]);
  },

  async "a quick fix, and all fixes on save"() {
    const editor = await open("fix.jsonl", `${misspelt("😀 a")}\n\n${misspelt("b")}\n`);
    await shows(editor.document, "FMT006 FMT006 SYN003");
    const [first] = vscode.languages.getDiagnostics(editor.document.uri).filter((item) => item.range.start.line === 0);
    const actions = await vscode.commands.executeCommand("vscode.executeCodeActionProvider", editor.document.uri, first.range, "quickfix", 10);
    const fix = actions.find((action) => action.isPreferred);
    assert.ok(fix?.edit, JSON.stringify(actions.map((action) => action.title)));
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    await shows(editor.document, "FMT006 SYN003");
    const onSave = vscode.workspace.getConfiguration("editor", { uri: editor.document.uri, languageId: "jsonl" });
    await onSave.update("codeActionsOnSave", { "source.fixAll.finetooth": "explicit" }, vscode.ConfigurationTarget.Global, true);
    await editor.document.save();
    await onSave.update("codeActionsOnSave", undefined, vscode.ConfigurationTarget.Global, true);
    assert.equal(fs.readFileSync(editor.document.fileName, "utf8"), `${record("😀 a")}\n${record("b")}\n`);
    await shows(editor.document, "");
  },

  async "settings are heeded at once"() {
    const { document } = await open("settings.jsonl", `${misspelt("a")}\n\n`);
    await shows(document, "FMT006 SYN003");
    await config().update("ignore", ["FMT006"], vscode.ConfigurationTarget.Workspace);
    await shows(document, "SYN003");
    await config().update("ignore", undefined, vscode.ConfigurationTarget.Workspace);
    await shows(document, "FMT006 SYN003");
  },

  async "JSON files are checked where finetooth.jsonFiles names them, and no others"() {
    const text = `[\n  ${record("a")},\n  ${record("b")},\n  ${misspelt("c")}\n]\n`; // most are records: a dataset
    const named = await open("data/named.json", text);
    const other = await open("other/other.json", text);
    await pause(700);
    assert.equal(codes(named.document) + codes(other.document), "", "by default no JSON is checked");
    await config().update("jsonFiles", ["**/data/*.json"], vscode.ConfigurationTarget.Workspace);
    await vscode.window.showTextDocument(named.document); // VS Code asks for findings of what is in front
    await shows(named.document, "FMT006");
    assert.equal(codes(other.document), "");
    const markdown = await asMarkdown(named, "Certainly");
    assert.equal(markdown.getText(), "Certainly.");
    await config().update("jsonFiles", undefined, vscode.ConfigurationTarget.Workspace);
    await until("the findings to go", () => codes(named.document) === "");
  },

  async "a folder's own rules run where finetooth.allowPlugins is on, and not before"() {
    fs.mkdirSync(path.join(folder, "own"), { recursive: true });
    fs.writeFileSync(path.join(folder, "own/rules.py"), PLUGIN);
    fs.writeFileSync(path.join(folder, "own/finetooth.toml"), 'plugins = ["rules.py"]\n');
    const select = config().get("select");
    await config().update("select", [], vscode.ConfigurationTarget.Workspace);
    await config().update("ignore", ["TSK", "SIZ", "DUP", "TOK"], vscode.ConfigurationTarget.Workspace);
    const { document } = await open("own/a.jsonl", `${record("Please, what is a comb?", "A comb, please.")}\n`);
    await pause(1_500);
    assert.equal(codes(document), "");
    assert.equal(fs.existsSync(path.join(folder, "own/ran.txt")), false, "no code of the folder ran");
    await config().update("allowPlugins", true, vscode.ConfigurationTarget.Workspace);
    await shows(document, "XYZ001");
    assert.ok(fs.existsSync(path.join(folder, "own/ran.txt")));
    for (const name of ["allowPlugins", "select", "ignore"]) await config().update(name, undefined, vscode.ConfigurationTarget.Workspace);
    assert.deepEqual(config().get("select"), select);
    await until("the finding of the plugin to go", () => codes(document) === "");
  },

  async "a text is written back in the spelling of its line"() {
    const ascii = '{"messages": [{"role": "user", "content": "caf\\u00e9 \\/ \\"a\\""}, {"role": "assistant", "content": "b"}]}';
    const editor = await open("ascii.jsonl", `${ascii}\r\n${record("c")}\r\n`);
    const text = await asMarkdown(editor, "caf");
    assert.equal(text.getText(), 'café / "a"');
    await put(text.uri, [[new vscode.Range(0, 0, 0, 0), "Zwölf\n\t"]]);
    await until("the record", () => editor.document.lineAt(0).text === ascii.replace("caf", "Zw\\u00f6lf\\n\\tcaf"));
    assert.equal(editor.document.eol, vscode.EndOfLine.CRLF);
    assert.equal(editor.document.lineAt(1).text, record("c"));
    await until("nothing is left to save in the text", () => !text.isDirty);
    assert.ok(editor.document.isDirty);
    await text.save();
  },

  async "what no editor can hold comes back unharmed"() {
    const raw = "a\\r\\nb\\u0000\\ud800\\u2028\\rc";
    const editor = await open("special.jsonl", `{"text": "${raw}"}\n`);
    const text = await asMarkdown(editor, "a\\r");
    await put(text.uri, [[new vscode.Range(0, 0, 0, 1), "A"]]);
    await until("the record", () => editor.document.lineAt(0).text === `{"text": "${raw.replace("a", "A")}"}`);
    const end = text.lineAt(text.lineCount - 1).range.end;
    await put(text.uri, [[new vscode.Range(end, end), "!"]]);
    await until("the record", () => editor.document.lineAt(0).text === `{"text": "${raw.replace("a", "A")}!"}`);
  },

  async "both sides may change at once; only where they cross somebody is asked"() {
    const editor = await open("both.jsonl", `${record("one two three")}\n`);
    const text = await asMarkdown(editor, "one two");
    const inRecord = (words) => {
      const start = editor.document.getText().indexOf(words);
      return new vscode.Range(editor.document.positionAt(start), editor.document.positionAt(start + words.length));
    };
    await Promise.all([put(text.uri, [[new vscode.Range(0, 0, 0, 3), "1"]]), put(editor.document.uri, () => [[inRecord("three"), "3"]])]);
    await until("both changes", () => text.getText() === "1 two 3" && editor.document.lineAt(0).text === record("1 two 3"));
    for (let n = 0; n < 15; n++) {
      await put(editor.document.uri, () => [[inRecord("3"), "3y"]]);
      await put(text.uri, [[new vscode.Range(0, 0, 0, 0), "x"]]);
    }
    await until("many changes in turn", () => record(text.getText()) === editor.document.lineAt(0).text && /^x{15}1 two 3y{15}$/.test(text.getText()));
  },

  async "a half-typed escape in the record waits until it is whole"() {
    const editor = await open("half.jsonl", `${record("abc")}\n`);
    const text = await asMarkdown(editor, "abc");
    const here = editor.document.positionAt(editor.document.getText().indexOf("bc"));
    for (const [at, letter] of [..."\\u00e9"].entries()) await put(editor.document.uri, [[new vscode.Range(here.translate(0, at), here.translate(0, at)), letter]]);
    await until("é in the text", () => text.getText() === "aébc");
    assert.equal(editor.document.lineAt(0).text, record("abc").replace("abc", "a\\u00e9bc"));
  },

  async "a text follows its record through sorting, undo and a change on disk"() {
    const lines = [record("first"), record("second 😀"), record("third")];
    const editor = await open("moves.jsonl", `${lines.join("\n")}\n`);
    const text = await asMarkdown(editor, "second");
    await put(editor.document.uri, [[whole(editor.document), `${[...lines].reverse().join("\n")}\n`]]);
    await put(text.uri, [[new vscode.Range(0, 0, 0, 6), "zweite"]]);
    await until("the middle line", () => editor.document.lineAt(1).text === record("zweite 😀"));
    await editor.document.save();
    fs.writeFileSync(editor.document.fileName, `${record("zero")}\n${lines[0]}\n${record("zweite 😀")}\n`);
    await until("the change on disk", () => editor.document.lineAt(0).text === record("zero"));
    await put(text.uri, [[new vscode.Range(0, 0, 0, 6), "2nd"]]);
    await until("the last line", () => editor.document.lineAt(2).text === record("2nd 😀"));
    await vscode.commands.executeCommand("finetooth.showRecord");
  },

  async "a text outlives the tab of its file, and saves it"() {
    const editor = await open("tab.jsonl", `${record("stay")}\n`);
    const text = await asMarkdown(editor, "stay");
    const tab = vscode.window.tabGroups.all.flatMap((group) => group.tabs).find((one) => one.input?.uri?.path.endsWith("tab.jsonl"));
    await vscode.window.tabGroups.close(tab);
    await put(text.uri, [[new vscode.Range(0, 0, 0, 4), "gone?"]]);
    await vscode.window.showTextDocument(text);
    await vscode.commands.executeCommand("finetooth.saveText");
    await until("the file", () => fs.readFileSync(path.join(folder, "tab.jsonl"), "utf8") === `${record("gone?")}\n`);
  },

  async "a text is opened once"() {
    const editor = await open("once.jsonl", `${record("twice")}\n`);
    const one = await asMarkdown(editor, "twice");
    const two = await asMarkdown(editor, "wice");
    assert.equal(one.uri.toString(), two.uri.toString());
    const place = new vscode.Position(0, 3); // on a key
    await vscode.window.showTextDocument(editor.document, { viewColumn: vscode.ViewColumn.One, selection: new vscode.Range(place, place) });
    assert.equal(await vscode.commands.executeCommand("finetooth.editText"), undefined);
  },

  async "a server that is killed comes back and loses nothing"() {
    const editor = await open("killed.jsonl", `${misspelt("a")}\n`);
    await shows(editor.document, "FMT006");
    await put(editor.document.uri, [[new vscode.Range(0, 0, 0, 0), `${misspelt("unsaved")}\n`]]);
    await shows(editor.document, "FMT006 FMT006");
    const before = servers();
    assert.equal(before.length, 1, `servers: ${before}`);
    process.kill(before[0], "SIGKILL");
    await until("another server", () => servers().some((pid) => pid !== before[0]));
    await put(editor.document.uri, [[new vscode.Range(0, 0, 0, 0), "\n"]]);
    await shows(editor.document, "FMT006 FMT006 SYN003");
  },

  async "commands are there"() {
    const known = new Set(await vscode.commands.getCommands(true));
    const { contributes } = vscode.extensions.getExtension("finetooth.finetooth").packageJSON;
    for (const { command } of contributes.commands) assert.ok(known.has(command), command);
  },
};

/** Processes of the server that this extension host started. */
function servers() {
  return execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match && Number(match[2]) === process.pid && / -m finetooth server/.test(match[3]))
    .map((match) => Number(match[1]));
}

exports.run = async function run() {
  const lines = [];
  const say = (line) => {
    lines.push(line);
    fs.writeFileSync(process.env.FINETOOTH_RESULT, `${lines.join("\n")}\n`);
  };
  let failed = 0;
  const only = process.env.FINETOOTH_ONLY;
  const chosen = Object.entries(tests).filter(([name]) => only === undefined || name.includes(only));
  for (const [name, test] of chosen) {
    const start = Date.now();
    try {
      await test();
      say(`ok ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed++;
      say(`FAILED ${name}\n${error.stack}`);
    }
    await closeAll();
  }
  say(`${chosen.length - failed} passed, ${failed} failed`);
  if (failed > 0) throw new Error(`${failed} failed`);
};

const PLUGIN = `"""An answer that pleads.

## What it does
Reports the word in what is learnt.
"""

from pathlib import Path

from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.rule import RecordRule

Path(__file__).with_name("ran.txt").write_text("this code ran")


def check(example, profile, options):
    for text in example.trained_texts():
        at = text.text.find("please")
        if at >= 0:
            span = example.span_of(text, at, at + 6)
            yield Finding("XYZ001", "the answer pleads", Consequence.DEGRADED, span=span, path=text.path)


RULE = RecordRule(
    code="XYZ001",
    name="pleading-answer",
    summary="An answer that pleads.",
    consequence=Consequence.DEGRADED,
    check=check,
    triggers=("please",),
)
`;
