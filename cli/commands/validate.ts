import { InputError } from "../../lib/model/errors.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { plainJson } from "../../lib/model/printable.ts";
import { type ExampleResult, tryExample } from "../../lib/plan/desired/try-examples.ts";
import { parseExamples } from "../../lib/policy/parse-examples.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import { readInput, readPolicies } from "../../lib/replicator/open-replicator.ts";
import { clean, count } from "../ui/text.ts";

/** `validate`: reads the policy file and says what is wrong with it, or what it means. Needs no credentials. */
export async function validate(options: { policy?: string; tests?: string; json?: boolean }): Promise<0 | 2> {
  const file = options.policy ?? readConfig(process.env).policyFile;
  const json = (result: object) => {
    if (options.json) process.stdout.write(`${plainJson(result, 2)}\n`);
  };
  const now = Date.now();
  const { policies, warnings, tests } = await readAll(file, options.tests, now).catch((error: unknown) => {
    if (error instanceof InputError) json({ policies: [], warnings: [], problems: error.problems });
    throw error;
  });
  const exitCode = tests?.some(({ ok }) => !ok) ? 2 : 0;
  json({ policies, warnings, problems: [], ...(tests && { tests }) });
  if (options.json) return exitCode;
  for (const { where, field, text } of warnings) {
    process.stderr.write(`warning: ${clean(where)}: ${field ? `${clean(field)}: ` : ""}${clean(text)}\n`);
  }
  process.stdout.write(`${clean(file)}: ${count(policies.length, "policy", "policies")}, no mistakes\n`);
  for (const policy of policies) {
    const { name, enabled, from } = policy;
    const to = destinationsOf(policy).join(", ") || "no other region";
    process.stdout.write(`  ${clean(name)}${enabled ? "" : " (disabled)"}: ${from.join(", ")} → ${to}\n`);
  }
  if (tests) process.stdout.write(testsText(tests));
  return exitCode;
}

/** The only region of the sources gets no copies, even if it is named; but of a shared image there is one there first. */
function destinationsOf({ from, to, select }: Policy): readonly string[] {
  const [first] = from;
  if (from.length > 1 || first === undefined) return to;
  const others = to.filter((region) => region !== first);
  return select.type === "shared" ? [first, ...others] : others;
}

async function readAll(file: string, testsFile: string | undefined, now: number) {
  const { policies, groups, warnings } = await readPolicies(file);
  if (testsFile === undefined) return { policies, warnings };
  const text = await readInput(testsFile, "the examples", "--tests");
  const examples = parseExamples(text, testsFile, policies, groups, now);
  return { policies, warnings, tests: examples.map((example) => tryExample(example, policies, now)) };
}

function testsText(tests: readonly ExampleResult[]): string {
  const failed = tests.filter(({ ok }) => !ok);
  const list = (regions: readonly string[]) => (regions.length > 0 ? regions.join(", ") : "no region");
  const lines = failed.flatMap(({ where, name, expected, got, reasons }) => [
    `${where}: ${name}: expected ${list(expected)}, got ${list(got)}`,
    ...reasons.map((reason) => `  ${reason}`),
  ]);
  const passed = tests.length - failed.length;
  lines.push(`${count(passed, "test")} passed${failed.length > 0 ? `, ${failed.length} failed` : ""}`);
  return `${lines.map(clean).join("\n")}\n`;
}
