// Installs the server into an environment of the extension's own, where none is found: one click, nothing else touched.

import { execFile, spawn } from "node:child_process";
import { rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

import { pathContext, read } from "../configuration";
import { absolutePath, isBareCommand } from "../paths";
import { text } from "../settings";
import { explain, fits, interpreterIn, OLDEST, pipArguments, progressOf, PYTHON_QUESTION, pythonCommands } from "./plan";

const windows = process.platform === "win32";
const QUESTION_TIMEOUT_MS = 20_000;
const SHOW_LOG = "Show log";
const CHOOSE = "Choose Python…";

export class Installer {
  private readonly folder: string;
  private readonly version: string;
  private installing: Promise<boolean> | undefined;

  constructor(
    context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
    /** The interpreter of the Python extension, if people have it. */
    private readonly activePython: () => Promise<string | undefined>,
  ) {
    this.folder = path.join(context.globalStorageUri.fsPath, "server");
    this.version = String(context.extension.packageJSON.version);
  }

  /** The interpreter of the private environment, whether it is there or not. */
  get python(): string {
    return interpreterIn(this.folder, windows);
  }

  /** Installs, showing how far it is. Answers whether a server is there now; reports its own failures. */
  install(chosen?: string): Promise<boolean> {
    this.installing ??= this.installOnce(chosen).finally(() => (this.installing = undefined));
    return this.installing;
  }

  private async installOnce(chosen: string | undefined): Promise<boolean> {
    const options = { location: vscode.ProgressLocation.Notification, title: "Installing Finetooth", cancellable: true };
    const problem = await vscode.window.withProgress(options, async (progress, token) => {
      try {
        const python = chosen === undefined ? await this.findPython() : [chosen];
        if (python === undefined) return `Python ${OLDEST.major}.${OLDEST.minor} or newer was not found.`;
        this.log.info(`Installing with ${python.join(" ")} into ${this.folder}`);
        await rm(this.folder, { recursive: true, force: true }); // half of an earlier attempt is of no use
        progress.report({ message: "making an environment" });
        await this.run([...python, "-I", "-m", "venv", this.folder], token, () => undefined);
        const { source, isFolder } = await packageSource();
        await this.run([this.python, ...pipArguments(source, this.version, isFolder)], token, (line) => {
          const message = progressOf(line);
          if (message !== undefined) progress.report({ message });
        });
        return undefined;
      } catch (error) {
        await rm(this.folder, { recursive: true, force: true }).catch(() => undefined);
        if (token.isCancellationRequested) return "";
        return error instanceof InstallError ? error.message : String(error);
      }
    });
    if (problem === undefined) {
      this.log.info("Finetooth is installed.");
      return true;
    }
    if (problem !== "") this.report(problem);
    return false;
  }

  private report(problem: string): void {
    this.log.error(`Finetooth could not be installed: ${problem}`);
    void vscode.window.showErrorMessage(`Finetooth could not be installed. ${problem}`, SHOW_LOG, CHOOSE).then(async (choice) => {
      if (choice === SHOW_LOG) this.log.show();
      if (choice !== CHOOSE) return;
      const files = await vscode.window.showOpenDialog({ title: "Which Python makes the environment?", canSelectMany: false });
      const file = files?.[0]?.fsPath;
      if (file !== undefined && (await this.install(file))) await vscode.commands.executeCommand("finetooth.restart");
    });
  }

  /** A Python that can make environments: that of the Python extension, else one on the PATH. */
  private async findPython(): Promise<readonly string[] | undefined> {
    const active = vscode.workspace.isTrusted ? await this.activePython() : undefined;
    for (const command of [...(active === undefined ? [] : [[active]]), ...pythonCommands(windows)]) {
      const answer = await ask([...command, ...PYTHON_QUESTION]);
      if (fits(answer)) return command;
      this.log.info(`${command.join(" ")} is no Python to install with: ${answer.trim().split("\n").at(-1) ?? ""}`);
    }
    return undefined;
  }

  private run(command: readonly string[], token: vscode.CancellationToken, heard: (line: string) => void): Promise<void> {
    const [program, ...args] = command;
    return new Promise((resolve, reject) => {
      const child = spawn(program!, args, { cwd: tmpdir(), windowsHide: true, stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      const take = (chunk: Buffer): void => {
        const part = chunk.toString();
        output += part;
        for (const line of part.split(/\r?\n/).filter((one) => one.trim() !== "")) {
          this.log.info(line);
          heard(line);
        }
      };
      child.stdout.on("data", take);
      child.stderr.on("data", take);
      const stop = token.onCancellationRequested(() => child.kill());
      child.on("error", (error) => reject(new InstallError(error.message)));
      child.on("close", (code) => {
        stop.dispose();
        if (code === 0) resolve();
        else reject(new InstallError(explain(output)));
      });
    });
  }
}

class InstallError extends Error {}

/** The setting finetooth.package: a requirement as it is, a path made absolute. */
async function packageSource(): Promise<{ source: string; isFolder: boolean }> {
  const written = text(read("package")) ?? "";
  if (written === "") return { source: "", isFolder: false };
  if (isBareCommand(written) && !written.endsWith(".whl")) return { source: written, isFolder: false };
  const file = absolutePath(written, { ...pathContext(), folder: undefined });
  const isFolder = await stat(file).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  return { source: path.isAbsolute(file) ? file : written, isFolder };
}

/** What a command prints, also where it fails. Run outside the workspace: nothing there can be imported. */
function ask(command: readonly string[]): Promise<string> {
  const [program, ...args] = command;
  return new Promise((resolve) => {
    execFile(program!, args, { cwd: tmpdir(), timeout: QUESTION_TIMEOUT_MS, windowsHide: true }, (error, stdout, stderr) => {
      resolve(error === null ? stdout : stderr || error.message);
    });
  });
}
