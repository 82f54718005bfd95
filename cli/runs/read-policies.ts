// Reads the policy file of a command.
import { text as readText } from "node:stream/consumers";
import { InputError, toProblem } from "../../lib/model/errors.ts";
import type { Millis } from "../../lib/model/types.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { readInput } from "../../lib/replicator/open/read-input.ts";
import { message } from "../messages/catalogue.ts";

/** The policy file of a command that is given none. */
export const DEFAULT_POLICY_FILE = "policy.yaml";

/** The name of the policy file that stands for standard input, and what errors call it. */
const STANDARD_INPUT = "-";
const STANDARD_INPUT_NAME = "standard input";

/**
 * Reads and checks a policy file; `-` is standard input, which then has no answers to prompts. `settle` is `SETTLE`, in
 * milliseconds. Throws `InputError` with every problem that it finds.
 */
export async function readPolicies(file: string, settle: Millis): Promise<ReturnType<typeof parsePolicy>> {
  if (file === STANDARD_INPUT) return parsePolicy(await readStandardInput(), STANDARD_INPUT_NAME, settle);
  return parsePolicy(await readInput(file, "the policy", "--policy or POLICY_FILE"), file, settle);
}

/** How messages name a policy file. */
export function policyFileName(file: string): string {
  return file === STANDARD_INPUT ? STANDARD_INPUT_NAME : file;
}

async function readStandardInput(): Promise<string> {
  const { stdin } = process;
  if (stdin.isTTY) throw new InputError([toProblem(STANDARD_INPUT_NAME, message("input-is-terminal"))]);
  const contents = await readText(stdin);
  if (contents.trim() === "") throw new InputError([toProblem(STANDARD_INPUT_NAME, message("input-is-empty"))]);
  return contents;
}
