import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { documentSelector, popsUp, serverSettings } from "../src/settings";

const context = { folder: "/project", home: "/home/ada", env: {} };
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  contributes: { configuration: { properties: Record<string, { default?: unknown; scope?: string; markdownDescription?: string }> } };
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
};
const contributed = manifest.contributes.configuration.properties;

/** The settings as they are sent: as JSON, which has no undefined. */
function mapped(read: (key: string) => unknown): unknown {
  return JSON.parse(JSON.stringify(serverSettings(read, context)));
}

describe("settings for the server", () => {
  test("with VS Code's defaults nothing hides the configuration file", () => {
    const defaults = (key: string): unknown => contributed[`finetooth.${key}`]?.default;
    assert.deepEqual(mapped(defaults), { enable: true, maxDiagnostics: 1000, maxItems: 5000 });
  });

  test("every setting goes by the name the server knows", () => {
    const values: Record<string, unknown> = {
      enable: false,
      configuration: "conf/finetooth.toml",
      allowPlugins: true,
      select: ["SYN", "FEN001"],
      ignore: [" unclosed-fence "],
      target: "openai",
      model: "gpt-4.1-mini",
      datasetFormat: "openai-chat",
      maxDiagnostics: 50,
      maxItems: 70,
      inlayHints: false,
      codeLens: false,
      ignoreActions: false,
      workspaceDiagnostics: true,
    };
    const { datasetFormat: format, ...same } = values;
    assert.deepEqual(mapped((key) => values[key]), { ...same, format, configuration: "/project/conf/finetooth.toml", ignore: ["unclosed-fence"] });
  });

  test("values of a wrong type, empty ones and impossible ones are left out", () => {
    const values: Record<string, unknown> = { select: "SYN", ignore: [1, "", null], target: "  ", model: 4, datasetFormat: null, maxDiagnostics: 0, configuration: [], allowPlugins: "yes" };
    assert.deepEqual(mapped((key) => values[key]), { enable: true });
  });
});

describe("documents that are checked", () => {
  const json = (setting: unknown): string[] =>
    documentSelector(setting).filter(({ language }) => language === "json").map(({ pattern }) => pattern ?? "");

  test("are JSON Lines, and of JSON only what the setting names", () => {
    assert.deepEqual(json(contributed["finetooth.jsonFiles"]?.default), []);
    assert.deepEqual(json(["**/data/*.json", " ", 3]), ["**/data/*.json"]);
    assert.deepEqual(json("**/*.json"), []);
    assert.equal(documentSelector([]).length, 3);
  });

  test("no filter is without a language or a pattern", () => {
    for (const filter of documentSelector(["**/*.json"])) assert.ok(filter.language ?? filter.pattern);
  });
});

describe("messages", () => {
  test("the setting decides which severities pop up", () => {
    const shown = (setting: unknown): boolean[] => [1, 2, 3].map((severity) => popsUp(severity, setting));
    assert.deepEqual(shown("off"), [false, false, false]);
    assert.deepEqual(shown("onError"), [true, false, false]);
    assert.deepEqual(shown("onWarning"), [true, true, false]);
    assert.deepEqual(shown("always"), [true, true, true]);
  });
});

describe("package.json", () => {
  test("every setting has a default, a scope and a description", () => {
    for (const [name, property] of Object.entries(contributed)) {
      assert.notEqual(property.default, undefined, name);
      assert.match(property.scope ?? "", /^(window|resource|machine|machine-overridable)$/, name);
      assert.match(property.markdownDescription ?? "", /\.$/, name);
    }
  });

  test("settings that name a program or a file are restricted, and exist", () => {
    const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    const programs = Object.keys(contributed).filter((name) => contributed[name]?.scope === "machine-overridable");
    assert.deepEqual([...restricted].sort(), [...programs, "finetooth.allowPlugins", "finetooth.configuration"].sort());
  });
});
