import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { holdsSettings, settingsSelector } from "../src/settingsFiles";

const holds = (name: string, text: string): boolean => holdsSettings(name, text.length, () => text);

describe("documents with the settings of a run", () => {
  test("are told by their name and one word in them", () => {
    assert.ok(holds("/a/run.yml", "# LoRA\nbase_model: a\n"));
    assert.ok(holds("C:\\a\\run.YAML", "x: 1\r\nmodel_name_or_path : a\r\n"));
    assert.ok(holds("/a/job.json", '{"training_file": "file-1"}'));
    assert.ok(holds("/a/job.json", '{\n"baseModelIdentifier" : "amazon.nova"}'));
    assert.ok(holds("/a/finetooth.toml", "target = 'trl'\n[training]\n"));
    assert.ok(holds("/a/.finetooth.toml", "training.epochs = 3\n"));
    assert.ok(holds("/a/pyproject.toml", "[project]\n[tool.finetooth.training]\nepochs = 3\n"));
  });

  test("no other YAML, JSON or TOML is", () => {
    assert.ok(!holds("/a/ci.yml", "on: push\nenv:\n  base_model: a\n"));
    assert.ok(!holds("/a/package.json", '{"name": "training_file", "baseline": 1}'));
    assert.ok(!holds("/a/pyproject.toml", "[training]\nx = 1\n"));
    assert.ok(!holds("/a/other.toml", "[training]\nx = 1\n"));
    assert.ok(!holds("/a/finetooth.toml", "target = 'trl'\n"));
    assert.ok(!holds("/a/base_model.txt", "base_model: a\n"));
  });

  test("a long document is not looked through", () => {
    assert.ok(!holdsSettings("/a/run.yml", 1 << 20, () => assert.fail("it was read")));
    assert.ok(!holdsSettings("/a/run.txt", 1, () => assert.fail("it was read")));
  });

  test("the selector names no scheme but that of files", () => {
    for (const filter of settingsSelector()) assert.equal(filter.scheme, "file");
  });
});
