// Policy.yaml to validated policies: defaults merged, groups expanded, every problem at once.
import { InputError, type Problem } from "../model/errors.ts";
import type { Encrypt, Policy, Prices, Select } from "../model/policy.ts";
import { parseDuration } from "../model/time.ts";
import type { PolicyFile, PolicySettings } from "./file/schema.ts";
import { inOrder, problemAt } from "./file/schema-errors.ts";
import { readYaml } from "./file/yaml.ts";
import { numbersForAccounts, ownOrDefault, policyProblems } from "./validate/checks.ts";
import { contradictions } from "./validate/conflicts.ts";
import { policyWarnings } from "./validate/warnings.ts";
import { expandRegions, type Groups } from "./values/region-groups.ts";

/**
 * Reads a policy file: defaults are merged in, groups become region ids, lengths of time and dates become numbers.
 * `file` is the name to be used in messages. Throws InputError with everything that is wrong; what is only doubtful is
 * in `warnings`.
 */
export function parsePolicy(
  text: string,
  file: string,
): { policies: Policy[]; groups: Groups; prices?: Prices; warnings: Problem[] } {
  const yaml = readYaml(text, file);
  if (yaml.value === null || yaml.value === undefined) {
    throw new InputError([
      { where: file, text: "is empty; it must hold at least `version: 1` and a list of `policies`" },
    ]);
  }
  const { groups, problems } = policyProblems(yaml);
  if (problems.length > 0) throw new InputError(inOrder(problems));

  const written = yaml.value as PolicyFile;
  const policies = written.policies.map((own) => policyOf(merge(written.defaults ?? {}, own) as typeof own, groups));
  const conflicts = contradictions(policies).map(({ first, second, regions, path, values }) => {
    const text = `policy ${second.name} says ${JSON.stringify(values[1])}, and policy ${first.name} says ${JSON.stringify(values[0])} of the same copies in ${regions.join(", ")}`;
    return problemAt(yaml, ownOrDefault(yaml, policies.indexOf(second), ["copy", ...path]), text);
  });
  if (conflicts.length > 0) throw new InputError(inOrder(conflicts));
  const warnings = policies.flatMap((_, index) =>
    policyWarnings(policies, index, {
      at: (path, text) => problemAt(yaml, ownOrDefault(yaml, index, path), text),
      isInherited: (path) => ownOrDefault(yaml, index, path)[0] === "defaults",
    }),
  );
  const { prices } = written;
  return { policies, groups, ...(prices && { prices }), warnings: inOrder([...warnings, ...numbersForAccounts(yaml)]) };
}

function policyOf(policy: PolicyFile["policies"][number], groups: Groups): Policy {
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
    prune: {
      minAge: parseDuration(policy.prune?.minAge ?? "7d") as number,
      delete: policy.prune?.delete ?? false,
    },
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
        const there = { ...(inherit !== undefined && { inherit }), ...(set && { set }) };
        return [
          region,
          { ...(encrypt !== undefined && { encrypt: encryptOf(encrypt) ?? false }), ...(tags && { tags: there }) },
        ];
      }),
    ),
  };
}

function encryptOf(encrypt: boolean | { kmsKeyId: string } | undefined): Encrypt | undefined {
  return encrypt === true ? {} : encrypt;
}

function selectOf(select: NonNullable<PolicySettings["select"]>): Select {
  const { type, tags, creator, createdAfter, minAge, not, ...rest } = select;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as typeof rest;
  return {
    ...(given as Omit<Select, "type">),
    type: type ?? "custom",
    ...(tags && { tags: listed(tags) }),
    ...(creator && { creator: creator.map(String) }),
    ...(createdAfter !== undefined && { createdAfter: Date.parse(createdAfter) }),
    ...(minAge !== undefined && { minAge: parseDuration(minAge) as number }),
    ...(not && { not: { ...(not.name && { name: not.name }), ...(not.tags && { tags: listed(not.tags) }) } }),
  };
}

function listed(tags: Readonly<Record<string, string | string[]>>): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [key, typeof value === "string" ? [value] : value]),
  );
}

// Maps are merged; lists and single values are replaced.
function merge(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above ?? below;
  const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
  // A tag may be called `constructor`, which every object has something of.
  const own = (map: Readonly<Record<string, unknown>>, key: string) => (Object.hasOwn(map, key) ? map[key] : undefined);
  return Object.fromEntries([...keys].map((key) => [key, merge(own(below, key), own(above, key))]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
