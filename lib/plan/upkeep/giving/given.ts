// What this program gave an image for each policy, and what of that it may take back.
import type { Policy } from "../../../model/policy.ts";
import type { Given, GivenByPolicy, Image } from "../../../model/types.ts";

const NOTHING_GIVEN: Given = { accounts: [], tags: {}, families: [] };

/** Everything in `before`, and what is given now; the same object if that adds nothing. */
export function addGiven(before: GivenByPolicy | undefined, gives: GivenByPolicy): GivenByPolicy {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(gives)])];
  return unlessSame(
    before,
    names.map((name) => [name, joined([before?.[name], gives[name]])]),
  );
}

/**
 * Brings the record of what was given up to date; the same object if nothing differs. What a policy
 * gives now counts as given, so a lost state is restored from the policies. What the image no longer
 * has is forgotten, so that it is not taken back if a person adds it later. `accounts`: those that
 * the image is shared with, if that is known.
 */
export function refreshGiven(
  before: GivenByPolicy | undefined,
  gives: GivenByPolicy,
  { image, accounts }: { readonly image: Image; readonly accounts: readonly string[] | undefined },
  policies: readonly Policy[],
): GivenByPolicy {
  if (before && isSameGiven(before, gives)) return before;
  const now = joined(Object.values(gives));
  const entries = Object.entries(addGiven(before, gives)).map(([name, given]) => {
    const own = gives[name] ?? NOTHING_GIVEN;
    // A policy that was renamed gives the same under its new name.
    const isGone = !policies.some((policy) => policy.name === name);
    const stays = (isOwn: boolean, isPresent: boolean, isGivenNow: boolean) =>
      isOwn || (isPresent && !(isGone && isGivenNow));
    return [
      name,
      {
        accounts: given.accounts.filter((one) =>
          stays(own.accounts.includes(one), accounts?.includes(one) ?? true, now.accounts.includes(one)),
        ),
        tags: Object.fromEntries(
          Object.entries(given.tags).filter(([key, value]) =>
            stays(Object.hasOwn(own.tags, key), image.tags[key] === value, Object.hasOwn(now.tags, key)),
          ),
        ),
        families: given.families.filter((one) =>
          stays(own.families.includes(one), image.family === one, now.families.includes(one)),
        ),
      },
    ] as const;
  });
  return unlessSame(before, entries);
}

/** Whether the record says exactly what the policies give now: so it is with almost every copy of a sweep. */
function isSameGiven(before: GivenByPolicy, gives: GivenByPolicy): boolean {
  let count = 0;
  for (const [name, now] of Object.entries(gives)) {
    if (isEmpty(now)) continue;
    count += 1;
    const given = before[name];
    if (!given || !isSameList(given.accounts, now.accounts) || !isSameList(given.families, now.families)) return false;
    const keys = Object.keys(now.tags);
    if (!isSameList(Object.keys(given.tags), keys) || keys.some((key) => given.tags[key] !== now.tags[key]))
      return false;
  }
  return Object.keys(before).length === count;
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}

function unlessSame(before: GivenByPolicy | undefined, entries: (readonly [string, Given])[]): GivenByPolicy {
  const after = Object.fromEntries(entries.filter(([, given]) => !isEmpty(given)));
  return before && JSON.stringify(after) === JSON.stringify(before) ? before : after;
}

/**
 * What may be taken back once no policy says it: what was given for policies that are in the file
 * and enabled, unless a policy that is disabled or gone gave it as well.
 */
export function mayBeTakenBack(given: GivenByPolicy = {}, policies: readonly Policy[]): Given {
  const isActive = (name: string) => policies.some((policy) => policy.name === name && policy.enabled);
  const entries = Object.entries(given);
  const ours = joined(entries.flatMap(([name, one]) => (isActive(name) ? [one] : [])));
  const left = joined(entries.flatMap(([name, one]) => (isActive(name) ? [] : [one])));
  return {
    accounts: ours.accounts.filter((account) => !left.accounts.includes(account)),
    tags: Object.fromEntries(Object.entries(ours.tags).filter(([key]) => !Object.hasOwn(left.tags, key))),
    families: ours.families.filter((family) => !left.families.includes(family)),
  };
}

/** The same with only those of the accounts that the image still has. */
export function onlyAccounts(given: GivenByPolicy, present: readonly string[]): GivenByPolicy {
  const entries = Object.entries(given).map(([name, one]) => {
    return [name, { ...one, accounts: one.accounts.filter((account) => present.includes(account)) }] as const;
  });
  return unlessSame(given, entries);
}

/** Whether the image was shared with no other account for any policy. */
export function isGivenOnly(given: GivenByPolicy = {}, accounts: readonly string[]): boolean {
  return Object.values(given).every((one) => one.accounts.every((account) => accounts.includes(account)));
}

/** Whether the image was given no other tag for any policy. */
export function isTaggedOnly(given: GivenByPolicy = {}, isSaid: (key: string) => boolean): boolean {
  return Object.values(given).every(({ tags }) => Object.keys(tags).every(isSaid));
}

/** The accounts that the image was shared with for any policy. */
export function accountsGiven(given: GivenByPolicy = {}): readonly string[] {
  return joined(Object.values(given)).accounts;
}

function joined(all: readonly (Given | undefined)[]): Given {
  const given = all.filter((one) => one !== undefined);
  return {
    accounts: [...new Set(given.flatMap(({ accounts }) => accounts))],
    tags: Object.fromEntries(given.flatMap(({ tags }) => Object.entries(tags))),
    families: [...new Set(given.flatMap(({ families }) => families))],
  };
}

function isEmpty({ accounts, tags, families }: Given): boolean {
  return accounts.length + Object.keys(tags).length + families.length === 0;
}
