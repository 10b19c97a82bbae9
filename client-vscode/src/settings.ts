// What the server is told of the settings. Pure: settings are read through a function.

import { absolutePath, type PathContext } from "./paths";

/** The settings as the server names them. What is undefined is not sent, and decided by the configuration file. */
export interface ServerSettings {
  readonly enable: boolean;
  readonly configuration: string | undefined;
  readonly allowPlugins: true | undefined;
  readonly select: readonly string[] | undefined;
  readonly ignore: readonly string[] | undefined;
  readonly target: string | undefined;
  readonly model: string | undefined;
  readonly format: string | undefined;
  readonly maxDiagnostics: number | undefined;
  readonly maxItems: number | undefined;
  readonly inlayHints: false | undefined;
  readonly codeLens: false | undefined;
  readonly ignoreActions: false | undefined;
  readonly workspaceDiagnostics: true | undefined;
}

/** Reads one setting of the section `finetooth`. Hand-written settings files may hold anything, hence `unknown`. */
export type ReadSetting = (key: string) => unknown;

/** Only what a person set is sent: an empty value must not hide the configuration file's. */
export function serverSettings(read: ReadSetting, context: PathContext): ServerSettings {
  const configuration = text(read("configuration"));
  return {
    enable: read("enable") !== false,
    configuration: configuration && absolutePath(configuration, context),
    allowPlugins: read("allowPlugins") === true || undefined,
    select: texts(read("select")),
    ignore: texts(read("ignore")),
    target: text(read("target")),
    model: text(read("model")),
    format: text(read("datasetFormat")),
    maxDiagnostics: count(read("maxDiagnostics")),
    maxItems: count(read("maxItems")),
    inlayHints: read("inlayHints") === false ? false : undefined,
    codeLens: read("codeLens") === false ? false : undefined,
    ignoreActions: read("ignoreActions") === false ? false : undefined,
    workspaceDiagnostics: read("workspaceDiagnostics") === true || undefined,
  };
}

/** What names documents to VS Code and to the language client. */
export interface DocumentFilter {
  scheme: string;
  language?: string;
  pattern?: string;
}

/**
 * Documents that are checked: by language, and by name for hosts where another extension claims the file type. Of JSON
 * documents only those that the setting `jsonFiles` names: most JSON is no dataset, and would be sent to the server in
 * vain.
 */
export function documentSelector(jsonFiles: unknown): DocumentFilter[] {
  return [
    { scheme: "file", language: "jsonl" },
    { scheme: "untitled", language: "jsonl" },
    { scheme: "file", pattern: "**/*.{jsonl,ndjson}" },
    ...(texts(jsonFiles) ?? []).map((pattern) => ({ scheme: "file", language: "json", pattern })),
  ];
}

/** A trimmed text, or undefined where there is none. */
export function text(value: unknown): string | undefined {
  const trimmed = typeof value === "string" ? value.trim() : "";
  return trimmed === "" ? undefined : trimmed;
}

function texts(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const kept = value.map(text).filter((item) => item !== undefined);
  return kept.length === 0 ? undefined : kept;
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 ? value : undefined;
}

/** Severities of `window/showMessage`, as the protocol numbers them. */
export const enum MessageSeverity {
  Error = 1,
  Warning = 2,
}

/** Whether a message of the server pops up under `finetooth.showNotifications`. */
export function popsUp(severity: number, setting: unknown): boolean {
  switch (setting) {
    case "off":
      return false;
    case "onError":
      return severity <= MessageSeverity.Error;
    case "onWarning":
      return severity <= MessageSeverity.Warning;
    default:
      return true;
  }
}
