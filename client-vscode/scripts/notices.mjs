// Writes the licences of all packages that esbuild put into the bundle, as those licences ask: node notices.mjs METAFILE OUTPUT

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const [metafile, output] = process.argv.slice(2);
const { inputs } = JSON.parse(readFileSync(metafile, "utf8"));
const folders = new Set();
for (const input of Object.keys(inputs)) {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (match) folders.add(match[1]);
}

const notices = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined || !existsSync(path.join(folder, file))) throw new Error(`${name} has no licence file`);
  return `${name} ${version} (${license})\n\n${readFileSync(path.join(folder, file), "utf8").trim()}\n`;
});
writeFileSync(output, `The extension contains these packages.\n\n${notices.join(`\n${"-".repeat(80)}\n\n`)}`);
