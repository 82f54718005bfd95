// Problems of packaging the functions for SCF.
import { catalogue, error } from "./define.ts";

/** Writes a problem of packaging. */
export const packagingProblem = catalogue({
  "policy-unreadable": error((p: { file: string; cause: string }) => ({
    text: `cannot read ${p.file} (${p.cause})`,
    remedy: "set POLICY_FILE to the path of a policy file",
  })),
} as const);
