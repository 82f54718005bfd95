// Writes policy.schema.json, which editors use to check a policy file.
import { writeFileSync } from "node:fs";
import { policyJsonSchema } from "../../lib/policy/file/json-schema.ts";

// Usage: `tsx deploy/docs/policy-schema.ts && biome format --write policy.schema.json`.
writeFileSync(
  new URL("../../policy.schema.json", import.meta.url),
  `${JSON.stringify(policyJsonSchema(), undefined, 2)}\n`,
);
