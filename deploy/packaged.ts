// What the zips in dist/functions were made of, and whether they still are what the sources and the policy say.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { unzipSync } from "fflate";
import type { Policy } from "../lib/model/policy.ts";
import { readCompiledPolicies } from "../lib/policy/compiled.ts";
import { type Build, buildText } from "../lib/record/program.ts";
import { sourceCommit } from "./source-commit.ts";

/** The contents of `build.json`. */
interface PackageBuild extends Build {
  readonly function: string;
  readonly policy: { readonly file: string; readonly sha256: string };
}

/** A package of all functions. */
export interface Package {
  readonly build: PackageBuild;
  readonly policies: readonly Policy[];
}

/** A package, or why it may not be deployed. */
export type Checked = { readonly package: Package } | { readonly problems: readonly string[] };

const REBUILD = "run: npm run package";

/**
 * Reads the zips. Problems: a zip is missing or not ours; they were not made together; unless `asPackaged`, sources
 * or policy have changed since. `policyPath` is `POLICY_FILE`.
 */
export function checkPackage(
  root: string,
  zips: Readonly<Record<string, string>>,
  { policyPath, asPackaged }: { readonly policyPath: string | undefined; readonly asPackaged: boolean },
): Checked {
  const missing = Object.values(zips).filter((file) => !existsSync(file));
  if (missing.length > 0)
    return { problems: [`Not built: ${missing.map((f) => relative(root, f)).join(", ")}. ${REBUILD}`] };
  const packages: Package[] = [];
  for (const [name, file] of Object.entries(zips)) {
    const read = readPackage(file, name);
    if (!read) return { problems: [`${relative(root, file)}: not a package of ${name}; ${REBUILD}`] };
    packages.push(read);
  }
  const [first] = packages;
  if (!first) return { problems: ["no functions"] };
  const { build } = first;
  const parts = new Set(packages.map((one) => `${buildText(one.build)} ${one.build.policy.sha256}`));
  if (parts.size > 1) return { problems: [`the zips of the functions were not made together; ${REBUILD}`] };
  const problems = asPackaged ? [] : [...staleSources(root, build), ...stalePolicy(root, build, policyPath)];
  return problems.length > 0 ? { problems } : { package: first };
}

function readPackage(file: string, name: string): Package | undefined {
  try {
    const files = unzipSync(readFileSync(file));
    const text = (entry: string) => Buffer.from(files[entry] as Uint8Array).toString("utf8");
    const build = JSON.parse(text("build.json")) as PackageBuild;
    if (build.function !== name || typeof build.policy.sha256 !== "string") return undefined;
    return { build, policies: readCompiledPolicies(text("policy.json"), file, build.version).policies };
  } catch {
    return undefined;
  }
}

const WAY_BACK = "to deploy a former package on purpose, add --as-packaged";

function staleSources(root: string, built: Build): string[] {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const { commit, dirty } = sourceCommit(root);
  const now: Build = { version, ...(commit && { commit }), ...(dirty && { dirty }) };
  const ofSources = buildText({ ...now, ...(built.commit === undefined && { commit: undefined }) } as Build);
  if (ofSources === buildText(built)) return [];
  return [`the package is ${buildText(built)}, the sources are ${buildText(now)}; ${REBUILD}; ${WAY_BACK}`];
}

function stalePolicy(root: string, { policy }: PackageBuild, policyPath: string | undefined): string[] {
  const fallback = ["policy.yaml", "policy.example.yaml"].map((name) => join(root, name)).find(existsSync);
  const file = policyPath ? resolve(policyPath) : fallback;
  if (file === undefined || !existsSync(file)) return [`POLICY_FILE: there is no file ${file ?? "policy.yaml"}`];
  if (createHash("sha256").update(readFileSync(file)).digest("hex") === policy.sha256) return [];
  return [
    `the package has a policy file ${policy.file} with other contents than ${basename(file)} has now; ${REBUILD}; ${WAY_BACK}`,
  ];
}
