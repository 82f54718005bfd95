// Finds policies that require different settings for the same copy, without looking at any image.

import { encryptPhrases } from "../../model/messages/policy-values.ts";
import type { Encrypt, Policy } from "../../model/policy.ts";
import { matchesAny } from "../values/globs.ts";
import { copyName } from "../values/name-template.ts";
import { crossesBorder } from "../values/regions.ts";
import { sharedSources, takesAllOf } from "./subsumption.ts";

/**
 * Two policies that certainly require different values of one setting for the same copies.
 * `validate` refuses them.
 */
interface Contradiction {
  /** The policy that stands first in the file. */
  readonly first: Policy;
  readonly second: Policy;
  /** The destinations of those copies. */
  readonly regions: readonly string[];
  /** The path of the setting in the second policy, below `copy`. */
  readonly path: readonly string[];
  readonly values: readonly [first: string, second: string];
}

/** The search ends at this many, as an input error shows no more problems. */
const MOST_CONTRADICTIONS = 100;

/**
 * Finds the contradictions that do not depend on the images: one policy selects every image that
 * the other selects, both have a source and a destination in common, and the settings of the copies
 * there differ. The planner finds those that depend on the images: see
 * `lib/plan/desired/merge-policies.ts`.
 */
export function findContradictions(policies: readonly Policy[]): Contradiction[] {
  const enabled = policies.filter((policy) => policy.enabled);
  const contradictions: Contradiction[] = [];
  for (const [index, second] of enabled.entries()) {
    for (const first of enabled.slice(0, index)) {
      if (!mayDiffer(first, second)) continue;
      if (!takesAllOf(first, second) && !takesAllOf(second, first)) continue;
      contradictions.push(...contradictionsOf(first, second));
      if (contradictions.length >= MOST_CONTRADICTIONS) return contradictions;
    }
  }
  return contradictions;
}

/**
 * Whether any setting could differ at all. Must be cheap, because it compares every policy with
 * every other.
 */
function mayDiffer(a: Policy, b: Policy): boolean {
  if (a.copy.name !== b.copy.name || a.copy.description !== b.copy.description) return true;
  if (a.copy.family !== b.copy.family || encryptsAnywhere(a) !== encryptsAnywhere(b)) return true;
  const tags = tagsAnywhere(b);
  return tagsAnywhere(a).some(([key, value]) =>
    tags.some(([otherKey, otherValue]) => otherKey === key && otherValue !== value),
  );
}

function encryptsAnywhere({ copy }: Policy): string {
  return JSON.stringify([copy.encrypt, Object.entries(copy.regions).map(([region, { encrypt }]) => [region, encrypt])]);
}

function tagsAnywhere({ copy }: Policy): [string, string][] {
  return [copy.tags, ...Object.values(copy.regions).map(({ tags }) => tags)].flatMap((tags) =>
    Object.entries(tags?.set ?? {}),
  );
}

function contradictionsOf(first: Policy, second: Policy): Contradiction[] {
  const contradictions = new Map<string, Omit<Contradiction, "regions"> & { regions: Set<string> }>();
  for (const source of sharedSources(first, second)) {
    for (const region of new Set([source, ...second.to])) {
      const copies = [first, second].map((policy) => copyIn(policy, source, region));
      const [a, b] = copies;
      if (!a || !b || copies.every((copy) => copy?.blocked)) continue;
      const isSameCopy = a.encrypt === b.encrypt;
      const differences = isSameCopy
        ? settingDifferences(a, b, source, region)
        : encryptDifferences(a, b, source, region);
      for (const difference of differences) {
        const key = JSON.stringify(difference);
        const contradiction = contradictions.get(key) ?? { first, second, ...difference, regions: new Set() };
        contradiction.regions.add(region);
        contradictions.set(key, contradiction);
      }
    }
  }
  return [...contradictions.values()].map((one) => ({ ...one, regions: [...one.regions] }));
}

/** The copies that a policy desires in one region of the images in one source region. */
interface CopiesInRegion {
  readonly policy: Policy;
  readonly encrypt: string;
  /** Whether the copies get the family. An intermediate copy does not. */
  readonly published: boolean;
  /** Whether no copy can be made there, whatever its settings are. */
  readonly blocked: boolean;
}

// The same rule as in `lib/plan/desired/desired-copies.ts`: only a shared image gets a copy in its
// own region.
function copyIn(policy: Policy, source: string, region: string): CopiesInRegion | undefined {
  const named = policy.to.includes(region);
  if (region === source ? policy.select.type !== "shared" : !named) return undefined;
  const encrypt: Encrypt = named && (policy.copy.regions[region]?.encrypt ?? policy.copy.encrypt);
  const blocked = policy.crossBorder === "never" && crossesBorder(source, region, policy.declaredSides);
  return { policy, encrypt: JSON.stringify(encrypt), published: named, blocked };
}

type Difference = Pick<Contradiction, "path" | "values">;

function settingDifferences(a: CopiesInRegion, b: CopiesInRegion, source: string, region: string): Difference[] {
  const [first, second] = [a.policy, b.policy];
  const differences: Difference[] = [];
  const compare = (path: string[], one: string | undefined, other: string | undefined) => {
    if (one !== undefined && other !== undefined && one !== other) differences.push({ path, values: [one, other] });
  };
  if (!canAgree(first, second, source, region)) compare(["name"], first.copy.name, second.copy.name);
  compare(["description"], first.copy.description ?? "inherit", second.copy.description ?? "inherit");
  if (a.published && b.published) {
    const sourceFamily = first.select.family ?? second.select.family;
    compare(["family"], familyOf(first, sourceFamily), familyOf(second, sourceFamily));
  }
  const setInRegion = second.copy.regions[region]?.tags?.set ?? {};
  const [tags, others] = [first, second].map(({ copy }) => ({ ...copy.tags.set, ...copy.regions[region]?.tags?.set }));
  for (const [key, value] of Object.entries(others ?? {})) {
    const path = ["tags", "set", key];
    if (tags && Object.hasOwn(tags, key))
      compare(Object.hasOwn(setInRegion, key) ? ["regions", region, ...path] : path, tags[key], value);
  }
  return differences;
}

/**
 * With different encryption these are two copies, which contradict each other only if they get the
 * same name.
 */
function encryptDifferences(a: CopiesInRegion, b: CopiesInRegion, source: string, region: string): Difference[] {
  const [first, second] = namesOf(a.policy, b.policy, source, region);
  if (first === undefined || first !== second) return [];
  const isSetInRegion = b.policy.copy.regions[region]?.encrypt !== undefined;
  const path = isSetInRegion ? ["regions", region, "encrypt"] : ["encrypt"];
  return [{ path, values: [encryptText(a), encryptText(b)] }];
}

function encryptText({ encrypt }: CopiesInRegion): string {
  if (encrypt === "false") return encryptPhrases.off;
  const { kmsKeyId } = JSON.parse(encrypt) as Exclude<Encrypt, false>;
  return kmsKeyId === undefined ? encryptPhrases.defaultKey : encryptPhrases.key(kmsKeyId);
}

// `inherit` means the family that `select` requires. Without one it is unknown, and the image may
// have no family.
function familyOf({ copy }: Policy, sourceFamily: string | undefined): string | undefined {
  return copy.family === "inherit" ? sourceFamily : copy.family;
}

/** Whether two templates can produce the same name for an image that both policies select. */
function canAgree(first: Policy, second: Policy, source: string, region: string): boolean {
  const [a, b] = namesOf(first, second, source, region);
  if (a === undefined || b === undefined || a === b) return true;
  const [text, template] = a.includes("{{") ? [b, a] : [a, b];
  const [before = "", after, ...more] = template.split("{{name}}");
  if (text.includes("{{") || after === undefined || more.length > 0 || `${before}${after}`.includes("{{")) return false;
  if (text.length <= before.length + after.length || !text.startsWith(before) || !text.endsWith(after)) return false;
  const name = text.slice(before.length, text.length - after.length);
  return [first, second].every(({ select }) => matchesAny(select.name ?? [], name));
}

/**
 * The names that two policies give to one copy. The placeholders whose value depends on the image
 * stay as they are.
 */
function namesOf(first: Policy, second: Policy, source: string, region: string) {
  const image = { name: "{{name}}", imageId: "{{sourceId}}", createdAt: "{{date}}" };
  return [first, second].map(({ copy }) => copyName(copy.name, image, source, region));
}
