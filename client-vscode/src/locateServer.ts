// Where the server is. Pure: the machine is asked through `Probes`, so that the order can be tested.

import * as path from "node:path";

import { absolutePath, expandVariables, isBareCommand, type PathContext } from "./paths";

/** How a Python interpreter answers when asked for Finetooth: the version it has, or why it has none. */
export type PythonAnswer = { readonly version: string } | { readonly problem: string };

/** Questions to the machine. None of them throws. */
export interface Probes {
  /** The absolute path of a program on the PATH, never one in the current folder. */
  onPath(command: string): Promise<string | undefined>;
  /** Whether this is a file that may be run. */
  isExecutable(file: string): Promise<boolean>;
  /** Asks an interpreter whether Finetooth can be imported. */
  askPython(interpreter: string): Promise<PythonAnswer>;
  /** The interpreter that the Python extension has chosen; undefined without that extension. */
  activePython(): Promise<string | undefined>;
}

/** What is known when the search begins. `path` and `interpreter` are the settings, as written. */
export interface Search {
  readonly path: string;
  readonly interpreter: string;
  /** The interpreter of the environment that the extension makes by itself. */
  readonly privatePython: string;
  /** Whether people trust the folders. If not, nothing inside them is run; `context` must then name no folder. */
  readonly trusted: boolean;
  readonly folders: readonly string[];
  readonly windows: boolean;
  readonly context: PathContext;
}

/** A command that starts the server on stdio. `source` says in words where it was found. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly source: string;
}

export type Location =
  | { readonly kind: "found"; readonly server: ServerCommand }
  /** A setting names something that cannot be used. It is never passed over in silence. */
  | { readonly kind: "bad-setting"; readonly setting: string; readonly problem: string }
  /** Nothing found. `python` is the interpreter into which Finetooth should be installed, where one is known. */
  | { readonly kind: "missing"; readonly python?: string };

/**
 * Looks for the server: settings, active Python environment, environments in the folders, PATH, the extension's own
 * environment. The first that fits wins.
 */
export async function locateServer(search: Search, probes: Probes, log: (line: string) => void): Promise<Location> {
  if (search.path.trim() !== "") return fromPathSetting(search, probes);
  if (search.interpreter.trim() !== "") return fromInterpreterSetting(search, probes);

  let python: string | undefined;
  if (search.trusted) {
    for await (const [interpreter, source] of environments(search, probes)) {
      const answer = await probes.askPython(interpreter);
      if ("version" in answer) return found(pythonCommand(interpreter, source));
      log(`No server in ${source}, ${interpreter}: ${answer.problem}`);
      python ??= interpreter;
    }
  } else {
    log("The folder is not trusted: Python environments are not looked at.");
  }

  const command = await probes.onPath("finetooth");
  if (command !== undefined) return found({ command, args: ["server"], source: "the PATH" });
  log("No server on the PATH.");
  if (await probes.isExecutable(search.privatePython)) {
    const answer = await probes.askPython(search.privatePython);
    if ("version" in answer) return found(pythonCommand(search.privatePython, "the extension's own environment"));
    log(`No server in the extension's own environment: ${answer.problem}`);
  }
  return python === undefined ? { kind: "missing" } : { kind: "missing", python };
}

/** Interpreters worth asking, best first. The active one is asked for only when its turn comes. */
async function* environments(search: Search, probes: Probes): AsyncGenerator<[interpreter: string, source: string]> {
  const active = await probes.activePython();
  if (active !== undefined) yield [active, "the active Python environment"];
  for (const folder of search.folders) {
    for (const name of [".venv", "venv"]) {
      const interpreter = search.windows ? `${folder}\\${name}\\Scripts\\python.exe` : `${folder}/${name}/bin/python`;
      if (interpreter !== active && (await probes.isExecutable(interpreter))) yield [interpreter, `the environment ${name}`];
    }
  }
}

async function fromPathSetting(search: Search, probes: Probes): Promise<Location> {
  const setting = "finetooth.path";
  const command = await resolveProgram(search.path, search, probes);
  if (command === undefined) return badSetting(setting, `\`${search.path.trim()}\` is not a program that can be run.`);
  return found({ command, args: ["server"], source: `the setting ${setting}` });
}

async function fromInterpreterSetting(search: Search, probes: Probes): Promise<Location> {
  const setting = "finetooth.interpreter";
  const interpreter = await resolveProgram(search.interpreter, search, probes);
  if (interpreter === undefined) {
    return badSetting(setting, `\`${search.interpreter.trim()}\` is not a program that can be run.`);
  }
  const answer = await probes.askPython(interpreter);
  if ("problem" in answer) return badSetting(setting, `${interpreter}: ${answer.problem}`);
  return found(pythonCommand(interpreter, `the setting ${setting}`));
}

/** The absolute path of the program that a setting names, or undefined if it cannot be run. */
async function resolveProgram(text: string, search: Search, probes: Probes): Promise<string | undefined> {
  const expanded = expandVariables(text, search.context);
  if (isBareCommand(expanded)) return probes.onPath(expanded);
  const file = absolutePath(text, search.context);
  return path.isAbsolute(file) && (await probes.isExecutable(file)) ? file : undefined;
}

/** `-P` keeps the current folder off the module path: a folder named `finetooth` in a project must not be imported. */
function pythonCommand(interpreter: string, source: string): ServerCommand {
  return { command: interpreter, args: ["-P", "-m", "finetooth", "server"], source };
}

function found(server: ServerCommand): Location {
  return { kind: "found", server };
}

function badSetting(setting: string, problem: string): Location {
  return { kind: "bad-setting", setting, problem };
}

/** The shell command that installs Finetooth, into `python`'s environment if one is known. */
export function installCommand(python: string | undefined, windows: boolean): string {
  if (python === undefined) return "pip install finetooth";
  if (!/\s/.test(python)) return `${python} -m pip install finetooth`;
  return `${windows ? "& " : ""}"${python}" -m pip install finetooth`; // PowerShell runs a quoted path only after `&`
}
