import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { installCommand, type Location, locateServer, type Probes, type Search } from "../src/locateServer";

/** A machine with the programs in `files`, of which those in `withFinetooth` are interpreters that have Finetooth. */
interface Machine {
  readonly files?: readonly string[];
  readonly path?: Readonly<Record<string, string>>;
  readonly withFinetooth?: readonly string[];
  readonly active?: string;
}

function probes(machine: Machine, asked: string[] = []): Probes {
  return {
    onPath: async (command) => machine.path?.[command],
    isExecutable: async (file) => machine.files?.includes(file) ?? false,
    askPython: async (interpreter) => {
      asked.push(interpreter);
      return machine.withFinetooth?.includes(interpreter) ? { version: "0.1.0" } : { problem: "Finetooth is not installed there" };
    },
    activePython: async () => machine.active,
  };
}

function search(changes: Partial<Search> = {}): Search {
  const context = { folder: "/project", home: "/home/ada", env: { TOOLS: "/opt/tools" } };
  return { path: "", interpreter: "", privatePython: "/own/bin/python", trusted: true, folders: ["/project"], windows: false, context, ...changes };
}

const untrusted = { trusted: false, context: { folder: undefined, home: "/home/ada", env: {} } };

function locate(changes: Partial<Search>, machine: Machine, asked: string[] = [], lines: string[] = []): Promise<Location> {
  return locateServer(search(changes), probes(machine, asked), (line) => lines.push(line));
}

function assertFound(location: Location, command: string, args: readonly string[], source: RegExp): void {
  assert.equal(location.kind, "found", JSON.stringify(location));
  if (location.kind !== "found") return;
  assert.deepEqual([location.server.command, location.server.args], [command, args]);
  assert.match(location.server.source, source);
}

const MODULE = ["-P", "-m", "finetooth", "server"];
const EVERYTHING: Machine = {
  files: ["/opt/finetooth", "/opt/python", "/project/.venv/bin/python", "/project/venv/bin/python"],
  path: { finetooth: "/usr/bin/finetooth" },
  withFinetooth: ["/opt/python", "/env/python", "/project/.venv/bin/python", "/project/venv/bin/python"],
  active: "/env/python",
};

describe("the order", () => {
  test("finetooth.path wins over everything, and no Python is asked", async () => {
    const asked: string[] = [];
    const location = await locate({ path: "/opt/finetooth", interpreter: "/opt/python" }, EVERYTHING, asked);
    assertFound(location, "/opt/finetooth", ["server"], /finetooth\.path/);
    assert.deepEqual(asked, []);
  });

  test("then finetooth.interpreter", async () => {
    assertFound(await locate({ interpreter: "/opt/python" }, EVERYTHING), "/opt/python", MODULE, /finetooth\.interpreter/);
  });

  test("then the active Python environment", async () => {
    assertFound(await locate({}, EVERYTHING), "/env/python", MODULE, /active Python environment/);
  });

  test("then .venv, when the active environment lacks Finetooth or there is none", async () => {
    const lines: string[] = [];
    const bare = { ...EVERYTHING, active: "/usr/bin/python3" };
    assertFound(await locate({}, bare, [], lines), "/project/.venv/bin/python", MODULE, /\.venv/);
    assert.match(lines.join("\n"), /\/usr\/bin\/python3: Finetooth is not installed there/);
    const { active: _, ...none } = EVERYTHING;
    assertFound(await locate({}, none), "/project/.venv/bin/python", MODULE, /\.venv/);
  });

  test("then venv", async () => {
    const machine = { files: ["/project/venv/bin/python"], withFinetooth: ["/project/venv/bin/python"] };
    assertFound(await locate({}, machine), "/project/venv/bin/python", MODULE, /environment venv/);
  });

  test("then the PATH", async () => {
    const machine = { ...EVERYTHING, withFinetooth: [] };
    assertFound(await locate({}, machine), "/usr/bin/finetooth", ["server"], /PATH/);
  });

  test("then the environment that the extension made", async () => {
    const machine = { files: ["/own/bin/python"], withFinetooth: ["/own/bin/python"] };
    assertFound(await locate({}, machine), "/own/bin/python", MODULE, /own environment/);
    assertFound(await locate(untrusted, machine), "/own/bin/python", MODULE, /own environment/);
    assertFound(await locate({}, { ...machine, path: EVERYTHING.path! }), "/usr/bin/finetooth", ["server"], /PATH/);
    assert.equal((await locate({}, { files: ["/own/bin/python"] })).kind, "missing"); // half installed
  });

  test("every folder of the workspace is looked at", async () => {
    const machine = { files: ["/second/venv/bin/python"], withFinetooth: ["/second/venv/bin/python"] };
    assertFound(await locate({ folders: ["/project", "/second"] }, machine), "/second/venv/bin/python", MODULE, /venv/);
  });

  test("an environment is asked once, even if it is also the active one", async () => {
    const asked: string[] = [];
    const own = "/project/.venv/bin/python";
    await locate({}, { files: [own], active: own, path: {} }, asked);
    assert.deepEqual(asked, [own]);
  });

  test("on Windows the interpreter is in Scripts", async () => {
    const python = "C:\\data\\.venv\\Scripts\\python.exe";
    const machine = { files: [python], withFinetooth: [python] };
    assertFound(await locate({ windows: true, folders: ["C:\\data"] }, machine), python, MODULE, /\.venv/);
  });
});

describe("settings", () => {
  test("a bare command is looked up on the PATH", async () => {
    const machine = { path: { "finetooth-dev": "/usr/bin/finetooth-dev" } };
    assertFound(await locate({ path: "finetooth-dev" }, machine), "/usr/bin/finetooth-dev", ["server"], /finetooth\.path/);
  });

  test("home, folder, environment variables and relative paths are understood", async () => {
    for (const [written, meant] of [
      ["~/bin/finetooth", "/home/ada/bin/finetooth"],
      ["${userHome}/bin/finetooth", "/home/ada/bin/finetooth"],
      ["${workspaceFolder}/bin/finetooth", "/project/bin/finetooth"],
      ["${env:TOOLS}/finetooth", "/opt/tools/finetooth"],
      ["./bin/finetooth", "/project/bin/finetooth"],
      [" bin/finetooth ", "/project/bin/finetooth"],
    ] as const) {
      assertFound(await locate({ path: written }, { files: [meant] }), meant, ["server"], /finetooth\.path/);
    }
  });

  test("a path that cannot be run is reported, not passed over", async () => {
    const location = await locate({ path: "/gone/finetooth" }, EVERYTHING);
    assert.equal(location.kind, "bad-setting");
    assert.match(JSON.stringify(location), /finetooth\.path.*\/gone\/finetooth/);
  });

  test("an interpreter without Finetooth is reported, with the reason", async () => {
    const location = await locate({ interpreter: "/opt/python" }, { ...EVERYTHING, withFinetooth: [] });
    assert.equal(location.kind, "bad-setting");
    assert.match(JSON.stringify(location), /finetooth\.interpreter.*not installed/);
  });
});

describe("an untrusted folder", () => {
  test("no Python environment is asked", async () => {
    const asked: string[] = [];
    assertFound(await locate(untrusted, EVERYTHING, asked), "/usr/bin/finetooth", ["server"], /PATH/);
    assert.deepEqual(asked, []);
  });

  test("a path of the user's settings that leads into the folder is not run", async () => {
    const machine = { files: ["/project/bin/finetooth", "bin/finetooth", "${workspaceFolder}/bin/finetooth"] };
    for (const path of ["bin/finetooth", "${workspaceFolder}/bin/finetooth"]) {
      assert.equal((await locate({ ...untrusted, path }, machine)).kind, "bad-setting");
    }
  });
});

describe("nothing found", () => {
  test("the interpreter to install into is the first that was asked", async () => {
    const location = await locate({}, { active: "/env/python", files: ["/project/.venv/bin/python"] });
    assert.deepEqual(location, { kind: "missing", python: "/env/python" });
  });

  test("without any interpreter there is none to name", async () => {
    assert.deepEqual(await locate({}, {}), { kind: "missing" });
  });

  test("the install command suits the shell", () => {
    assert.equal(installCommand(undefined, false), "pip install finetooth");
    assert.equal(installCommand("/env/python", false), "/env/python -m pip install finetooth");
    assert.equal(installCommand("/my env/python", false), '"/my env/python" -m pip install finetooth');
    assert.equal(installCommand("C:\\my env\\python.exe", true), '& "C:\\my env\\python.exe" -m pip install finetooth');
  });
});
