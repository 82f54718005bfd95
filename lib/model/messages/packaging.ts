// Problems of packaging the functions for SCF, and of the policies in their packages.
import { catalogue, error } from "./define.ts";

const PACKAGE_AGAIN = "run `npm run package` and deploy the zips that it makes";

/** Writes a problem of packaging. */
export const packagingProblem = catalogue({
  "policy-unreadable": error((p: { file: string; cause: string }) => ({
    text: `cannot read ${p.file} (${p.cause})`,
    remedy:
      "copy policy.example.yaml to policy.yaml and write what you need, or set POLICY_FILE to the path of a policy file",
  })),
  "policy-not-compiled": error(() => ({
    text: "not a compiled policy, which is all that a function reads",
    remedy: `${PACKAGE_AGAIN}; they hold the policy, so POLICY_FILE need not be set for a function`,
  })),
  "policy-of-other-version": error(
    (p: { version: string; format: number; own: { version: string; format: number } }) => ({
      text: `compiled by version ${p.version} (format ${p.format}), but this is version ${p.own.version} (format ${p.own.format})`,
      remedy: PACKAGE_AGAIN,
    }),
  ),
} as const);
