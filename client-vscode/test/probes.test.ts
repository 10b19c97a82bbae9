import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";

import { machineProbes } from "../src/probes";

const probes = machineProbes(async () => undefined);

describe("this machine", { skip: process.platform === "win32" && "uses shell scripts" }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "finetooth-"));
  const saved = { path: process.env["PATH"], folder: process.cwd() };

  function script(name: string, lines: string): string {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${lines}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  before(() => process.chdir(folder));
  after(() => {
    process.chdir(saved.folder);
    process.env["PATH"] = saved.path;
    rmSync(folder, { recursive: true });
  });

  test("a program is found on the PATH, but not by an entry relative to the current folder", async () => {
    const file = script("bin/finetooth", "");
    script("finetooth", "");
    for (const entry of ["bin", "./bin", ".", ""]) {
      process.env["PATH"] = `${entry}:/nowhere`;
      assert.equal(await probes.onPath("finetooth"), undefined, entry);
    }
    process.env["PATH"] = `/nowhere:${path.join(folder, "bin")}`;
    assert.equal(await probes.onPath("finetooth"), file);
    process.env["PATH"] = saved.path;
  });

  test("only a file that may be run is executable", async () => {
    writeFileSync(path.join(folder, "text"), "");
    chmodSync(path.join(folder, "text"), 0o644);
    const answers = [script("program", ""), path.join(folder, "text"), folder, path.join(folder, "gone")].map(probes.isExecutable);
    assert.deepEqual(await Promise.all(answers), [true, false, false, false]);
  });

  test("an interpreter with Finetooth names its version, and is not asked in the current folder", async () => {
    const python = script("python", `[ "$1" = -P ] && [ "$(pwd -P)" != "${folder}" ] && echo 1.2.3`);
    assert.deepEqual(await probes.askPython(python), { version: "1.2.3" });
  });

  test("an interpreter without Finetooth, an old one and a missing one say why", async () => {
    const bare = script("bare", `echo "ModuleNotFoundError: No module named 'finetooth'" >&2; exit 1`);
    assert.deepEqual(await probes.askPython(bare), { problem: "Finetooth is not installed there" });
    const old = script("old", `echo "unknown option -P" >&2; echo "usage: python ..." >&2; exit 2`);
    assert.deepEqual(await probes.askPython(old), { problem: "Python 3.11 or newer is needed" });
    assert.match(JSON.stringify(await probes.askPython(path.join(folder, "gone"))), /problem.*ENOENT/);
  });
});
