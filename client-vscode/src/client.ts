// How the language client talks to the server: which files, which settings, what is shown.

import * as vscode from "vscode";
import {
  CloseAction,
  DidChangeConfigurationNotification,
  DidOpenTextDocumentNotification,
  type ErrorHandler,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  ShowMessageNotification,
  State,
  vsdiag,
} from "vscode-languageclient/node";

import { isChecked, pathContext, read, selector, settingsFor } from "./configuration";
import type { ServerCommand } from "./locateServer";
import { MAKE_REPORT } from "./serverCommands";
import { MessageSeverity, popsUp } from "./settings";

/** Leaves all messages about failures to this extension: the library's own pop up beside ours and name no way out. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/**
 * A client, not yet started. `onGaveUp` is told when a server that ran is not restarted after a crash; a server that
 * never ran makes `client.start()` fail. Which files and settings are watched, and whether diagnostics are pulled or
 * pushed, is registered by the server alone: registered here too, everything would come twice. `onReport` is called
 * where the report of a file is asked for, as by a click on the line above the first.
 */
export function createClient(
  server: ServerCommand,
  log: vscode.LogOutputChannel,
  onGaveUp: () => void,
  onReport: (uri: vscode.Uri) => unknown,
): LanguageClient {
  // Documents the server was told of. Names say too little: of YAML and JSON only what holds settings is sent.
  const sent = new Set<string>();
  const options: LanguageClientOptions = {
    documentSelector: selector(),
    outputChannel: log,
    traceOutputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: () => settingsFor(),
    initializationFailedHandler: () => false, // whoever started the client reports it, with buttons
    errorHandler: {
      error: (error, message, count) => standardHandler().error(error, message, count),
      closed: async () => {
        // A server that dies before it answers would only die again.
        const early = client.state === State.Starting;
        const result = early ? { action: CloseAction.DoNotRestart } : await standardHandler().closed();
        if (result.action === CloseAction.DoNotRestart && hasRun) onGaveUp();
        return { ...result, handled: true };
      },
    },
    middleware: {
      didOpen: async (document, next) => {
        if (!isChecked(document)) return;
        sent.add(document.uri.toString());
        await next(document);
      },
      didChange: async (event, next) => {
        const uri = event.document.uri.toString();
        if (sent.has(uri)) return next(event);
        if (!isChecked(event.document)) return;
        sent.add(uri);
        const opened = client.code2ProtocolConverter.asOpenTextDocumentParams(event.document);
        await client.sendNotification(DidOpenTextDocumentNotification.type, opened);
      },
      didSave: async (document, next) => {
        if (sent.has(document.uri.toString())) await next(document);
      },
      didClose: async (document, next) => {
        if (sent.delete(document.uri.toString())) await next(document);
      },
      provideDiagnostics: (document, previousResultId, token, next) => {
        const uri = document instanceof vscode.Uri ? document : document.uri;
        if (sent.has(uri.toString())) return next(document, previousResultId, token);
        return { kind: vsdiag.DocumentDiagnosticReportKind.full, items: [] };
      },
      executeCommand: (command, args: unknown[], next) => {
        if (command !== MAKE_REPORT) return next(command, args);
        const first: unknown = args[0];
        const uri = typeof first === "string" ? first : (first as { uri?: unknown } | undefined)?.uri;
        if (typeof uri === "string") return onReport(vscode.Uri.parse(uri));
      },
      workspace: {
        // Both ways of asking give the names that the server knows, not those of VS Code's settings.
        configuration: (params, token, next) => {
          if (params.items.some((item) => item.section !== "finetooth")) return next(params, token);
          return params.items.map((item) => settingsFor(item.scopeUri ? vscode.Uri.parse(item.scopeUri) : undefined));
        },
        didChangeConfiguration: () =>
          client.sendNotification(DidChangeConfigurationNotification.type, { settings: { finetooth: settingsFor() } }),
      },
    },
  };
  const { command, args } = server;
  const cwd = pathContext().folder;
  const run = { command, args: [...args], ...(cwd === undefined ? {} : { options: { cwd } }) };
  const client = new QuietClient("finetooth", "Finetooth", run, options);

  let hasRun = false;
  client.onDidChangeState(({ newState }) => (hasRun ||= newState === State.Running));
  let standard: ErrorHandler | undefined;
  const standardHandler = (): ErrorHandler => (standard ??= client.createDefaultErrorHandler());
  client.onNotification(ShowMessageNotification.type, ({ type, message }) => showMessage(type, message, log));
  return client;
}

/** A message of the server: always in the log, and popping up as far as people want it. */
function showMessage(severity: number, message: string, log: vscode.LogOutputChannel): void {
  if (severity === MessageSeverity.Error) log.error(message);
  else if (severity === MessageSeverity.Warning) log.warn(message);
  else log.info(message);
  if (!popsUp(severity, read("showNotifications"))) return;
  const show =
    severity === MessageSeverity.Error
      ? vscode.window.showErrorMessage
      : severity === MessageSeverity.Warning
        ? vscode.window.showWarningMessage
        : vscode.window.showInformationMessage;
  void show(message, "Show log").then((choice) => choice && log.show());
}
