// Gives functions their policy in tests: as data, as a package holds it.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { compilePolicies } from "../../lib/policy/compiled.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { TOP } from "../e2e/support.ts";

/** The version of the built programs. */
export const VERSION = (JSON.parse(readFileSync(`${TOP}/package.json`, "utf8")) as { version: string }).version;

/**
 * The environment of a command as one of a function: `POLICY_FILE` names the compiled policy, which is written beside
 * the file. A file that is no YAML stays as it is. `version`: of the program that reads it.
 */
export function functionEnv(env: Record<string, string>, version = VERSION): Record<string, string> {
  const file = env["POLICY_FILE"];
  if (!file?.endsWith(".yaml")) return env;
  const compiled = file.replace(/\.yaml$/, ".json");
  // Renamed, because functions that run at the same time read it.
  writeFileSync(`${compiled}.new`, compilePolicies(parsePolicy(readFileSync(file, "utf8"), file), version));
  renameSync(`${compiled}.new`, compiled);
  return { ...env, POLICY_FILE: compiled };
}
