// Reads a policy file: merges the defaults, expands region groups, reports all problems at once.
import { InputError, type Problem, toProblem } from "../model/errors.ts";
import { policyProblem } from "../model/messages/policy-rules.ts";
import type { Encrypt, Policy, Prices, Prune, Select } from "../model/policy.ts";
import { DEFAULT_SETTLE, parseDuration } from "../model/time.ts";
import type { Millis } from "../model/types.ts";
import type { PolicyFile, PolicySettings } from "./file/schema.ts";
import { inOrder, problemAt, valueAt } from "./file/schema-errors.ts";
import { readYaml } from "./file/yaml.ts";
import { accountWarnings } from "./validate/account-warnings.ts";
import { ownOrDefault, policyProblems } from "./validate/checks.ts";
import { findContradictions } from "./validate/conflicts.ts";
import { unknownRegions } from "./validate/unknown-regions.ts";
import { policyWarnings } from "./validate/warnings.ts";
import { expandRegions, type Groups } from "./values/region-groups.ts";

/**
 * Reads a policy file. The result has the defaults merged in, groups expanded to region ids,
 * durations in milliseconds and dates in epoch milliseconds. `file` is the file's name in messages. `settle` is
 * `SETTLE`, on which a warning depends. `places`: policy → `file:line:column` where it begins.
 * Throws `InputError` with all problems; `warnings` are about what is allowed but probably not
 * meant.
 */
export function parsePolicy(
  text: string,
  file: string,
  settle: Millis = DEFAULT_SETTLE,
): { policies: Policy[]; groups: Groups; prices?: Prices; warnings: Problem[]; places: Map<string, string> } {
  const yaml = readYaml(text, file);
  if (yaml.value === null || yaml.value === undefined)
    throw new InputError([toProblem(file, policyProblem("policy-file-empty"))]);
  const { groups, declaredSides, problems } = policyProblems(yaml);
  if (problems.length > 0) throw new InputError(inOrder(problems));

  const contents = yaml.value as PolicyFile;
  const policies = contents.policies.map((own) => ({
    ...policyOf(merge(contents.defaults ?? {}, own) as typeof own, groups),
    declaredSides,
  }));
  const contradictions = findContradictions(policies).map(({ first, second, regions, path, values }) => {
    const message = policyProblem("contradicting-policies", {
      policies: [first.name, second.name],
      values: [JSON.stringify(values[0]), JSON.stringify(values[1])],
      regions,
    });
    return problemAt(yaml, ownOrDefault(yaml, policies.indexOf(second), ["copy", ...path]), message);
  });
  if (contradictions.length > 0) throw new InputError(inOrder(contradictions));
  const warnings = policies.flatMap((_, index) =>
    policyWarnings(policies, index, {
      at: (path, message) => problemAt(yaml, ownOrDefault(yaml, index, path), message),
      isInherited: (path) => ownOrDefault(yaml, index, path)[0] === "defaults",
      settle,
      isWritten: (path) => valueAt(yaml.value, ownOrDefault(yaml, index, path)) !== undefined,
    }),
  );
  const { prices } = contents;
  return {
    policies,
    groups,
    ...(prices && { prices }),
    warnings: inOrder([...warnings, ...unknownRegions(yaml, groups), ...accountWarnings(yaml)]),
    places: new Map(policies.map(({ name }, index) => [name, yaml.at(["policies", index])])),
  };
}

function policyOf(policy: PolicyFile["policies"][number], groups: Groups): Omit<Policy, "declaredSides"> {
  const { copy, maxSizeGiB } = policy;
  return {
    name: policy.name,
    enabled: policy.enabled ?? true,
    from: expandRegions(policy.from ?? [], groups).regions,
    select: selectOf(policy.select ?? {}),
    to: expandRegions(policy.to ?? [], groups).regions,
    crossBorder: policy.crossBorder ?? "never",
    copy: copyOf(copy ?? {}),
    existing: policy.existing ?? "block",
    ...(maxSizeGiB !== undefined && { maxSizeGiB }),
    attempts: policy.attempts ?? 5,
    stuckAfter: parseDuration(policy.stuckAfter ?? "1h") as number,
    prune: pruneOf(policy.prune ?? {}),
    onDrift: policy.onDrift ?? "repair",
  };
}

function copyOf(copy: NonNullable<PolicySettings["copy"]>): Policy["copy"] {
  const { description = "inherit", family = "inherit" } = copy;
  return {
    name: copy.name ?? "{{name}}",
    ...(description !== "inherit" && { description }),
    tags: { inherit: copy.tags?.inherit ?? true, set: copy.tags?.set ?? {} },
    ...(family !== false && { family }),
    publish: copy.publish ?? "each",
    shareWith: [...new Set((copy.shareWith ?? []).map(String))],
    encrypt: encryptOf(copy.encrypt) ?? false,
    regions: Object.fromEntries(
      Object.entries(copy.regions ?? {}).map(([region, { encrypt, tags }]) => {
        const { inherit, set } = tags ?? {};
        const ownTags = { ...(inherit !== undefined && { inherit }), ...(set && { set }) };
        return [
          region,
          { ...(encrypt !== undefined && { encrypt: encryptOf(encrypt) ?? false }), ...(tags && { tags: ownTags }) },
        ];
      }),
    ),
  };
}

function pruneOf(prune: NonNullable<PolicySettings["prune"]>): Prune {
  const { last, shared, keep, deprecateAfter, templateVersions } = prune;
  return {
    minAge: parseDuration(prune.minAge ?? "7d") as number,
    delete: prune.delete ?? false,
    ...(last && { last }),
    ...(shared === "delete" && { shared }),
    ...(keep !== undefined && { keep }),
    ...(deprecateAfter !== undefined && { deprecateAfter: parseDuration(deprecateAfter) as number }),
    ...(templateVersions === "default" && { templateVersions }),
  };
}

function encryptOf(encrypt: boolean | { kmsKeyId: string } | undefined): Encrypt | undefined {
  return encrypt === true ? {} : encrypt;
}

function selectOf(select: NonNullable<PolicySettings["select"]>): Select {
  const { type, tags, creator, createdAfter, minAge, maxAge, not, ...rest } = select;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as typeof rest;
  return {
    ...(given as Omit<Select, "type">),
    type: type ?? "custom",
    ...(tags && { tags: listed(tags) }),
    ...(creator && { creator: creator.map(String) }),
    ...(createdAfter !== undefined && { createdAfter: Date.parse(createdAfter) }),
    ...(minAge !== undefined && { minAge: parseDuration(minAge) as number }),
    ...(maxAge !== undefined && { maxAge: parseDuration(maxAge) as number }),
    ...(not && { not: { ...(not.name && { name: not.name }), ...(not.tags && { tags: listed(not.tags) }) } }),
  };
}

/** A single value means a list of one. */
function listed(tags: Readonly<Record<string, string | string[]>>): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [key, typeof value === "string" ? [value] : value]),
  );
}

// Maps are merged; a list or a single value of the policy replaces the default.
function merge(inherited: unknown, own: unknown): unknown {
  if (!isMap(inherited) || !isMap(own)) return own ?? inherited;
  const keys = new Set([...Object.keys(inherited), ...Object.keys(own)]);
  // A tag key may be `constructor`, which every object inherits.
  const valueOf = (map: Readonly<Record<string, unknown>>, key: string) =>
    Object.hasOwn(map, key) ? map[key] : undefined;
  return Object.fromEntries([...keys].map((key) => [key, merge(valueOf(inherited, key), valueOf(own, key))]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
