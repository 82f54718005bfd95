// Writes the zips of the functions for SCF.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { InputError, toProblem } from "../lib/model/errors.ts";
import { packagingProblem } from "../lib/model/messages/packaging.ts";
import type { Millis } from "../lib/model/types.ts";
import { compilePolicies } from "../lib/policy/compiled.ts";
import { parsePolicy } from "../lib/policy/parse-policy.ts";
import type { Build } from "../lib/record/program.ts";
import { zip } from "./zip.ts";

/** What is packed: the built functions of `root` with these names. */
export interface Packing {
  readonly root: string;
  readonly names: readonly string[];
  readonly build: Build;
  /** The runtime that the bundles are built for, e.g. `node18`. */
  readonly target: string;
  /**
   * The policy file, relative to the working directory. Absent: `policy.yaml`, else `policy.example.yaml` of `root`.
   */
  readonly policyPath?: string | undefined;
  /** `SETTLE`, on which a warning depends. */
  readonly settle: Millis;
}

/** One zip, as a path below `root`. */
interface Packed {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

const sha256 = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");
const json = (value: object) => Buffer.from(`${JSON.stringify(value, undefined, 1)}\n`);

/**
 * Writes `dist/functions/<name>.zip` for each function with the bundle, its package.json, the policies as data
 * (`policy.json`), and `build.json`, which says what the package was made of.
 * Throws `InputError` if the policy cannot be read or is invalid, and then writes no zip.
 */
export async function packFunctions({ root, names, build, target, policyPath, settle }: Packing): Promise<{
  policyFile: string;
  zips: Packed[];
  warnings: string[];
}> {
  const defaultFile = join(root, "policy.yaml");
  const fallback = existsSync(defaultFile) ? defaultFile : join(root, "policy.example.yaml");
  const policyFile = policyPath ? resolve(policyPath) : fallback;
  const source = await readFile(policyFile).catch((error: NodeJS.ErrnoException) => {
    const cause = error.code ?? error.message;
    throw new InputError([
      toProblem("POLICY_FILE", packagingProblem("policy-unreadable", { file: policyFile, cause })),
    ]);
  });
  const { warnings, ...parsed } = parsePolicy(source.toString("utf8"), policyFile, settle);
  const policy = Buffer.from(compilePolicies(parsed, build.version));
  const of = { ...build, target, policy: { file: basename(policyFile), sha256: sha256(source) } };

  const zips = await Promise.all(
    names.map(async (name): Promise<Packed> => {
      const folder = join(root, "dist/functions", name);
      const data = zip([
        { name: "index.js", data: await readFile(join(folder, "index.js")) },
        { name: "package.json", data: await readFile(join(folder, "package.json")) },
        { name: "policy.json", data: policy },
        { name: "build.json", data: json({ function: name, ...of }) },
      ]);
      const file = `dist/functions/${name}.zip`;
      await writeFile(join(root, file), data);
      return { file, bytes: data.length, sha256: sha256(data) };
    }),
  );
  return { policyFile, zips, warnings: warnings.map((w) => `${w.where}: ${w.field ? `${w.field}: ` : ""}${w.text}`) };
}
