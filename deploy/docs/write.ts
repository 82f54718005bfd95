// Writes the documents that are made from the code: docs/messages.md.
import { writeFileSync } from "node:fs";
import { messagesDocument } from "./messages.ts";

// Usage: `npm run docs`.
writeFileSync(new URL("../../docs/messages.md", import.meta.url), messagesDocument());
