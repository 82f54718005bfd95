// Writes the zips of the functions for SCF.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InputError, toProblem } from "../lib/model/errors.ts";
import { packagingProblem } from "../lib/model/messages/packaging.ts";
import { parsePolicy } from "../lib/policy/parse-policy.ts";
import { zip } from "./zip.ts";

/**
 * Writes `dist/functions/<name>.zip` for each function with the bundle, its package.json and the policy as
 * `policy.yaml`. The policy is the file `policyPath` (relative to the working directory), else `policy.yaml`,
 * else `policy.example.yaml` of `root`.
 * Throws `InputError` if the policy cannot be read or is invalid, and then writes no zip.
 */
export async function packFunctions(
  root: string,
  names: readonly string[],
  policyPath: string | undefined,
): Promise<{ policyFile: string; zips: string[]; warnings: string[] }> {
  const defaultFile = join(root, "policy.yaml");
  const fallback = existsSync(defaultFile) ? defaultFile : join(root, "policy.example.yaml");
  const policyFile = policyPath ? resolve(policyPath) : fallback;
  const policy = await readFile(policyFile).catch((error: NodeJS.ErrnoException) => {
    const cause = error.code ?? error.message;
    throw new InputError([
      toProblem("POLICY_FILE", packagingProblem("policy-unreadable", { file: policyFile, cause })),
    ]);
  });
  const { warnings } = parsePolicy(policy.toString("utf8"), policyFile);

  const zips = names.map((name) => `dist/functions/${name}.zip`);
  await Promise.all(
    names.map(async (name, i) => {
      const folder = join(root, "dist/functions", name);
      const entries = [
        { name: "index.js", data: await readFile(join(folder, "index.js")) },
        { name: "package.json", data: await readFile(join(folder, "package.json")) },
        { name: "policy.yaml", data: policy },
      ];
      await writeFile(join(root, zips[i] ?? ""), zip(entries));
    }),
  );
  return { policyFile, zips, warnings: warnings.map((w) => `${w.where}: ${w.field ? `${w.field}: ` : ""}${w.text}`) };
}
