// Packs the JSON Schema of finetooth.toml, which is generated from the rules: schema.mjs SCHEMA OUTPUT

import { readFileSync, writeFileSync } from "node:fs";

const [schema, output] = process.argv.slice(2);
writeFileSync(output, JSON.stringify(JSON.parse(readFileSync(schema, "utf8"))));
