// Whether one policy certainly selects every image that another selects, and makes the same copies.
import type { Policy, Select } from "../../model/policy.ts";

/** The source regions that two policies have in common. */
export function sharedSources(a: Policy, b: Policy): string[] {
  return a.from.filter((region) => b.from.includes(region));
}

/**
 * Whether `wide` selects every image that `narrow` selects in their common source regions, whatever
 * images exist. False if that is not certain.
 */
export function takesAllOf(wide: Policy, narrow: Policy): boolean {
  if (!matchesAllOf(wide.select, narrow.select)) return false;
  if (wide.select.newest === undefined) return true;
  // An image ranks higher among fewer images. So every image that competes in `wide` must
  // compete in `narrow` too.
  return (
    narrow.select.newest !== undefined &&
    narrow.select.newest <= wide.select.newest &&
    within(wide.from, narrow.from) &&
    matchesAllOf(narrow.select, wide.select)
  );
}

/** The same for the criteria that depend on one image alone: all except `newest`. */
function matchesAllOf(wide: Select, narrow: Select): boolean {
  return (
    wide.type === narrow.type &&
    globsTakeAllOf(wide.name ?? [], narrow.name ?? []) &&
    tagsTakeAllOf(wide.tags ?? {}, narrow.tags ?? {}) &&
    listTakesAllOf(inAnyCase(wide.platform), inAnyCase(narrow.platform)) &&
    listTakesAllOf(inAnyCase(wide.architecture), inAnyCase(narrow.architecture)) &&
    listTakesAllOf(wide.creator, narrow.creator) &&
    (wide.family === undefined || wide.family === narrow.family) &&
    (wide.createdAfter ?? Number.NEGATIVE_INFINITY) <= (narrow.createdAfter ?? Number.NEGATIVE_INFINITY) &&
    (wide.minAge ?? 0) <= (narrow.minAge ?? 0) &&
    (wide.maxAge ?? Number.POSITIVE_INFINITY) >= (narrow.maxAge ?? Number.POSITIVE_INFINITY) &&
    within(wide.not?.name ?? [], narrow.not?.name ?? []) &&
    excludesNoMore(wide.not?.tags ?? {}, narrow.not?.tags ?? {})
  );
}

// Compares globs as texts only, except that `*` matches everything.
function globsTakeAllOf(wide: readonly string[], narrow: readonly string[]): boolean {
  const [wideOut, narrowOut] = [wide, narrow].map((globs) => globs.filter((glob) => glob.startsWith("!")));
  if (!within(wideOut ?? [], narrowOut ?? [])) return false;
  const [wideIn, narrowIn] = [wide, narrow].map((globs) => globs.filter((glob) => !glob.startsWith("!")));
  if (!wideIn?.length || wideIn.includes("*")) return true;
  return narrowIn !== undefined && narrowIn.length > 0 && within(narrowIn, wideIn);
}

type Tags = Readonly<Record<string, readonly string[]>>;

function tagsTakeAllOf(wide: Tags, narrow: Tags): boolean {
  return Object.entries(wide).every(([key, values]) => Object.hasOwn(narrow, key) && within(narrow[key] ?? [], values));
}

function excludesNoMore(wide: Tags, narrow: Tags): boolean {
  return Object.entries(wide).every(([key, values]) => Object.hasOwn(narrow, key) && within(values, narrow[key] ?? []));
}

function listTakesAllOf(wide: readonly string[] | undefined, narrow: readonly string[] | undefined): boolean {
  return wide === undefined || (narrow !== undefined && within(narrow, wide));
}

function inAnyCase(words: readonly string[] | undefined): readonly string[] | undefined {
  return words?.map((word) => word.toLowerCase());
}

function within(some: readonly string[], all: readonly string[]): boolean {
  return some.every((one) => all.includes(one));
}

/**
 * The first of the other policies that certainly makes all copies of this one with the same
 * settings, if any.
 */
export function coveredBy(policy: Policy, others: readonly Policy[]): Policy | undefined {
  if (!policy.enabled) return undefined;
  const settings = settingsOf(policy);
  return others.find(
    (other) =>
      other.enabled &&
      within(policy.to, other.to) &&
      within(policy.from, other.from) &&
      takesAllOf(other, policy) &&
      !needsOtherChain(policy, other) &&
      settingsOf(other) === settings,
  );
}

// The copy of a shared image in its own region is plain, unless `to` names that region and the
// policy encrypts there.
function needsOtherChain(policy: Policy, other: Policy): boolean {
  const isEncrypted = (region: string) => (other.copy.regions[region]?.encrypt ?? other.copy.encrypt) !== false;
  const differs = (region: string) => !policy.to.includes(region) && other.to.includes(region) && isEncrypted(region);
  return policy.select.type === "shared" && policy.from.some(differs);
}

function settingsOf({ name: _, enabled: __, from: ___, select: ____, to: _____, ...settings }: Policy): string {
  return JSON.stringify(settings, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
