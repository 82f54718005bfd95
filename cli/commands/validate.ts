// The command validate: checks the policy file, and its examples, offline.

import { InputError } from "../../lib/model/errors.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { iso } from "../../lib/model/time.ts";
import { type ExampleResult, tryExample } from "../../lib/plan/desired/try-examples.ts";
import { parseExamples } from "../../lib/policy/parse-examples.ts";
import { readConfig, settleIn } from "../../lib/replicator/config.ts";
import { readInput } from "../../lib/replicator/open/read-input.ts";
import { writeJson } from "../json.ts";
import { message } from "../messages/catalogue.ts";
import { DEFAULT_POLICY_FILE, policyFileName, readPolicies } from "../runs/read-policies.ts";
import { print } from "../ui/print.ts";

/**
 * Runs `validate`, which needs no credentials. Answers the exit code: 2 if an example fails. Throws
 * `InputError` with every error in the files.
 */
export async function validate(options: { policy?: string; tests?: string; json?: boolean }): Promise<0 | 2> {
  const file = options.policy ?? readConfig(process.env).policyFile ?? DEFAULT_POLICY_FILE;
  const json = (result: object) => {
    if (options.json) writeJson("validate", result);
  };
  const now = Date.now();
  const { policies, warnings, tests } = await readAll(file, options.tests, now).catch((error: unknown) => {
    // The errors in the files are the result of this command: this object takes the place of that of an error.
    if (error instanceof InputError) json({ policies: [], warnings: [], problems: error.problems, tests: null });
    throw error;
  });
  const exitCode = tests?.some(({ ok }) => !ok) ? 2 : 0;
  json({ policies: policies.map(policyJson), warnings, problems: [], tests: tests ?? null });
  if (options.json) return exitCode;
  for (const warning of warnings) print(process.stderr, message("warning", warning).text);
  print(process.stdout, message("valid", { file: policyFileName(file), policies: policies.length }).text);
  for (const policy of policies) {
    const { name, enabled, from } = policy;
    print(process.stdout, message("valid-policy", { name, enabled, from, to: destinationsOf(policy) }).text);
  }
  if (tests) print(process.stdout, ...testTexts(tests));
  return exitCode;
}

/** A policy for programs: as everywhere in JSON, a time is text. */
function policyJson({ select: { createdAfter, ...select }, ...policy }: Policy): object {
  return { ...policy, select: { ...select, ...(createdAfter !== undefined && { createdAfter: iso(createdAfter) }) } };
}

/**
 * The regions that get copies. A single source region gets none, even if `to` names it. Only a
 * shared image is first copied within its own region.
 */
function destinationsOf({ from, to, select }: Policy): readonly string[] {
  const [first] = from;
  if (from.length > 1 || first === undefined) return to;
  const others = to.filter((region) => region !== first);
  return select.type === "shared" ? [first, ...others] : others;
}

async function readAll(file: string, testsFile: string | undefined, now: number) {
  const { policies, groups, warnings } = await readPolicies(file, settleIn(process.env));
  if (testsFile === undefined) return { policies, warnings };
  const text = await readInput(testsFile, "the examples", "--tests");
  const examples = parseExamples(text, testsFile, { policies, groups }, now);
  return { policies, warnings, tests: examples.map((example) => tryExample(example, policies, now)) };
}

function testTexts(tests: readonly ExampleResult[]): string[] {
  const failed = tests.filter(({ ok }) => !ok);
  const lines = failed.flatMap(({ where, name, expected, got, reasons }): string[] => [
    message("test-failed", { where, name, expected, got }).text,
    ...reasons.map((reason) => message("test-reason", { reason }).text),
  ]);
  lines.push(message("tests-total", { passed: tests.length - failed.length, failed: failed.length }).text);
  return lines;
}
