// The JSON Schema of finetooth.toml for "Even Better TOML", which takes schemas of extensions by https addresses alone,
// and from its own settings also files. So people are asked once whether that setting may be written.

import { copyFile, mkdir } from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";

const TOML_EXTENSION = "tamasfe.even-better-toml";
const SETTING = "evenBetterToml.schema.associations";
const PATTERN = "^.*/\\.?finetooth\\.toml$";
const ASKED = "finetooth.tomlSchemaAsked";

/** Offers the schema when a finetooth.toml is opened, and keeps the copy that the setting names up to date. */
export function registerTomlSchema(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): vscode.Disposable[] {
  const schema = new TomlSchema(context, log);
  void schema.refresh();
  return [
    vscode.commands.registerCommand("finetooth.useTomlSchema", () => schema.use()),
    vscode.workspace.onDidOpenTextDocument((document) => void schema.offer(document)),
  ];
}

class TomlSchema {
  private readonly file: vscode.Uri;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {
    // Of no version, so that the setting holds after an update.
    this.file = vscode.Uri.joinPath(context.globalStorageUri, "finetooth.schema.json");
  }

  private get associations(): Readonly<Record<string, unknown>> {
    return vscode.workspace.getConfiguration().get<Record<string, unknown>>(SETTING) ?? {};
  }

  async refresh(): Promise<void> {
    if (this.associations[PATTERN] === this.file.toString()) await this.copy();
  }

  private async copy(): Promise<void> {
    await mkdir(path.dirname(this.file.fsPath), { recursive: true });
    await copyFile(this.context.asAbsolutePath("dist/finetooth.schema.json"), this.file.fsPath);
  }

  async use(): Promise<void> {
    if (vscode.extensions.getExtension(TOML_EXTENSION) === undefined) {
      void vscode.window.showInformationMessage("The schema is for the extension Even Better TOML, which is not installed.");
      return;
    }
    try {
      await this.copy();
      const written = { ...this.associations, [PATTERN]: this.file.toString() };
      await vscode.workspace.getConfiguration().update(SETTING, written, vscode.ConfigurationTarget.Global);
    } catch (error) {
      this.log.error(`The schema could not be set: ${String(error)}`);
      void vscode.window.showErrorMessage("The schema of finetooth.toml could not be set. See the log.");
    }
  }

  async offer(document: vscode.TextDocument): Promise<void> {
    if (!/\/\.?finetooth\.toml$/.test(document.uri.path) || this.context.globalState.get(ASKED) === true) return;
    if (vscode.extensions.getExtension(TOML_EXTENSION) === undefined || PATTERN in this.associations) return;
    await this.context.globalState.update(ASKED, true);
    const yes = "Use it";
    const message = "Even Better TOML can complete and explain the keys of finetooth.toml by Finetooth's schema.";
    if ((await vscode.window.showInformationMessage(message, yes, "No")) === yes) await this.use();
  }
}
