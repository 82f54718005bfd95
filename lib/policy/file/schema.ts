// The shape of the policy file (zod).
import * as z from "zod/mini";
import { MAX_TAGS, OWN_TAGS, RESERVED_TAG_PREFIXES } from "../../model/identity.ts";
import { globProblem } from "../values/globs.ts";
import { templateProblem } from "../values/name-template.ts";

/**
 * The policy file as a person writes it. Every message is the phrase after "must be"; the messages of `refine` and of
 * custom checks follow the value itself ("… holds {"). `issues.ts` makes sentences of both.
 */

/** What every length of time in the file must be. */
export const LENGTH_OF_TIME = "a length of time such as 90s, 10m, 2h or 7d";
const DATE = "a date such as 2026-01-01 or a time such as 2026-01-01T08:00:00Z";
/** What every account id in the file must be. */
export const ACCOUNT = 'an account id, digits in quotes, such as "100000000002"';
const GLOB = 'a glob such as "golden-*"';
const TAG_VALUES = "text or a list of texts";
const WHOLE = "a whole number from 1";

/** At least one character or entry. Not asked of a map, which may have a `length` of any kind. */
const notEmpty = (allowed: string) => {
  const check = z.minLength(1, allowed);
  check._zod.def.when = ({ value }) => typeof value === "string" || Array.isArray(value);
  return check;
};
export const text = (allowed: string) => z.string(allowed).check(notEmpty(allowed));
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) => z.enum(values, values.join(" or "));
export const listOf = <T extends z.ZodMiniType>(item: T, allowed: string) =>
  z.array(item, allowed).check(notEmpty(allowed));
const whole = (allowed: string, max?: number) =>
  z.int(allowed).check(z.gte(1, allowed), ...(max === undefined ? [] : [z.lte(max, allowed)]));
const described = <T extends z.ZodMiniType>(schema: T, description: string) =>
  z.optional(schema.check(z.describe(description)));

const glob = text(GLOB).check(
  z.refine((entry) => !problemOf(entry), { error: (issue) => problemOf(issue.input) ?? "" }),
);
// An empty text has its problem from `text` already.
const problemOf = (entry: unknown) => {
  const bare = String(entry).replace(/^!/, "");
  return entry === "" ? undefined : globProblem(bare);
};
const exclusion = glob.check(
  z.refine(
    (entry) => !entry.startsWith("!"),
    "is under `not` already: leave the ! out, or write \\! for the character",
  ),
);

const duration = (pattern: RegExp, allowed: string) => z.string(allowed).check(z.regex(pattern, allowed));
export const anyDuration = duration(/^\d{1,8}(ms|s|m|h|d)$/, LENGTH_OF_TIME);
const positiveDuration = duration(/^[1-9]\d{0,7}(ms|s|m|h|d)$/, `${LENGTH_OF_TIME}, more than none`);

const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;
export const date = z
  .string(DATE)
  .check(z.regex(ISO, { error: DATE, abort: true }), z.refine(isOnTheCalendar, "is on no calendar"));

// JavaScript reads 2026-02-30 as the second of March.
function isOnTheCalendar(iso: string): boolean {
  const day = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(Date.parse(iso)) && day.toISOString().slice(0, 10) === iso.slice(0, 10);
}

export const account = z.union(
  [z.string(ACCOUNT).check(z.regex(/^\d{1,20}$/, ACCOUNT)), z.int(ACCOUNT).check(z.gte(1, ACCOUNT))],
  ACCOUNT,
);
const accounts = listOf(account, `a list of account ids, such as ["100000000002"]`);
const regionList = listOf(text("a region or a group"), "a list of regions and groups, such as [ap-tokyo, mainland]");
const texts = (example: string) => listOf(text("text"), `a list of texts, such as ${example}`);
const globs = (item: z.ZodMiniType<string, string>) => listOf(item, 'a list of globs, such as ["golden-*"]');
const tagFilter = z.record(
  z.string(),
  z.union([z.string(TAG_VALUES), listOf(z.string("text"), TAG_VALUES)], TAG_VALUES),
);

/** Limits of tag 2018-08-13; documents 651/13354 and 436/31509. */
const TAG_VALUE = "text of at most 255 characters";
const tagKey = z
  .string()
  .check(z.refine((key) => !tagKeyProblem(key), { error: (issue) => tagKeyProblem(issue.input) ?? "" }));
const tagValue = z.string(TAG_VALUE).check(z.regex(/^[^\u0000-\u001f\u007f-\u009f]{0,255}$/, TAG_VALUE));
const tagsToSet = z.record(tagKey, tagValue);

function tagKeyProblem(value: unknown): string | undefined {
  const key = String(value);
  const reserved = RESERVED_TAG_PREFIXES.find((prefix) => key.toLowerCase().startsWith(prefix));
  if (reserved) return `is no tag key for you: those beginning with ${reserved} are reserved`;
  if (key === "" || key.length > 127) return `is a tag key of ${key.length} characters; 1 to 127 are allowed`;
  return /\p{Cc}/u.test(key) ? "is a tag key with a control character" : undefined;
}

/** Most tags that a policy can set: a resource has 50, and this program needs its own. */
export const MAX_SET_TAGS = MAX_TAGS - OWN_TAGS;

const select = z.strictObject({
  type: described(
    oneOf(["custom", "shared"]),
    "custom (default): images of this account. shared: images that other accounts share with it; needs `creator`.",
  ),
  name: described(
    globs(glob),
    "Globs for the image's name, case-sensitive; * crosses /. Any of them must match, and none of those with a leading !.",
  ),
  tags: described(tagFilter, "Tags the image must have, all of them; a list means one of its values."),
  platform: described(texts("[TencentOS, Ubuntu]"), "One of these platforms, in any case."),
  architecture: described(texts("[x86_64]"), "One of these architectures: x86_64, arm, i386."),
  family: described(text("text"), "The image family."),
  creator: described(
    accounts,
    "One of these accounts made the image. Required for shared images: whose images are trusted.",
  ),
  createdAfter: described(date, "Images made at this time or later. A date means its beginning in UTC."),
  minAge: described(anyDuration, "How old an image must be, so that it can be withdrawn before it is copied."),
  newest: described(whole(WHOLE), "Only the newest so many are wanted: of each family, and of all that have none."),
  not: described(
    z.strictObject({
      name: described(globs(exclusion), "Globs for names that are not wanted."),
      tags: described(tagFilter, "Tags that are not wanted; a list means any of its values."),
    }),
    "An image is left out when any one of these matches.",
  ),
});

const tagSettings = z.strictObject({
  inherit: described(z.boolean("true or false"), "Whether the copy gets the source's tags. Default true."),
  set: described(tagsToSet, "Tags for the copy; they win over inherited ones."),
});

const KMS_KEY = "the id of a key, such as 01234567-89ab-cdef-0123-456789abcdef";
const encrypt = z.union(
  [
    z.boolean(),
    z.strictObject({
      kmsKeyId: z
        .string(KMS_KEY)
        .check(
          z.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, KMS_KEY),
          z.describe("Key of the destination region."),
        ),
    }),
  ],
  "true, false or { kmsKeyId: … }",
);
const ENCRYPT =
  "false (default). true: with the account's default key of the region. { kmsKeyId }: with this one. Not together with shareWith.";

const DESCRIPTION = "inherit, or a text of at most 256 characters";
const FAMILY = "inherit, false or the name of a family, at most 60 characters";
const inOneLine = (most: number, allowed: string) =>
  z.string(allowed).check(z.regex(new RegExp(`^[^\\u0000-\\u001f\\u007f-\\u009f]{1,${most}}$`, "u"), allowed));
/** Most accounts that an image can be shared with (cvm 2017-03-12, ModifyImageSharePermission). */
const MOST_SHARES = 500;
const SHARE_WITH = `a list of at most ${MOST_SHARES} account ids, such as ["100000000003"]`;
const PRICE = "a price, a number from 0";
const price = z.number(PRICE).check(z.gte(0, PRICE));

const copy = z.strictObject({
  name: described(
    text("text").check(
      z.refine((name) => !templateProblem(name), { error: (issue) => templateProblem(String(issue.input)) ?? "" }),
    ),
    'Name of the copy; may hold {{name}}, {{region}}, {{sourceRegion}}, {{sourceId}}, {{date}}. Default "{{name}}".',
  ),
  tags: described(tagSettings, "Tags of the copy."),
  description: described(
    inOneLine(256, DESCRIPTION),
    "inherit (default): the source's description. Else the text itself.",
  ),
  family: described(
    z.union([z.literal(false), inOneLine(60, FAMILY)], FAMILY),
    "Image family of the copy: the source's own (inherit, default), another one, or none (false).",
  ),
  publish: described(
    oneOf(["each", "together"]),
    "each (default): a copy gets its family when it is finished. together: when the copies are finished in all regions that are not blocked.",
  ),
  shareWith: described(
    z.array(account, SHARE_WITH).check(z.maxLength(MOST_SHARES, SHARE_WITH)),
    "Accounts to share the copies with.",
  ),
  encrypt: described(encrypt, ENCRYPT),
  regions: described(
    z.record(
      z.string(),
      z.strictObject(
        { encrypt: described(encrypt, ENCRYPT), tags: described(tagSettings, "Tags of the copy there.") },
        "a map of what differs there: encrypt, tags",
      ),
    ),
    "By region id: what differs in this destination.",
  ),
});

const settings = {
  enabled: described(z.boolean("true or false"), "Whether the policy is carried out. Default true."),
  from: described(regionList, "Regions and groups whose images are looked at. Required here or in `defaults`."),
  select: described(select, "Which images; what is absent matches everything."),
  to: described(
    regionList,
    "Regions and groups that each get one copy; a leading ! takes one out. The source's own region is passed over. Required here or in `defaults`.",
  ),
  crossBorder: described(
    oneOf(["never", "approved"]),
    "never (default): no copy between mainland China and outside. approved: the vendor has opened it for this account.",
  ),
  copy: described(copy, "What the copies are like."),
  existing: described(
    oneOf(["block", "adopt"]),
    "When the destination has an image of that name made by other means. block (default): a person decides. adopt: it is taken as the copy.",
  ),
  maxSizeGiB: described(whole(WHOLE), "Larger images are not copied. Default: no limit but the cloud's own."),
  attempts: described(
    whole("a whole number from 1 to 20", 20),
    "How often a copy is tried before it is given up. Default 5.",
  ),
  stuckAfter: described(positiveDuration, "How long a copy may make no progress. Default 1h."),
  prune: described(
    z.strictObject(
      {
        minAge: described(anyDuration, "How long nobody must have wanted a copy before it is deleted. Default 7d."),
        delete: described(
          z.boolean("true or false"),
          "Whether copies that nobody wants any more are deleted, with their snapshots, if nobody uses them. Default false.",
        ),
      },
      "a map such as { delete: true, minAge: 7d }",
    ),
    "What happens to copies whose source is no longer selected.",
  ),
  onDrift: described(
    oneOf(["repair", "report"]),
    "What happens when a finished copy was changed or deleted by hand. repair (default): set right, or made again. report: a person is told.",
  ),
};

const POLICY_NAME = "letters, digits, dots, hyphens and underscores, at most 60, such as golden-linux";
const policy = z.strictObject({
  name: z
    .string(POLICY_NAME)
    .check(
      z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, POLICY_NAME),
      z.describe("Names the policy; unique in the file."),
    ),
  ...settings,
});

/** The whole file. */
export const policyFile = z.strictObject({
  version: z.literal(1, "1").check(z.describe("Version of this format: 1.")),
  regions: described(
    z.record(z.string(), regionList),
    "Your own groups of regions, by name. Built in: mainland, outside, all.",
  ),
  defaults: described(
    z.strictObject(settings),
    "Anything a policy may set but its name. Maps are merged, lists and single values are replaced by the policy's own.",
  ),
  prices: described(
    z.strictObject({
      currency: text("a currency, such as CNY").check(z.describe("As it is shown, such as CNY.")),
      snapshotGiBMonth: z
        .record(z.string(), price, "a map of region ids to prices, and default")
        .check(z.describe("Price of 1 GiB of snapshots for a month, by region id; `default` for the others.")),
    }),
    "Prices, for the estimate of `plan`.",
  ),
  accounts: described(z.any(), "Reserved for a later version."),
  policies: listOf(policy, "a list of at least one policy").check(
    z.describe("The policies. Where several want the same copy, it gets the tags and shares of all."),
  ),
});

/** What a policy file holds once its shape is right. */
export type PolicyFile = z.infer<typeof policyFile>;
/** The settings of one policy, as written there or under `defaults`. */
export type PolicySettings = Omit<PolicyFile["policies"][number], "name">;
