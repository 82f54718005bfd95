import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InputError } from "../lib/model/errors.ts";
import { parsePolicy } from "../lib/policy/parse-policy.ts";
import { zip } from "./zip.ts";

/**
 * Writes `dist/functions/<name>.zip` for each function: the bundle, its package.json and the policy as `policy.yaml`.
 * The policy is `chosen` (a path, from the working directory), else `policy.yaml`, else `policy.example.yaml` of
 * `root`, and is validated first. Throws `InputError` if there is none or it is wrong; no zip is written then.
 */
export async function packFunctions(
  root: string,
  names: readonly string[],
  chosen: string | undefined,
): Promise<{ policyFile: string; zips: string[]; warnings: string[] }> {
  const own = join(root, "policy.yaml");
  const policyFile = chosen ? resolve(chosen) : existsSync(own) ? own : join(root, "policy.example.yaml");
  const policy = await readFile(policyFile).catch((error: NodeJS.ErrnoException) => {
    throw new InputError([
      { where: "POLICY_FILE", text: `cannot read ${policyFile} (${error.code}); name a policy file that exists` },
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
