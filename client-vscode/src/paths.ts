// Paths as people write them in settings. Pure.

import * as path from "node:path";

/** What the variables in a path stand for. `folder` is the workspace folder, absent in an empty window. */
export interface PathContext {
  readonly folder: string | undefined;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Replaces a leading `~`, `${workspaceFolder}`, `${userHome}` and `${env:NAME}`; leaves unknown variables as they are. */
export function expandVariables(text: string, context: PathContext): string {
  const expanded = text.trim().replace(/\$\{(workspaceFolder|userHome|env:([^}]+))\}/g, (whole, name: string, variable: string) => {
    if (name === "workspaceFolder") return context.folder ?? whole;
    if (name === "userHome") return context.home;
    return context.env[variable] ?? "";
  });
  return expanded === "~" || /^~[/\\]/.test(expanded) ? context.home + expanded.slice(1) : expanded;
}

/** True for `finetooth`, false for `./finetooth`, `bin/finetooth` and `/usr/bin/finetooth`. */
export function isBareCommand(text: string): boolean {
  return text !== "" && !/[/\\]/.test(text) && text !== "." && text !== "..";
}

/** The absolute path that a setting names; relative ones start at the workspace folder. Empty for an empty setting. */
export function absolutePath(text: string, context: PathContext): string {
  const expanded = expandVariables(text, context);
  if (expanded === "" || path.isAbsolute(expanded)) return expanded;
  return context.folder === undefined ? expanded : path.resolve(context.folder, expanded);
}
