// Reads the policy file of a command.
import type { Millis } from "../lib/model/types.ts";
import { parsePolicy } from "../lib/policy/parse-policy.ts";
import { readInput } from "../lib/replicator/open/read-input.ts";

/** The policy file of a command that is given none. */
export const DEFAULT_POLICY_FILE = "policy.yaml";

/**
 * Reads and checks a policy file. `settle` is `SETTLE`, in milliseconds. Throws `InputError` with
 * every problem that it finds.
 */
export async function readPolicies(file: string, settle: Millis): Promise<ReturnType<typeof parsePolicy>> {
  return parsePolicy(await readInput(file, "the policy", "--policy or POLICY_FILE"), file, settle);
}
