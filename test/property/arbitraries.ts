// Random policies, clouds and changes for the property test.

import { ALL_SWITCHES, type Switches } from "../../emulator/settings/switches.ts";
import type { ImageState } from "../../emulator/world/image.ts";
import { IGNORE_TAG } from "../../lib/model/identity.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { ACCOUNT, NOW } from "../support/builders.ts";
import fc from "../support/random.ts";

/**
 * Policies with all keys, worlds, and changes of both. All are small, so that policies and images
 * often match.
 */

export const REGIONS = ["ap-guangzhou", "ap-shanghai", "ap-beijing", "ap-hongkong"] as const;
export const [HOME, SHANGHAI, BEIJING] = REGIONS;
export const [FACTORY, FRIEND, STRANGER] = ["100000000002", "100000000003", "100000000004"];
export const KEY = "01234567-89ab-cdef-0123-456789abcdef";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One of the values, most often the first one. */
function mostly<T>(first: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 11, arbitrary: fc.constant(first) }, { weight: 2, arbitrary: fc.constantFrom(...others) });
}
const rarely = mostly<boolean>(false, true);
/** An object without its undefined keys: a policy leaves a key out in this way. */
function without<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

const custom = fc.record({
  type: fc.constant("custom" as const),
  name: mostly<string[] | undefined>(["golden-*"], undefined, ["*", "!*-test"], ["golden-?", "base-*"]),
  tags: mostly<Record<string, string[]> | undefined>(undefined, { release: ["approved", "beta"] }),
  platform: mostly<string[] | undefined>(undefined, ["tencentos"], ["Ubuntu"]),
  architecture: mostly<string[] | undefined>(undefined, ["x86_64"]),
  family: mostly<string | undefined>(undefined, undefined, "golden"),
  creator: mostly<string[] | undefined>(undefined, undefined, [ACCOUNT]),
  createdAfter: mostly<number | undefined>(undefined, NOW - 60 * HOUR),
  minAge: mostly<number | undefined>(undefined, 30 * MINUTE, 90 * MINUTE),
  maxAge: mostly<number | undefined>(undefined, 20 * HOUR),
  newest: fc.constantFrom(undefined, 1, 2),
  not: mostly<Policy["select"]["not"]>(undefined, { tags: { release: ["beta"] } }, { name: ["*-2"] }),
});
const shared = fc.record({
  type: fc.constant("shared" as const),
  name: mostly<string[] | undefined>(undefined, ["golden-*"]),
  creator: fc.constant([FACTORY]),
  newest: mostly<number | undefined>(undefined, 1, 2),
});
const encrypt = fc.constantFrom<Policy["copy"]["encrypt"]>({}, { kmsKeyId: KEY });
const tagSettings = fc.record({
  inherit: mostly(true, false),
  set: mostly<Record<string, string>>({}, { env: "prod" }, { env: "dr", team: "us" }),
});

/**
 * One policy. A policy that encrypts shares with no account, because `validate` refuses both
 * together.
 */
const rule: fc.Arbitrary<Omit<Policy, "name">> = fc
  .record({
    enabled: mostly(true, false),
    from: mostly<readonly string[]>([HOME], [SHANGHAI], [HOME, SHANGHAI]),
    select: fc.oneof({ weight: 3, arbitrary: custom }, { weight: 1, arbitrary: shared }).map(without),
    to: fc.subarray([...REGIONS], { minLength: 2 }),
    crossBorder: fc.constantFrom("never", "approved"),
    copy: fc
      .record({
        name: mostly("{{name}}", "{{name}}-{{sourceRegion}}", "fixed"),
        description: mostly<string | undefined>(undefined, "a copy"),
        tags: tagSettings,
        family: fc.constantFrom("inherit", "inherit", undefined, "web"),
        publish: fc.constantFrom("each", "together"),
        shareWith: fc.constantFrom<readonly string[]>([], [FRIEND]),
        encrypt: fc.oneof({ weight: 4, arbitrary: fc.constant(false as const) }, { weight: 1, arbitrary: encrypt }),
        inShanghai: mostly<"encrypt" | "tags" | undefined>(undefined, "encrypt", "tags"),
      })
      .map(({ inShanghai, ...copy }) => {
        const regions: Policy["copy"]["regions"] =
          inShanghai === "encrypt"
            ? { [SHANGHAI]: { encrypt: {} } }
            : inShanghai
              ? { [SHANGHAI]: { tags: { set: { env: "dr" } } } }
              : {};
        const encrypts = copy.encrypt !== false || inShanghai === "encrypt";
        return without({ ...copy, regions, ...(encrypts && { shareWith: [] }) });
      }),
    existing: fc.constantFrom("block", "adopt"),
    maxSizeGiB: mostly<number | undefined>(undefined, 40),
    attempts: fc.constantFrom(1, 3),
    stuckAfter: fc.constant(HOUR),
    prune: fc
      .record({
        minAge: fc.constantFrom(0, 40 * MINUTE),
        delete: mostly(true, false),
        last: fc.constantFrom(undefined, true),
        shared: fc.constantFrom<Policy["prune"]["shared"]>(undefined, "delete"),
        keep: mostly<number | undefined>(undefined, 1),
        deprecateAfter: mostly<number | undefined>(undefined, 20 * MINUTE),
        templateVersions: mostly<Policy["prune"]["templateVersions"]>(undefined, "default"),
      })
      .map(without),
    onDrift: mostly<"repair" | "report">("repair", "report"),
  })
  .map((fields): Omit<Policy, "name"> => ({ ...without(fields), declaredSides: {} }));

export const policies: fc.Arbitrary<Policy[]> = fc
  .array(rule, { minLength: 1, maxLength: 3 })
  .map((rules) => rules.map((one, n) => ({ ...one, name: `policy-${n + 1}` })));

/** An image made by hand. A copy may have the same name in any region. */
const manualImage = fc.record({
  owner: fc.oneof(fc.constant(ACCOUNT), mostly(ACCOUNT, FACTORY, STRANGER), mostly(ACCOUNT, FACTORY)),
  region: mostly<string>(HOME, SHANGHAI, BEIJING),
  name: fc.constantFrom("golden-1", "golden-2", "golden-3", "golden-4", "golden-test", "base-1"),
  family: fc.constantFrom("golden", "golden", undefined, "web"),
  tags: fc
    .subarray<[string, string]>([
      ["release", "approved"],
      ["release", "beta"],
      ["team", "web"],
    ])
    .map((pairs) => Object.fromEntries(pairs) as Record<string, string>),
  isIgnored: rarely,
  deprecated: rarely,
  sizeGiB: mostly(20, 60),
  dataDisks: mostly<number[]>([], [50]),
  platform: mostly("TencentOS", "Ubuntu"),
  architecture: mostly("x86_64", "arm"),
  description: mostly("baked", ""),
  state: mostly<ImageState>("NORMAL", "CREATING", "CREATEFAILED"),
  hours: fc.integer({ min: 1, max: 90 }),
});
export type Baked = typeof manualImage extends fc.Arbitrary<infer T> ? T : never;

const UNVERIFIED = [
  "sourceBusyWhileCopying",
  "uniqueNames",
  "dryRunAnswer",
  "unknownIdInDescribe",
  "tagWhileSyncing",
  "renameWhileSyncing",
  "copyTagsCarriedOver",
  "descriptionCarriedOver",
  "imageSetMissingEntries",
  "failedCopyState",
  "modifyWhileShared",
  "shareTwice",
  "familyPointsTo",
  "familySkipsDeprecated",
  "emptyFamily",
  "familyCarriedOver",
  "deleteFailedImages",
  "quotaCountsSyncing",
] as const satisfies (keyof Switches)[];
const switches = fc.record(
  Object.fromEntries(
    UNVERIFIED.map((name) => [
      name,
      mostly<string | number>(...(ALL_SWITCHES[name].values as unknown as [string, string])),
    ]),
  ),
) as fc.Arbitrary<Partial<Switches>>;

/** A manual change of the n-th image, copy or policy. */
const change = fc.oneof(
  fc.record({ what: fc.constant("bake" as const), image: manualImage }),
  fc.record({
    what: fc.constantFrom(
      "ignore",
      "ignore",
      "ignore",
      "deprecate",
      "undeprecate",
      "unignore",
      "delete-root",
      "delete-copy",
      "describe-copy",
      "family-of-copy",
      "tags-of-copy",
      "share-copy",
      "share-copy",
      "unshare-copy",
      "use-copy",
      "use-copy",
      "use-copy",
      "free-copy",
      "revoke-root",
      "quota",
    ),
    n: fc.nat(20),
  }),
  fc.record({
    what: fc.constantFrom("to", "select", "copy", "prune", "remove", "enabled", "onDrift"),
    n: fc.nat(2),
    rule,
  }),
);
export type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

export interface Story {
  readonly policies: Policy[];
  readonly images: Baked[];
  readonly quotas: Partial<Record<string, number>>;
  readonly switches: Partial<Switches>;
  readonly seed: number;
  /** Groups of changes: each group happens at once, after all work for the group before is done. */
  readonly changes: Change[][];
}

export const stories: fc.Arbitrary<Story> = fc.record({
  policies,
  images: fc.array(manualImage, { minLength: 2, maxLength: 7 }),
  quotas: mostly<Partial<Record<string, number>>>({}, { [SHANGHAI]: 2 }, { [BEIJING]: 3, [HOME]: 3 }),
  switches,
  seed: fc.integer({ min: 1, max: 1e6 }),
  changes: fc.array(fc.array(change, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 3 }),
});

export const ignored = { [IGNORE_TAG]: "bad" };
