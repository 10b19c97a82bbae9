// The life of the server process: found, started, stopped, restarted. One at a time.

import * as vscode from "vscode";
import { type LanguageClient, State } from "vscode-languageclient/node";

import { createClient } from "./client";
import { pathContext, read } from "./configuration";
import { type Location, locateServer, type Probes, type ServerCommand } from "./locateServer";
import { reportBadSetting, reportCrashes, reportFailedStart, reportMissing } from "./messages";
import { text } from "./settings";
import type { Status } from "./status";

/** A token that is left out would be sent as a second parameter. */
const NEVER = new vscode.CancellationTokenSource().token;

export class Server {
  private client: LanguageClient | undefined;
  private running: ServerCommand | undefined;
  private readonly changed = new vscode.EventEmitter<boolean>();
  /** Says whether the server runs, when that changes. */
  readonly onDidChangeRunning = this.changed.event;
  /** The last start, stop or restart that was asked for; the next waits for it. */
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly probes: Probes,
    /** The interpreter of the extension's own environment. */
    private readonly privatePython: string,
    private readonly log: vscode.LogOutputChannel,
    private readonly status: Status,
    private readonly onReport: (uri: vscode.Uri) => unknown,
  ) {}

  /** Stops the server if it runs, looks for it anew and starts it. Reports its own failures. */
  restart(): Promise<void> {
    return this.enqueue(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  /** The command that the running server was started by, for what is not asked of it but done by a process of its own. */
  get command(): ServerCommand | undefined {
    return this.client?.isRunning() === true ? this.running : undefined;
  }

  /** Asks the server. Undefined where none runs, or it does not know or refuses the request. */
  async ask<T>(method: string, params: unknown, token?: vscode.CancellationToken): Promise<T | undefined> {
    const client = this.client;
    if (client?.isRunning() !== true) return undefined;
    try {
      return (await client.sendRequest<T | null>(method, params, token ?? NEVER)) ?? undefined;
    } catch (error) {
      if (token?.isCancellationRequested !== true) this.log.debug(`${method}: ${String(error)}`);
      return undefined;
    }
  }

  /** Has the server carry out a command. An empty error: it was cancelled. */
  async execute<T>(command: string, argument: unknown, token?: vscode.CancellationToken): Promise<{ result: T } | { error: string }> {
    const client = this.client;
    if (client?.isRunning() !== true) return { error: "The server is not running." };
    if (client.initializeResult?.capabilities.executeCommandProvider?.commands.includes(command) !== true) {
      return { error: "The server is too old for this: install the version of the extension." };
    }
    try {
      const params = { command, arguments: [argument] };
      return { result: (await client.sendRequest("workspace/executeCommand", params, token ?? NEVER)) as T };
    } catch (error) {
      if (token?.isCancellationRequested === true) return { error: "" };
      this.log.error(`${command}: ${String(error)}`);
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Names a document to the server. */
  uriOf(document: vscode.TextDocument): string {
    return this.client?.code2ProtocolConverter.asUri(document.uri) ?? document.uri.toString();
  }

  stop(): Promise<void> {
    return this.enqueue(() => this.stopNow());
  }

  private enqueue(step: () => Promise<void>): Promise<void> {
    this.last = this.last.then(step).catch((error: unknown) => this.log.error(String(error)));
    return this.last;
  }

  private async startNow(): Promise<void> {
    if (read("enable") === false) {
      this.log.info("Not started: finetooth.enable is off.");
      this.status.off();
      return;
    }
    this.status.starting();
    const location = await this.locate();
    switch (location.kind) {
      case "found":
        this.run(location.server);
        return;
      case "bad-setting":
        this.status.failed(`${location.setting}: ${location.problem}`);
        return reportBadSetting(location.setting, location.problem, this.log);
      case "missing":
        this.status.failed("The server was not found.");
        return reportMissing(location.python, vscode.workspace.isTrusted, this.log);
    }
  }

  private locate(): Promise<Location> {
    const trusted = vscode.workspace.isTrusted;
    const context = pathContext();
    const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === "file");
    const search = {
      path: text(read("path")) ?? "",
      interpreter: text(read("interpreter")) ?? "",
      privatePython: this.privatePython,
      trusted,
      folders: folders.map((folder) => folder.uri.fsPath),
      windows: process.platform === "win32",
      context: trusted ? context : { ...context, folder: undefined },
    };
    return locateServer(search, this.probes, (line) => this.log.info(line));
  }

  /** Does not wait: a program that never answers must not hold up the restart that people then ask for. */
  private run(server: ServerCommand): void {
    this.log.info(`Server from ${server.source}: ${[server.command, ...server.args].join(" ")}`);
    const client = createClient(server, this.log, () => reportCrashes(this.log), this.onReport);
    this.client = client;
    this.running = server;
    client.onDidChangeState(({ newState }) => this.show(client, newState));
    client.start().catch((error: unknown) => {
      if (this.client !== client) return; // stopped meanwhile
      this.log.error(`The server did not start: ${String(error)}`);
      this.status.failed("The server did not start.");
      reportFailedStart(server, this.log);
    });
  }

  /** Keeps the status in step with the process, also over crashes, and logs who answered. */
  private show(client: LanguageClient, state: State): void {
    if (this.client !== client) return; // stopped meanwhile
    void vscode.commands.executeCommand("setContext", "finetooth.running", state === State.Running);
    this.changed.fire(state === State.Running);
    if (state === State.Running) {
      const { serverInfo, capabilities } = client.initializeResult ?? {};
      const version = serverInfo?.version ?? "of unknown version";
      const diagnostics = capabilities?.diagnosticProvider === undefined ? "pushes" : "answers pulls of";
      const encoding = capabilities?.positionEncoding ?? "utf-16";
      this.log.info(`Connected to ${serverInfo?.name ?? "a server"} ${version}; it ${diagnostics} diagnostics, ${encoding}.`);
      this.status.running(version);
    } else if (state === State.Starting) {
      this.status.starting();
    } else {
      this.status.failed("The server is not running.");
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      if (client?.needsStop() === true) await client.stop();
    } catch (error) {
      this.log.warn(`The server did not stop in good order: ${String(error)}`);
    } finally {
      await vscode.commands.executeCommand("setContext", "finetooth.running", false);
    }
  }
}
