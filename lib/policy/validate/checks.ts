// Rules that the schema cannot state: regions, groups, reserved keys.
import type { Problem } from "../../model/errors.ts";
import { MAX_SET_TAGS } from "../file/schema.ts";
import { problemAt, shapeProblems, valueAt } from "../file/schema-errors.ts";
import type { Path, YamlFile } from "../file/yaml.ts";
import { expandRegions, type Groups, resolveGroups, whyNoRegion } from "../values/region-groups.ts";
import { BUILT_IN_GROUPS } from "../values/regions.ts";

/** Most groups in one file; also how deep they can be nested. */
const MAX_GROUPS = 100;

/**
 * Everything that is wrong in a policy file, and its groups of regions. Each check reads the values as they were written
 * and passes over those of a wrong shape, so that one mistake hides no other.
 */
export function policyProblems(yaml: YamlFile): { groups: Groups; problems: Problem[] } {
  const { groups, problems } = readGroups(yaml);
  const policies: Path[] = listAt(yaml, ["policies"]).map((_, index) => ["policies", index]);
  return {
    groups,
    problems: [
      ...yaml.problems,
      ...shapeProblems(yaml),
      ...reserved(yaml, "accounts"),
      ...regionKeys(yaml, ["prices", "snapshotGiBMonth"], ["default"]),
      ...problems,
      ...[["defaults"], ...policies].flatMap((block) => [
        ...regionProblems(yaml, [...block, "from"], groups, problems.length === 0),
        ...regionProblems(yaml, [...block, "to"], groups, problems.length === 0),
        ...regionKeys(yaml, [...block, "copy", "regions"]),
      ]),
      ...policies.flatMap((_, index) => [...mergedProblems(yaml, index), ...encryptionProblems(yaml, index, groups)]),
      ...repeatedNames(yaml),
    ],
  };
}

/** Where a field of a policy is written: in the policy, or else in the defaults if it is there. */
export function ownOrDefault(yaml: YamlFile, index: number, path: Path): Path {
  const own = ["policies", index, ...path];
  const inherited = ["defaults", ...path];
  return valueAt(yaml.value, own) === undefined && valueAt(yaml.value, inherited) !== undefined ? inherited : own;
}

function readGroups(yaml: YamlFile): { groups: Groups; problems: Problem[] } {
  const names = keysOf(valueAt(yaml.value, ["regions"]));
  if (names.length > MAX_GROUPS) {
    const text = `holds ${names.length} groups; at most ${MAX_GROUPS} are allowed`;
    return { groups: BUILT_IN_GROUPS, problems: [problemAt(yaml, ["regions"], text)] };
  }
  const { groups, problems } = resolveGroups(
    Object.fromEntries(names.map((name) => [name, textsAt(yaml, ["regions", name])])),
  );
  return {
    groups,
    problems: problems.map(({ group, index, text }) =>
      index === undefined
        ? problemAt(yaml, ["regions"], text, group)
        : problemAt(yaml, ["regions", group, index], text),
    ),
  };
}

/** What is wrong with a list of regions and groups. */
export function regionProblems(yaml: YamlFile, path: Path, groups: Groups, groupsAreSound = true): Problem[] {
  const entries = textsAt(yaml, path);
  const { regions, problems } = expandRegions(entries, groups);
  if (problems.length > 0) return problems.map(({ index, text }) => problemAt(yaml, [...path, index], text));
  if (entries.length === 0 || regions.length > 0 || !groupsAreSound) return [];
  const onlyTakesOut = entries.every((entry) => entry.startsWith("!"));
  const why = onlyTakesOut
    ? "only takes regions out; name those to start from, such as all"
    : "names no region in the end";
  return [problemAt(yaml, path, why)];
}

function reserved(yaml: YamlFile, key: string): Problem[] {
  if (valueAt(yaml.value, [key]) === undefined) return [];
  return [problemAt(yaml, [], "not carried out yet in this version (reserved for a later one); remove it", key)];
}

/** The keys of a map that are to be region ids. */
function regionKeys(yaml: YamlFile, path: Path, others: readonly string[] = []): Problem[] {
  return keysOf(valueAt(yaml.value, path)).flatMap((key) => {
    const wrong = others.includes(key) ? undefined : whyNoRegion(key, others);
    return wrong === undefined ? [] : [problemAt(yaml, path, wrong, key)];
  });
}

/** What is said of encryption, which depends on sharing and on the destinations. */
function encryptionProblems(yaml: YamlFile, index: number, groups: Groups): Problem[] {
  const at = (...path: string[]) => ownOrDefault(yaml, index, path);
  const get = (...path: string[]) => valueAt(yaml.value, at(...path));
  const [from, named] = ["from", "to"].map((key) => expandRegions(textsAt(yaml, at(key)), groups).regions);
  // Where the only source is there are no copies, unless its images are shared ones.
  const isSource = (region: string) => from?.length === 1 && from[0] === region && get("select", "type") !== "shared";
  const to = (named ?? []).filter((region) => !isSource(region));
  const own = (region: string) => get("copy", "regions", region, "encrypt");
  const everywhere = get("copy", "encrypt");
  const problems: Problem[] = [];
  const encrypted = to.filter((region) => isEncrypted(own(region) ?? everywhere));
  const shareWith = get("copy", "shareWith");
  if (Array.isArray(shareWith) && shareWith.length > 0 && encrypted.length > 0) {
    const text = `the cloud shares no encrypted image, and the copies in ${encrypted.join(", ")} are to be encrypted; share or encrypt`;
    problems.push(problemAt(yaml, at("copy", "shareWith"), text));
  }
  const keyless = to.filter((region) => own(region) === undefined);
  if (typeof everywhere === "object" && everywhere !== null && keyless.length > 1) {
    const text = `a key belongs to one region, and this one is for ${keyless.join(", ")}; name the key of each in copy.regions`;
    problems.push(problemAt(yaml, at("copy", "encrypt"), text));
  }
  return problems;
}

function isEncrypted(value: unknown): boolean {
  return value === true || (typeof value === "object" && value !== null);
}

// What can only be said of a policy and the defaults together.
function mergedProblems(yaml: YamlFile, index: number): Problem[] {
  const at = (...path: string[]) => ownOrDefault(yaml, index, path);
  const has = (...path: string[]) => valueAt(yaml.value, at(...path)) !== undefined;
  const problems = ["from", "to"]
    .filter((key) => !has(key))
    .map((key) => {
      const text = `is missing; it must be a list of regions and groups, here or in defaults.${key}`;
      return problemAt(yaml, ["policies", index], text, key);
    });
  if (valueAt(yaml.value, at("select", "type")) === "shared" && !has("select", "creator")) {
    const text = "shared needs select.creator: the accounts whose images you trust";
    problems.push(problemAt(yaml, at("select", "type"), text));
  }
  const setAt = (path: Path) =>
    [["defaults"], ["policies", index]].flatMap((block) => keysOf(valueAt(yaml.value, [...block, ...path])));
  const set: Path = ["copy", "tags", "set"];
  const regions = [...new Set(setAt(["copy", "regions"]))].map(
    (region): Path => ["copy", "regions", region, "tags", "set"],
  );
  for (const path of [set, ...regions]) {
    const tags = new Set([...setAt(set), ...setAt(path)]);
    if (tags.size <= MAX_SET_TAGS || (path !== set && setAt(path).length === 0)) continue;
    const text = `holds ${tags.size} tags; at most ${MAX_SET_TAGS} are allowed, the others are kept for this program`;
    problems.push(problemAt(yaml, ownOrDefault(yaml, index, path), text));
  }
  return problems;
}

/** Account ids that are numbers: they can be read, but a leading zero is lost already. */
export function numbersForAccounts(yaml: YamlFile): Problem[] {
  const blocks: Path[] = [["defaults"], ...listAt(yaml, ["policies"]).map((_, index) => ["policies", index])];
  const lists = blocks.flatMap((block): Path[] => [
    [...block, "copy", "shareWith"],
    [...block, "select", "creator"],
  ]);
  return lists.flatMap((path) =>
    listAt(yaml, path).flatMap((entry, place) => {
      if (typeof entry !== "number") return [];
      const text = `${entry} is a number, which has no leading zeros: put account ids in quotes, such as "${entry}"`;
      return [problemAt(yaml, [...path, place], text)];
    }),
  );
}

function repeatedNames(yaml: YamlFile): Problem[] {
  const first = new Map<string, number>();
  return listAt(yaml, ["policies"]).flatMap((_, index) => {
    const name = valueAt(yaml.value, ["policies", index, "name"]);
    if (typeof name !== "string") return [];
    const before = first.get(name);
    if (before === undefined) {
      first.set(name, index);
      return [];
    }
    const text = `${JSON.stringify(name)} is the name of policies[${before}] already; names must be unique`;
    return [problemAt(yaml, ["policies", index, "name"], text)];
  });
}

function keysOf(value: unknown): string[] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

/** The list at a path; an empty one if there is none. */
export function listAt(yaml: YamlFile, path: Path): readonly unknown[] {
  const value = valueAt(yaml.value, path);
  return Array.isArray(value) ? (value as unknown[]) : [];
}

// Places in the list stay as they are: whatever is no text has its problem from the schema.
function textsAt(yaml: YamlFile, path: Path): string[] {
  return listAt(yaml, path).map((entry) => (typeof entry === "string" && entry !== "" ? entry : "all"));
}
