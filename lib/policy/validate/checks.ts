// The rules of the policy file that its schema cannot state: regions, groups, combinations.
import type { Problem } from "../../model/errors.ts";
import { MAX_TAGS, OWN_TAGS } from "../../model/identity.ts";
import { policyProblem } from "../../model/messages/policy-rules.ts";
import type { DeclaredSides } from "../../model/policy.ts";
import { MAX_SET_TAGS } from "../file/schema.ts";
import { problemAt, shapeProblems, valueAt } from "../file/schema-errors.ts";
import type { Path, YamlFile } from "../file/yaml.ts";
import { expandRegions, type Groups, regionProblem, resolveGroups } from "../values/region-groups.ts";
import { BUILT_IN_GROUPS } from "../values/regions.ts";

/** Most groups in one file. Also limits how deep groups can be nested. */
const MAX_GROUPS = 100;

/**
 * All problems in a policy file, and its region groups. Each check reads the values as written and
 * skips values of a wrong shape, so that one problem hides no other.
 */
export function policyProblems(yaml: YamlFile): {
  groups: Groups;
  declaredSides: DeclaredSides;
  problems: Problem[];
} {
  const { groups, declaredSides, problems } = readGroups(yaml);
  const policies: Path[] = listAt(yaml, ["policies"]).map((_, index) => ["policies", index]);
  return {
    groups,
    declaredSides,
    problems: [
      ...yaml.problems,
      ...shapeProblems(yaml),
      ...unsupported(yaml, "accounts"),
      ...regionKeys(yaml, ["prices", "snapshotGiBMonth"], groups, ["default"]),
      ...problems,
      ...[["defaults"], ...policies].flatMap((block) => [
        ...regionProblems(yaml, [...block, "from"], groups, problems.length === 0),
        ...regionProblems(yaml, [...block, "to"], groups, problems.length === 0),
        ...regionKeys(yaml, [...block, "copy", "regions"], groups),
      ]),
      ...policies.flatMap((_, index) => [...mergedProblems(yaml, index), ...encryptionProblems(yaml, index, groups)]),
      ...repeatedNames(yaml),
    ],
  };
}

/**
 * The path at which a field of a policy is written: in the policy itself, or in the defaults if
 * only they have it.
 */
export function ownOrDefault(yaml: YamlFile, index: number, path: Path): Path {
  const written = ["policies", index, ...path];
  const inherited = ["defaults", ...path];
  return valueAt(yaml.value, written) === undefined && valueAt(yaml.value, inherited) !== undefined
    ? inherited
    : written;
}

function readGroups(yaml: YamlFile): ReturnType<typeof policyProblems> {
  const names = keysOf(valueAt(yaml.value, ["regions"]));
  if (names.length > MAX_GROUPS) {
    const message = policyProblem("too-many-groups", { count: names.length, most: MAX_GROUPS });
    return { groups: BUILT_IN_GROUPS, declaredSides: {}, problems: [problemAt(yaml, ["regions"], message)] };
  }
  const { groups, declaredSides, problems } = resolveGroups(
    Object.fromEntries(names.map((name) => [name, textsAt(yaml, ["regions", name])])),
  );
  return {
    groups,
    declaredSides,
    problems: problems.map(({ group, index, message }) =>
      index === undefined
        ? problemAt(yaml, ["regions"], message, group)
        : problemAt(yaml, ["regions", group, index], message),
    ),
  };
}

/**
 * The problems of a list of regions and groups. With invalid groups (`areGroupsValid` false) a list
 * that turns out to be empty is no problem of its own.
 */
export function regionProblems(yaml: YamlFile, path: Path, groups: Groups, areGroupsValid = true): Problem[] {
  const entries = textsAt(yaml, path);
  const { regions, problems } = expandRegions(entries, groups);
  if (problems.length > 0) return problems.map(({ index, message }) => problemAt(yaml, [...path, index], message));
  if (entries.length === 0 || regions.length > 0 || !areGroupsValid) return [];
  const excludesOnly = entries.every((entry) => entry.startsWith("!"));
  return [problemAt(yaml, path, policyProblem(excludesOnly ? "only-exclusions" : "no-region-left"))];
}

function unsupported(yaml: YamlFile, key: string): Problem[] {
  if (valueAt(yaml.value, [key]) === undefined) return [];
  return [problemAt(yaml, [], policyProblem("unsupported-key"), key)];
}

/** The problems of a map whose keys must be region ids or one of `others`. */
function regionKeys(yaml: YamlFile, path: Path, groups: Groups, others: readonly string[] = []): Problem[] {
  return keysOf(valueAt(yaml.value, path)).flatMap((key) => {
    const problem = others.includes(key) ? undefined : regionProblem(key, groups, others);
    return problem === undefined ? [] : [problemAt(yaml, path, problem, key)];
  });
}

/** The problems of `encrypt`, which depend on `shareWith` and on the destinations. */
function encryptionProblems(yaml: YamlFile, index: number, groups: Groups): Problem[] {
  const at = (...path: string[]) => ownOrDefault(yaml, index, path);
  const get = (...path: string[]) => valueAt(yaml.value, at(...path));
  const [from, named] = ["from", "to"].map((key) => expandRegions(textsAt(yaml, at(key)), groups).regions);
  // The only source region gets no copies, unless the images are shared ones.
  const isSource = (region: string) => from?.length === 1 && from[0] === region && get("select", "type") !== "shared";
  const to = (named ?? []).filter((region) => !isSource(region));
  const encryptIn = (region: string) => get("copy", "regions", region, "encrypt");
  const everywhere = get("copy", "encrypt");
  const problems: Problem[] = [];
  const encrypted = to.filter((region) => isEncrypted(encryptIn(region) ?? everywhere));
  const shareWith = get("copy", "shareWith");
  if (Array.isArray(shareWith) && shareWith.length > 0 && encrypted.length > 0) {
    const message = policyProblem("encrypted-and-shared", { regions: encrypted });
    problems.push(problemAt(yaml, at("copy", "shareWith"), message));
  }
  const withoutOwnKey = to.filter((region) => encryptIn(region) === undefined);
  if (typeof everywhere === "object" && everywhere !== null && withoutOwnKey.length > 1) {
    const message = policyProblem("key-for-several-regions", { regions: withoutOwnKey });
    problems.push(problemAt(yaml, at("copy", "encrypt"), message));
  }
  return problems;
}

function isEncrypted(value: unknown): boolean {
  return value === true || (typeof value === "object" && value !== null);
}

/** The problems that only show once a policy is merged with the defaults. */
function mergedProblems(yaml: YamlFile, index: number): Problem[] {
  const at = (...path: string[]) => ownOrDefault(yaml, index, path);
  const has = (...path: string[]) => valueAt(yaml.value, at(...path)) !== undefined;
  const problems = ["from", "to"]
    .filter((key) => !has(key))
    .map((key) => problemAt(yaml, ["policies", index], policyProblem("missing-regions", { key }), key));
  if (valueAt(yaml.value, at("select", "type")) === "shared" && !has("select", "creator"))
    problems.push(problemAt(yaml, at("select", "type"), policyProblem("shared-without-creator")));
  const keysAt = (path: Path) =>
    [["defaults"], ["policies", index]].flatMap((block) => keysOf(valueAt(yaml.value, [...block, ...path])));
  const set: Path = ["copy", "tags", "set"];
  const setInRegions = [...new Set(keysAt(["copy", "regions"]))].map(
    (region): Path => ["copy", "regions", region, "tags", "set"],
  );
  for (const path of [set, ...setInRegions]) {
    const tags = new Set([...keysAt(set), ...keysAt(path)]);
    if (tags.size <= MAX_SET_TAGS || (path !== set && keysAt(path).length === 0)) continue;
    const limits = { most: MAX_SET_TAGS, ownTags: OWN_TAGS, mostTags: MAX_TAGS };
    const message = policyProblem("too-many-set-tags", { count: tags.size, ...limits });
    problems.push(problemAt(yaml, ownOrDefault(yaml, index, path), message));
  }
  return problems;
}

function repeatedNames(yaml: YamlFile): Problem[] {
  const firstIndex = new Map<string, number>();
  return listAt(yaml, ["policies"]).flatMap((_, index) => {
    const name = valueAt(yaml.value, ["policies", index, "name"]);
    if (typeof name !== "string") return [];
    const first = firstIndex.get(name);
    if (first === undefined) {
      firstIndex.set(name, index);
      return [];
    }
    const message = policyProblem("duplicate-policy-name", { name, first });
    return [problemAt(yaml, ["policies", index, "name"], message)];
  });
}

function keysOf(value: unknown): string[] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

/** The paths of all lists of regions: the groups of the file, and `from` and `to`. */
export function regionLists(yaml: YamlFile): Path[] {
  const groups = keysOf(valueAt(yaml.value, ["regions"])).filter((name) => !BUILT_IN_GROUPS.has(name));
  const blocks: Path[] = [["defaults"], ...listAt(yaml, ["policies"]).map((_, index) => ["policies", index])];
  return [
    ...groups.map((name) => ["regions", name]),
    ...blocks.flatMap((block) => ["from", "to"].map((key) => [...block, key])),
  ];
}

/** The list at a path; empty if there is none. */
export function listAt(yaml: YamlFile, path: Path): readonly unknown[] {
  const value = valueAt(yaml.value, path);
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/**
 * The list of texts at a path. The schema reports entries that are not text. They count as `all`
 * here, so that the other entries keep their index.
 */
export function textsAt(yaml: YamlFile, path: Path): string[] {
  return listAt(yaml, path).map((entry) => (typeof entry === "string" && entry !== "" ? entry : "all"));
}
