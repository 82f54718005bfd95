import { writeFileSync } from "node:fs";
import { policyJsonSchema } from "../lib/policy/file/json-schema.ts";

// Writes policy.schema.json, which editors read: `tsx deploy/policy-schema.ts && biome format --write policy.schema.json`.
writeFileSync(
  new URL("../policy.schema.json", import.meta.url),
  `${JSON.stringify(policyJsonSchema(), undefined, 2)}\n`,
);
