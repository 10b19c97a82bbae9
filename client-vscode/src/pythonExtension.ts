// The Python extension, if people have it. Only the part of its public API that is used is described here.

import * as vscode from "vscode";

interface PythonApi {
  readonly environments: {
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(environment: { readonly path: string }): Promise<Environment | undefined>;
  };
}

interface Environment {
  readonly executable: { readonly uri?: vscode.Uri };
}

const ACTIVATION_TIMEOUT_MS = 8_000;

/** The chosen interpreter, asked of the Python extension, and word when another one is chosen. */
export class PythonExtension implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeInterpreter = this.changed.event;
  private subscription: vscode.Disposable | undefined;

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** The interpreter for the first workspace folder. Never throws and never waits for long. */
  async activeInterpreter(): Promise<string | undefined> {
    const extension = vscode.extensions.getExtension<PythonApi | undefined>("ms-python.python");
    if (extension === undefined) return undefined;
    try {
      const api = await withTimeout(Promise.resolve(extension.activate()), ACTIVATION_TIMEOUT_MS);
      if (api?.environments === undefined) return undefined;
      this.subscription ??= api.environments.onDidChangeActiveEnvironmentPath(() => this.changed.fire());
      const chosen = api.environments.getActiveEnvironmentPath(vscode.workspace.workspaceFolders?.[0]?.uri);
      const environment = await withTimeout(api.environments.resolveEnvironment(chosen), ACTIVATION_TIMEOUT_MS);
      return environment?.executable.uri?.fsPath;
    } catch (error) {
      this.log.warn(`The Python extension did not name an interpreter: ${String(error)}`);
      return undefined;
    }
  }

  dispose(): void {
    this.subscription?.dispose();
    this.changed.dispose();
  }
}

function withTimeout<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${milliseconds / 1000} s`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
