// The shape of the policy file, as a zod schema: keys, allowed values, descriptions for editors.
import * as z from "zod/mini";
import { MAX_TAGS, OWN_TAGS } from "../../model/identity.ts";
import { allowed } from "../../model/messages/policy-values.ts";
import { type CheckName, problemOf } from "./value-checks.ts";

/**
 * The policy file as the user writes it. The message of a zod check is a phrase of `allowed`, which
 * follows "must be". The message of a check made with `passes` is the name of that check.
 * `schema-errors.ts` writes the whole problem.
 */

/**
 * At least one character or entry, and at most so many. They do not apply to maps, which may have
 * any value as their key `length`, even one that throws when it is compared.
 */
const notEmpty = (phrase: string) => ofLists(z.minLength(1, phrase));
const atMost = (entries: number, phrase: string) => ofLists(z.maxLength(entries, phrase));
function ofLists<T extends ReturnType<typeof z.minLength | typeof z.maxLength>>(check: T): T {
  check._zod.def.when = ({ value }) => typeof value === "string" || Array.isArray(value);
  return check;
}
const passes = (name: CheckName) => z.refine<string>((value) => !problemOf(name, value), name);
export const text = (phrase: string) => z.string(phrase).check(notEmpty(phrase));
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, allowed.oneOf(values));
export const listOf = <T extends z.ZodMiniType>(item: T, phrase: string) =>
  z.array(item, phrase).check(notEmpty(phrase));
export const boolean = z.boolean(allowed.boolean);
const whole = (phrase: string, max?: number) =>
  z.int(phrase).check(z.gte(1, phrase), ...(max === undefined ? [] : [z.lte(max, phrase)]));
const described = <T extends z.ZodMiniType>(schema: T, description: string) =>
  z.optional(schema.check(z.describe(description)));

const glob = text(allowed.glob).check(passes("glob"));
const exclusion = glob.check(passes("exclusion"));

const duration = (pattern: RegExp, phrase: string) => z.string(phrase).check(z.regex(pattern, phrase));
export const anyDuration = duration(/^\d{1,8}(ms|s|m|h|d)$/, allowed.duration);
const positiveDuration = duration(/^[1-9]\d{0,7}(ms|s|m|h|d)$/, allowed.positiveDuration);

const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;
export const date = z.string(allowed.date).check(z.regex(ISO, { error: allowed.date, abort: true }), passes("date"));

/**
 * The id of an account (uin). Those in the vendor's documentation have 9 to 12 digits; older ones
 * are numbers of QQ, which have 5 or more.
 */
export const account = z.union(
  [
    z.string(allowed.account).check(z.regex(/^\d{5,20}$/, allowed.account)),
    z.int(allowed.account).check(z.gte(10_000, allowed.account)),
  ],
  allowed.account,
);
const accounts = listOf(account, allowed.accounts);
const regionList = listOf(text(allowed.regionOrGroup), allowed.regions);
const texts = (example: string) => listOf(text(allowed.text), allowed.texts(example));
const globs = (item: z.ZodMiniType<string, string>) => listOf(item, allowed.globs);
const tagFilter = z.record(
  z.string(),
  z.union([z.string(allowed.tagFilter), listOf(z.string(allowed.text), allowed.tagFilter)], allowed.tagFilter),
);

/** Limits of tags: tag 2018-08-13; documents 651/13354 and 436/31509. */
const tagKey = z.string().check(passes("tagKey"));
const tagValue = z.string(allowed.tagValue).check(z.regex(/^[^\u0000-\u001f\u007f-\u009f]{0,255}$/u, allowed.tagValue));
const tagsToSet = z.record(tagKey, tagValue);

/** Most tags that a policy can set: a resource has at most 50, and this program needs its own. */
export const MAX_SET_TAGS = MAX_TAGS - OWN_TAGS;

const select = z.strictObject({
  type: described(
    oneOf(["custom", "shared"]),
    "custom (default): images of this account. shared: images that other accounts share with it; requires `creator`.",
  ),
  name: described(
    globs(glob),
    "Globs for the image's name, case-sensitive; * also matches /. One of them must match, and none of those with a leading !.",
  ),
  tags: described(tagFilter, "Tags that the image must have, all of them. A list of values means one of them."),
  platform: described(texts("[TencentOS, Ubuntu]"), "The platform must be one of these; case is ignored."),
  architecture: described(texts("[x86_64]"), "The architecture must be one of these: x86_64, arm, i386."),
  family: described(text(allowed.text), "The image family must be this one."),
  creator: described(
    accounts,
    "The account that created the image must be one of these. Required for shared images: the accounts whose images are trusted.",
  ),
  createdAfter: described(date, "Images created at this time or later. A date means 00:00 UTC."),
  minAge: described(anyDuration, "The minimum age of an image, which leaves time to withdraw it before it is copied."),
  maxAge: described(positiveDuration, "The maximum age of an image. Copies of older images are orphaned."),
  newest: described(
    whole(allowed.wholeFrom1),
    "Select only the N newest images of each family. Images without a family form one group.",
  ),
  not: described(
    z.strictObject({
      name: described(globs(exclusion), "Globs for names to exclude."),
      tags: described(tagFilter, "Tags to exclude. A list of values means any of them."),
    }),
    "An image is excluded if any of these matches.",
  ),
});

const tagSettings = z.strictObject({
  inherit: described(boolean, "Whether the copy gets the tags of the source. Default true."),
  set: described(tagsToSet, "Tags for the copy. They override inherited tags."),
});

const encrypt = z.union(
  [
    z.boolean(),
    z.strictObject({
      kmsKeyId: z
        .string(allowed.kmsKeyId)
        .check(
          z.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, allowed.kmsKeyId),
          z.describe("The id of a KMS key in the destination region."),
        ),
    }),
  ],
  allowed.encrypt,
);
const ENCRYPT =
  "false (default): copies are not encrypted. true: encrypted with the account's default key of the region. { kmsKeyId }: encrypted with this key. Cannot be combined with shareWith.";

const inOneLine = (most: number, phrase: string) =>
  z.string(phrase).check(z.regex(new RegExp(`^[^\\u0000-\\u001f\\u007f-\\u009f]{1,${most}}$`, "u"), phrase));
/** Most accounts that an image can be shared with (cvm 2017-03-12, ModifyImageSharePermission). */
const MOST_SHARES = 500;
const SHARE_WITH = allowed.accountsAtMost(MOST_SHARES);
const price = z.number(allowed.price).check(z.gte(0, allowed.price));

const copy = z.strictObject({
  name: described(
    text(allowed.text).check(passes("nameTemplate")),
    'Name of the copy. May contain {{name}}, {{region}}, {{sourceRegion}}, {{sourceId}}, {{date}}. Default "{{name}}".',
  ),
  tags: described(tagSettings, "Tags of the copy."),
  description: described(
    inOneLine(256, allowed.description),
    "inherit (default): the description of the source. Any other text is the description itself.",
  ),
  family: described(
    z.union([z.literal(false), inOneLine(60, allowed.family)], allowed.family),
    "Image family of the copy. inherit (default): the family of the source. A name: this family. false: no family.",
  ),
  publish: described(
    oneOf(["each", "together"]),
    "each (default): each copy gets its family as soon as it is finished. together: the copies of a source get their family once they are finished in all regions that are not blocked.",
  ),
  shareWith: described(
    z.array(account, SHARE_WITH).check(atMost(MOST_SHARES, SHARE_WITH)),
    "Accounts that the copies are shared with.",
  ),
  encrypt: described(encrypt, ENCRYPT),
  regions: described(
    z.record(
      z.string(),
      z.strictObject(
        { encrypt: described(encrypt, ENCRYPT), tags: described(tagSettings, "Tags of the copy in this region.") },
        allowed.settingsOfRegion,
      ),
    ),
    "By region id: the settings that differ in this destination.",
  ),
});

const settings = {
  enabled: described(boolean, "Whether the policy is applied. Default true."),
  from: described(
    regionList,
    "Regions and groups whose images the policy selects from. Required here or in `defaults`.",
  ),
  select: described(select, "Which images to copy. A key that is absent matches every image."),
  to: described(
    regionList,
    "Regions and groups that each get one copy. A leading ! excludes a region or group. The source's own region is skipped. Required here or in `defaults`.",
  ),
  crossBorder: described(
    oneOf(["never", "approved"]),
    "never (default): no copies between mainland China and regions outside it. approved: Tencent Cloud has approved them for this account.",
  ),
  copy: described(copy, "The settings of the copies."),
  existing: described(
    oneOf(["block", "adopt"]),
    "What to do if the destination has another image with the name of the copy. block (default): the copy is blocked until you resolve it. adopt: use that image as the copy.",
  ),
  maxSizeGiB: described(
    whole(allowed.wholeFrom1),
    "Larger images are not copied. Default: only the limit of Tencent Cloud.",
  ),
  attempts: described(
    whole(allowed.attempts, 20),
    "How many times a copy is tried before it counts as failed. Default 5.",
  ),
  stuckAfter: described(positiveDuration, "How long a copy may make no progress before it is blocked. Default 1h."),
  prune: described(
    z.strictObject(
      {
        minAge: described(
          anyDuration,
          "How long a copy must have been orphaned (selected by no policy) before it is deleted. Default 7d.",
        ),
        delete: described(
          boolean,
          "Whether orphaned copies that nothing uses are deleted, with their snapshots. Default false.",
        ),
        last: described(
          boolean,
          "Whether the last usable version of a family in a region is deleted as well. Default false: it stays until a newer one is ready there.",
        ),
        shared: described(
          oneOf(["keep", "delete"]),
          "keep (default): an orphaned copy that is shared with any account stays. delete: it is unshared from the accounts of shareWith and deleted, whether they use it or not.",
        ),
        keep: described(
          whole(allowed.wholeFrom1),
          "How many orphaned copies of each family and region stay, the newest ones. Default: none.",
        ),
        deprecateAfter: described(
          positiveDuration,
          "How long a copy must have been orphaned before it is deprecated. Default: it is not deprecated.",
        ),
        templateVersions: described(
          oneOf(["default", "all"]),
          "all (default): every version of a launch template keeps its image. default: only the default version and newer ones.",
        ),
      },
      allowed.prune,
    ),
    "What to do with orphaned copies: those whose source no policy selects any more.",
  ),
  onDrift: described(
    oneOf(["repair", "report"]),
    "What to do if a finished copy was changed or deleted by hand. repair (default): repair it or copy it again. report: only report it.",
  ),
};

const policy = z.strictObject({
  name: z
    .string(allowed.policyName)
    .check(
      z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, allowed.policyName),
      z.describe("The name of the policy, unique in the file."),
    ),
  ...settings,
});

/** The whole file. */
export const policyFile = z.strictObject({
  version: z.literal(1, allowed.version).check(z.describe("The version of this format: 1.")),
  regions: described(
    z.record(z.string(), regionList),
    'Your own groups of regions, by name. Built-in groups: mainland, outside, all. mainland and outside can get regions that this release does not know: outside: ["+me-saudi-arabia"].',
  ),
  defaults: described(
    z.strictObject(settings),
    "Default settings for all policies: any key of a policy except name. Maps are merged; a policy's own list or single value replaces the default.",
  ),
  prices: described(
    z.strictObject({
      currency: text(allowed.currency).check(z.describe("The currency as it is shown, such as CNY.")),
      snapshotGiBMonth: z
        .record(z.string(), price, allowed.prices)
        .check(
          z.describe("The price of 1 GiB of snapshots for a month, by region id. `default` is for all other regions."),
        ),
    }),
    "Prices for the estimate of `plan`.",
  ),
  accounts: described(z.any(), "Reserved for a later version."),
  policies: listOf(policy, allowed.policies).check(
    z.describe("The policies. If several select the same copy, it gets the tags and shares of all of them."),
  ),
});

/** The contents of a policy file whose shape is valid. */
export type PolicyFile = z.infer<typeof policyFile>;
/** The settings of one policy, as written there or under `defaults`. */
export type PolicySettings = Omit<PolicyFile["policies"][number], "name">;
