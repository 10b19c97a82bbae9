import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { explain, fits, interpreterIn, pipArguments, progressOf, pythonCommands } from "../src/install/plan";

describe("the Python to install with", () => {
  test("must be new enough", () => {
    for (const answer of ["3.11\n", "3.14", "4.0\r\n"]) assert.ok(fits(answer), answer);
    for (const answer of ["3.10", "2.7", "", "No module named 'ensurepip'", "3.11 and more"]) assert.ok(!fits(answer), answer);
  });

  test("is looked for by the names it has on the system", () => {
    assert.deepEqual(pythonCommands(true)[0], ["py", "-3"]);
    assert.deepEqual(pythonCommands(false)[0], ["python3"]);
    assert.equal(interpreterIn("C:\\data\\server", true), "C:\\data\\server\\Scripts\\python.exe");
    assert.equal(interpreterIn("/data/server", false), "/data/server/bin/python");
  });
});

describe("what is installed", () => {
  const packages = (...from: Parameters<typeof pipArguments>): string[] => pipArguments(...from).slice(pipArguments("", "1", false).length - 1);

  test("is the version that fits the extension", () => {
    assert.deepEqual(packages("", "0.1.0", false), ["finetooth==0.1.0"]);
  });

  test("or a wheel, a requirement, a folder of wheels without any network", () => {
    assert.deepEqual(packages("/w/finetooth-0.1.0-py3-none-any.whl", "0.1.0", false), ["/w/finetooth-0.1.0-py3-none-any.whl"]);
    assert.deepEqual(packages("finetooth>=0.1", "0.1.0", false), ["finetooth>=0.1"]);
    assert.deepEqual(packages("/wheels", "0.1.0", true), ["--no-index", "--find-links", "/wheels", "finetooth==0.1.0"]);
  });
});

describe("what is told", () => {
  test("on the way", () => {
    assert.equal(progressOf("Collecting numpy>=1.26"), "collecting numpy");
    assert.equal(progressOf("  Downloading wordllama-0.4.0.post1-cp311-x.whl (16 MB)"), "downloading wordllama");
    assert.equal(progressOf("Installing collected packages: a, b"), "installing the packages");
    assert.equal(progressOf("Requirement already satisfied: pip"), undefined);
  });

  test("when it fails", () => {
    assert.match(explain("The virtual environment was not created … apt install python3.11-venv"), /python3-venv/);
    assert.match(explain("ERROR: No matching distribution found for finetooth==9"), /finetooth\.package/);
    assert.match(explain("WARNING: Retrying … NewConnectionError"), /could not reach/);
    assert.equal(explain("x\nERROR: one\nERROR: two"), "two");
    assert.match(explain("nothing of use"), /log/);
  });
});
