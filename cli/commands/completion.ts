// The command completion: prints the script of a shell; and the policy names, which that script asks for.

import type { Command } from "commander";
import { readConfig, settleIn } from "../../lib/replicator/config.ts";
import { bashScript } from "../completion/bash.ts";
import { describeProgram } from "../completion/describe.ts";
import { fishScript } from "../completion/fish.ts";
import type { Shell } from "../completion/shells.ts";
import { zshScript } from "../completion/zsh.ts";
import { DEFAULT_POLICY_FILE, readPolicies } from "../runs/read-policies.ts";
import { print } from "../ui/print.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** Runs `completion`. */
export function completion(shell: Shell, program: Command): 0 {
  process.stdout.write(SCRIPTS[shell](describeProgram(program)));
  return 0;
}

/** Prints the names of the policies, one a line; nothing without a valid file, because a shell waits for it. */
export async function policyNames(): Promise<0> {
  try {
    const file = readConfig(process.env).policyFile ?? DEFAULT_POLICY_FILE;
    if (file === "-") return 0;
    const { policies } = await readPolicies(file, settleIn(process.env));
    for (const { name } of policies) print(process.stdout, name);
  } catch {
    // A shell that completes a word shows no errors.
  }
  return 0;
}
