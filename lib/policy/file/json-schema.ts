// The shape of the policy file as a JSON Schema, for editors.
import * as z from "zod/mini";
import { policyFile } from "./schema.ts";

/**
 * The format of the policy file as JSON Schema (draft 7). It covers the shape only: `parsePolicy`
 * also checks regions, globs, and settings that depend on each other.
 */
export function policyJsonSchema(): unknown {
  const { $schema, ...schema } = z.toJSONSchema(policyFile, { io: "input", target: "draft-7" });
  return { $schema, title: "Policy file of cvm-image-replicator", ...schema };
}
