// Writes the documents that are made from the code: docs/messages.md, and docs/json/LAYOUT.schema.json for each layout.
import { mkdirSync, writeFileSync } from "node:fs";
import { jsonSchemas } from "./json/schemas.ts";
import { messagesDocument } from "./messages.ts";

// Usage: `npm run docs`, which also formats the files.
const docs = new URL("../../docs/", import.meta.url);
writeFileSync(new URL("messages.md", docs), messagesDocument());
mkdirSync(new URL("json/", docs), { recursive: true });
for (const [file, schema] of jsonSchemas())
  writeFileSync(new URL(`json/${file}`, docs), `${JSON.stringify(schema, undefined, 2)}\n`);
