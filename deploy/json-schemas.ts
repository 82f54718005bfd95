// Writes docs/json/LAYOUT.schema.json: the JSON Schema of each layout of --json.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { jsonSchemas } from "./json/schemas.ts";

// Usage: `npm run docs`, which also formats the files.
const folder = fileURLToPath(new URL("../docs/json/", import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [file, schema] of jsonSchemas())
  writeFileSync(`${folder}${file}`, `${JSON.stringify(schema, undefined, 2)}\n`);
