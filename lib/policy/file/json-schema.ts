// The same shape as a JSON Schema, for editors.
import * as z from "zod/mini";
import { policyFile } from "./schema.ts";

/**
 * The policy file's format as JSON Schema (draft 7), for editors. It knows the shape and not every
 * rule: regions, globs and what several fields must be together are checked by `parsePolicy` alone.
 */
export function policyJsonSchema(): unknown {
  const { $schema, ...schema } = z.toJSONSchema(policyFile, { io: "input", target: "draft-7" });
  return { $schema, title: "Policy file of cvm-image-replicator", ...schema };
}
