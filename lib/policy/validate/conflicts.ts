// Two policies that would make one copy two things.
import type { Encrypt, Policy } from "../../model/policy.ts";
import { matchesAny } from "../values/globs.ts";
import { copyName } from "../values/name-template.ts";
import { crossesBorder } from "../values/regions.ts";
import { sharedSources, takesAllOf } from "./subsumption.ts";

/** Two policies that want one copy to be two things, for certain: what `validate` refuses. */
export interface Contradiction {
  /** The one that stands first in the file. */
  readonly first: Policy;
  readonly second: Policy;
  /** The destinations. */
  readonly regions: readonly string[];
  /** Where in the second one, below `copy`. */
  readonly path: readonly string[];
  readonly values: readonly [first: string, second: string];
}

/** More are not looked for: whoever has so many mends the first ones first. */
const MOST = 100;

/**
 * Contradictions that show without looking at any image: one of the policies selects all that the other selects, they share
 * sources and a destination, and the copies there would differ. What depends on the images is found when it comes up:
 * see `lib/plan/desired/merge-policies.ts`.
 */
export function contradictions(policies: readonly Policy[]): Contradiction[] {
  const enabled = policies.filter((policy) => policy.enabled);
  const found: Contradiction[] = [];
  for (const [index, second] of enabled.entries()) {
    for (const first of enabled.slice(0, index)) {
      if (!mayDiffer(first, second)) continue;
      if (!takesAllOf(first, second) && !takesAllOf(second, first)) continue;
      found.push(...between(first, second));
      if (found.length >= MOST) return found;
    }
  }
  return found;
}

/** Cheap, as it is asked of each with each: whether there is anything at all in which the copies of both could differ. */
function mayDiffer(a: Policy, b: Policy): boolean {
  if (a.copy.name !== b.copy.name || a.copy.description !== b.copy.description) return true;
  if (a.copy.family !== b.copy.family || encryptsAnywhere(a) !== encryptsAnywhere(b)) return true;
  const tags = tagsAnywhere(b);
  return tagsAnywhere(a).some(([key, value]) => tags.some(([other, its]) => other === key && its !== value));
}

function encryptsAnywhere({ copy }: Policy): string {
  return JSON.stringify([copy.encrypt, Object.entries(copy.regions).map(([region, { encrypt }]) => [region, encrypt])]);
}

function tagsAnywhere({ copy }: Policy): [string, string][] {
  return [copy.tags, ...Object.values(copy.regions).map(({ tags }) => tags)].flatMap((tags) =>
    Object.entries(tags?.set ?? {}),
  );
}

function between(first: Policy, second: Policy): Contradiction[] {
  const found = new Map<string, Omit<Contradiction, "regions"> & { regions: Set<string> }>();
  for (const source of sharedSources(first, second)) {
    for (const region of new Set([source, ...second.to])) {
      const copies = [first, second].map((policy) => copyIn(policy, source, region));
      const [a, b] = copies;
      if (!a || !b || copies.every((copy) => copy?.blocked)) continue;
      const different = a.encrypt === b.encrypt ? differences(a, b, source, region) : otherwise(a, b, source, region);
      for (const difference of different) {
        const key = JSON.stringify(difference);
        const known = found.get(key) ?? { first, second, ...difference, regions: new Set() };
        known.regions.add(region);
        found.set(key, known);
      }
    }
  }
  return [...found.values()].map((contradiction) => ({ ...contradiction, regions: [...contradiction.regions] }));
}

/** What a policy wants in a region of an image of that source. */
interface ClaimedCopies {
  readonly policy: Policy;
  readonly encrypt: string;
  /** Others get to see it: it has the family. */
  readonly published: boolean;
  /** Cannot be made, whatever it is to be. */
  readonly blocked: boolean;
}

// As of `wantsOf` in `wanted.ts`: of a shared image there is always a copy in its own region, of others never.
function copyIn(policy: Policy, source: string, region: string): ClaimedCopies | undefined {
  const named = policy.to.includes(region);
  if (region === source ? policy.select.type !== "shared" : !named) return undefined;
  const encrypt: Encrypt = named && (policy.copy.regions[region]?.encrypt ?? policy.copy.encrypt);
  const blocked = policy.crossBorder === "never" && crossesBorder(source, region);
  return { policy, encrypt: JSON.stringify(encrypt), published: named, blocked };
}

type Difference = Pick<Contradiction, "path" | "values">;

function differences(a: ClaimedCopies, b: ClaimedCopies, source: string, region: string): Difference[] {
  const [first, second] = [a.policy, b.policy];
  const found: Difference[] = [];
  const differ = (path: string[], one: string | undefined, other: string | undefined) => {
    if (one !== undefined && other !== undefined && one !== other) found.push({ path, values: [one, other] });
  };
  if (!canAgree(first, second, source, region)) differ(["name"], first.copy.name, second.copy.name);
  differ(["description"], first.copy.description ?? "inherit", second.copy.description ?? "inherit");
  if (a.published && b.published) {
    const known = first.select.family ?? second.select.family;
    differ(["family"], familyOf(first, known), familyOf(second, known));
  }
  const own = second.copy.regions[region]?.tags?.set ?? {};
  const [tags, others] = [first, second].map(({ copy }) => ({ ...copy.tags.set, ...copy.regions[region]?.tags?.set }));
  for (const [key, value] of Object.entries(others ?? {})) {
    const path = ["tags", "set", key];
    if (tags && Object.hasOwn(tags, key))
      differ(Object.hasOwn(own, key) ? ["regions", region, ...path] : path, tags[key], value);
  }
  return found;
}

/** One is encrypted and the other not, or with another key: then these are two copies, which cannot both have one name. */
function otherwise(a: ClaimedCopies, b: ClaimedCopies, source: string, region: string): Difference[] {
  const [first, second] = namesOf(a.policy, b.policy, source, region);
  if (first === undefined || first !== second) return [];
  const isThere = b.policy.copy.regions[region]?.encrypt !== undefined;
  return [{ path: isThere ? ["regions", region, "encrypt"] : ["encrypt"], values: [encryptText(a), encryptText(b)] }];
}

function encryptText({ encrypt }: ClaimedCopies): string {
  if (encrypt === "false") return "not encrypted";
  const { kmsKeyId } = JSON.parse(encrypt) as Exclude<Encrypt, false>;
  return kmsKeyId === undefined ? "encrypted with the account's own key" : `encrypted with ${kmsKeyId}`;
}

// The image may have no family to inherit, and none is no other family. But one that is asked for is known.
function familyOf({ copy }: Policy, known: string | undefined): string | undefined {
  return copy.family === "inherit" ? known : copy.family;
}

/** Whether two templates can give one name, of an image that both policies take. */
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

/** The names that two policies give one copy. What only the image tells stays as it is. */
function namesOf(first: Policy, second: Policy, source: string, region: string) {
  const image = { name: "{{name}}", imageId: "{{sourceId}}", createdAt: "{{date}}" };
  return [first, second].map(({ copy }) => copyName(copy.name, image, source, region));
}
