// The real machine behind `locateServer`.

import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";

import type { Probes, PythonAnswer } from "./locateServer";

const PYTHON_TIMEOUT_MS = 10_000;
const windows = process.platform === "win32";

/** Probes that ask this machine; the Python extension is asked through `activePython`. */
export function machineProbes(activePython: Probes["activePython"]): Probes {
  return { onPath, isExecutable, askPython, activePython };
}

async function onPath(command: string): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue; // "." and "" would find programs in whatever folder is open
    // On Windows pip writes .exe files; .cmd and .bat cannot be started without a shell.
    const names = windows && path.extname(command) === "" ? [`${command}.exe`] : [command];
    for (const name of names) {
      const file = path.join(folder, name);
      if (await isExecutable(file)) return file;
    }
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/** Runs the interpreter once, outside the workspace, without input. */
function askPython(interpreter: string): Promise<PythonAnswer> {
  const args = ["-P", "-c", "import finetooth; print(finetooth.__version__)"];
  return new Promise((resolve) => {
    const options = { cwd: tmpdir(), timeout: PYTHON_TIMEOUT_MS, windowsHide: true };
    const child = execFile(interpreter, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ version: stdout.trim() });
      else resolve({ problem: explain(stderr) ?? (error.killed === true ? "it did not answer" : error.message) });
    });
    child.stdin?.end();
  });
}

/** The last line of a Python error, in words where it is a usual one. */
function explain(stderr: string): string | undefined {
  const last = stderr.trim().split(/\r?\n/).at(-1);
  if (/unknown option:? -P/i.test(stderr)) return "Python 3.11 or newer is needed";
  if (/No module named '?finetooth'?$/.test(last ?? "")) return "Finetooth is not installed there";
  return last === "" ? undefined : last;
}
