// How a private server is installed: which Python, which arguments, what failures mean. Pure.

import * as path from "node:path";

export interface Version {
  readonly major: number;
  readonly minor: number;
}

export const OLDEST: Version = { major: 3, minor: 11 };

/** Asks an interpreter for its version, and whether it can make environments. */
export const PYTHON_QUESTION = ["-I", "-c", "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"];

/** Commands that may be a Python, best first. */
export function pythonCommands(windows: boolean): readonly (readonly string[])[] {
  if (windows) return [["py", "-3"], ["python"], ["python3"]];
  return [["python3"], ["python"], ["python3.14"], ["python3.13"], ["python3.12"], ["python3.11"]];
}

/** The version in an answer to `PYTHON_QUESTION`, if it is new enough. */
export function fits(answer: string): boolean {
  const match = /^(\d+)\.(\d+)\s*$/.exec(answer);
  if (match === null) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
}

/** The interpreter of an environment. */
export function interpreterIn(folder: string, windows: boolean): string {
  return windows ? path.win32.join(folder, "Scripts", "python.exe") : path.posix.join(folder, "bin", "python");
}

/**
 * What pip is asked to install. `source` is the setting: empty, a requirement, a wheel, or a folder with wheels of
 * Finetooth and all it needs, for a machine without network.
 */
export function pipArguments(source: string, version: string, isFolder: boolean): string[] {
  const common = ["-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--upgrade"];
  if (source === "") return [...common, `finetooth==${version}`];
  if (isFolder) return [...common, "--no-index", "--find-links", source, `finetooth==${version}`];
  return [...common, source];
}

/** A line of pip's output in few words, for the progress; undefined where it says nothing of interest. */
export function progressOf(line: string): string | undefined {
  const match = /^\s*(Collecting|Downloading|Building wheels? for|Installing collected packages)\b:?\s*([\w.-]*)/.exec(line);
  if (match === null) return undefined;
  if (match[1]!.startsWith("Installing")) return "installing the packages";
  const name = match[2]!.replace(/-\d.*$/, "");
  return `${match[1]!.toLowerCase()} ${name}`;
}

/** Why it failed, in a sentence, from all that was printed. */
export function explain(output: string): string {
  if (/ensurepip|python3(\.\d+)?-venv/.test(output)) {
    return "This Python cannot make environments. On Debian and Ubuntu: install the package python3-venv.";
  }
  if (/No matching distribution found for finetooth/.test(output)) {
    return "pip did not find this version of Finetooth. The setting finetooth.package can name a wheel, or a folder of wheels.";
  }
  if (/NewConnectionError|Temporary failure in name resolution|ConnectTimeout|Could not fetch URL|ProxyError/.test(output)) {
    return "pip could not reach its package index. The setting finetooth.package can name a folder of wheels.";
  }
  if (/No space left on device|ENOSPC/.test(output)) return "There is no space left on the disk.";
  const errors = output.split(/\r?\n/).filter((line) => /^ERROR:/.test(line));
  return errors.at(-1)?.replace(/^ERROR:\s*/, "") ?? "The log has all that was printed.";
}
