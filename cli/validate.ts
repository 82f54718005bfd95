import { plainJson } from "../lib/core/plain-json.ts";
import { InputError } from "../lib/errors.ts";
import { readConfig } from "../lib/shell/config.ts";
import { readPolicies } from "../lib/shell/open.ts";
import { clean, count } from "./text.ts";

/** `validate`: reads the policy file and says what is wrong with it, or what it means. Needs no credentials. */
export async function validate(options: { policy?: string; json?: boolean }): Promise<0> {
  const file = options.policy ?? readConfig(process.env).policyFile;
  const json = (result: object) => {
    if (options.json) process.stdout.write(`${plainJson(result, 2)}\n`);
  };
  const { policies, warnings } = await readPolicies(file).catch((error: unknown) => {
    if (error instanceof InputError) json({ policies: [], warnings: [], problems: error.problems });
    throw error;
  });
  json({ policies, warnings, problems: [] });
  if (options.json) return 0;
  for (const { where, field, text } of warnings) {
    process.stderr.write(`warning: ${clean(where)}: ${field ? `${clean(field)}: ` : ""}${clean(text)}\n`);
  }
  process.stdout.write(`${clean(file)}: ${count(policies.length, "policy", "policies")}, no mistakes\n`);
  for (const { name, enabled, from, to } of policies) {
    process.stdout.write(`  ${clean(name)}${enabled ? "" : " (disabled)"}: ${from.join(", ")} → ${to.join(", ")}\n`);
  }
  return 0;
}
