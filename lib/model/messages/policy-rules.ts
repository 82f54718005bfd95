// Why the values of a policy file cannot be used: regions, globs, name templates, conflicts.
import { catalogue, error } from "./define.ts";
import { NAME } from "./help.ts";
import { policyFileProblems } from "./policy-file.ts";
import { declareSide, didYouMeanOr, quote } from "./policy-values.ts";

const regions = {
  "unknown-region-or-group": error((p: { name: string; near?: string | undefined; words: readonly string[] }) => ({
    text: `${quote(p.name)} is not a known region or group`,
    remedy: didYouMeanOr(p.near, `allowed are ${p.words.join(", ")}, each with or without a leading !`),
  })),
  /** A word of the form of a region id that is so near to a known word that it may be a misspelling. */
  "unlikely-region": error((p: { name: string; near: string }) => ({
    text: `${quote(p.name)} is not a known region or group`,
    remedy: `did you mean ${quote(p.near)}? if it is a region that is newer than this release, ${declareSide(p.name)}`,
  })),
  "unknown-region": error((p: { name: string; near?: string | undefined }) => ({
    text: `${quote(p.name)} is not a region`,
    remedy: didYouMeanOr(p.near, "write the id of one region, such as ap-tokyo"),
  })),
  "retired-region": error((p: { name: string }) => ({
    text: `${quote(p.name)} is retired: Tencent Cloud no longer lists it for images`,
    remedy: "remove it",
  })),
  "only-exclusions": error(() => ({
    text: "only excludes regions",
    remedy: "add the regions to exclude them from, such as all",
  })),
  "no-region-left": error(() => ({
    text: "excludes every region that it names",
    remedy: "add a region or remove an entry that begins with !",
  })),
  "group-built-in": error((p: { group: string }) => ({
    text: `${quote(p.group)} is a built-in group and cannot be changed`,
    remedy:
      'choose another name, or add a region that this release does not know: regions: { outside: ["+me-saudi-arabia"] }',
  })),
  "region-on-other-side": error((p: { id: string; side: string }) => ({
    text: `${quote(p.id)} belongs to ${p.side === "finance" ? "the finance regions, which are on neither side" : p.side}`,
    remedy: "remove it here",
  })),
  "addition-in-list": error((p: { id: string }) => ({
    text: `only mainland and outside in \`regions\` can have an entry that begins with +`,
    remedy: `write ${quote(p.id)} here, and "+${p.id}" there`,
  })),
  "group-named-like-region": error((p: { group: string }) => ({
    text: `${quote(p.group)} is the name of a region and cannot be the name of a group`,
    remedy: "choose another name",
  })),
  "group-cycle": error(
    (p: { path: readonly string[] }) => `the group contains itself: ${p.path.join(" → ")}`,
    "take one of these groups out of another",
  ),
  "group-empty": error(() => "the group contains no region", "list a region in it, or remove the group"),
  "too-many-groups": error((p: { count: number; most: number }) => {
    return `contains ${p.count} groups; at most ${p.most} are allowed`;
  }, "remove groups that no policy names"),
} as const;

const globs = {
  "glob-empty": error(
    (p: { glob: string }) => `${quote(p.glob)} matches no name`,
    "write the names to select, such as golden-*, or remove the entry",
  ),
  "glob-ends-with-backslash": error((p: { glob: string }) => ({
    text: `${quote(p.glob)} ends with \\, which must stand before the character that it escapes`,
    remedy: "write \\\\ for the character itself",
  })),
  /** `signs` are what only regular expressions have, `meant` is the glob with the same meaning. */
  "glob-regular-expression": error((p: { glob: string; signs: readonly string[]; meant?: string | undefined }) => ({
    text: `${quote(p.glob)} looks like a regular expression (${p.signs.join(" ")}), but names are selected by globs, in which * is any text and ? any character`,
    remedy:
      p.meant === undefined
        ? "write one glob for each alternative, or \\ before a sign that the name contains"
        : `write ${quote(p.meant)}`,
  })),
  "glob-unsupported-sign": error((p: { glob: string; sign: string }) => ({
    text: `${quote(p.glob)} contains ${p.sign}, which globs do not support`,
    remedy: `write one entry for each alternative, or \\${p.sign} for the character itself`,
  })),
  "glob-negated-exclusion": error((p: { glob: string }) => ({
    text: `${quote(p.glob)} begins with !, but everything under \`not\` is excluded already`,
    remedy: "remove the !, or write \\! for the character itself",
  })),
} as const;

/** What follows "a name that". Also the end of the reason `bad-name` of a copy. */
const names = {
  "name-empty": error(() => "is empty", NAME),
  "name-too-long": error((p: { length: number; most: number }) => {
    return `has ${p.length} characters, at most ${p.most} are allowed`;
  }, NAME),
  "name-control-character": error(() => "contains a control character", NAME),
  "name-outer-space": error(() => "begins or ends with a space", NAME),
} as const;

const templates = {
  "template-unknown-placeholder": error((p: { template: string; found: string; allowed: readonly string[] }) => {
    const placeholders = p.allowed.map((key) => `{{${key}}}`).join(", ");
    return `${quote(p.template)} contains ${p.found}, which is not a placeholder; allowed are ${placeholders}`;
  }, "write one of the placeholders that are allowed"),
  "template-open-braces": error((p: { template: string }) => {
    return `${quote(p.template)} contains {{ without }}, or }} without {{`;
  }, "close every {{ with }}"),
  /** `problem` is a text of `names`. */
  "template-invalid-name": error((p: { template: string; problem: string }) => {
    return `${quote(p.template)} produces a name that ${p.problem}`;
  }, NAME),
} as const;

const combinations = {
  "encrypted-and-shared": error((p: { regions: readonly string[] }) => ({
    text: `Tencent Cloud does not share encrypted images, but the copies in ${p.regions.join(", ")} are encrypted`,
    remedy: "remove shareWith, or set encrypt: false there",
  })),
  "key-for-several-regions": error((p: { regions: readonly string[] }) => ({
    text: `a KMS key belongs to one region, but this key is set for ${p.regions.join(", ")}`,
    remedy: "set the key of each region in copy.regions",
  })),
  "shared-without-creator": error(() => ({
    text: "shared requires select.creator",
    remedy: 'list the accounts whose images you trust, such as creator: ["100000000002"]',
  })),
  "too-many-set-tags": error((p: { count: number; most: number; ownTags: number; mostTags: number }) => ({
    text: `sets ${p.count} tags; at most ${p.most} are allowed, as a copy has up to ${p.mostTags} tags and cvm-replicator uses ${p.ownTags}`,
    remedy: "remove tags",
  })),
  "duplicate-policy-name": error((p: { name: string; first: number }) => {
    return `${quote(p.name)} is already the name of policies[${p.first}]; policy names must be unique`;
  }, "give each policy its own name"),
  /** `values` are what the policies say, as JSON. */
  "contradicting-policies": error(
    (p: { policies: readonly [string, string]; values: readonly [string, string]; regions: readonly string[] }) => ({
      text: `policy ${p.policies[1]} sets ${p.values[1]}, but policy ${p.policies[0]} sets ${p.values[0]} for the same copies in ${p.regions.join(", ")}`,
      remedy: "set the same value in both, or let them select different images",
    }),
  ),
} as const;

const examples = {
  "age-with-created-at": error(() => ({
    text: "cannot be combined with createdAt, which sets the same thing",
    remedy: "remove one of them",
  })),
  "unknown-policy": error((p: { name: string; near?: string | undefined; names: readonly string[] }) => ({
    text: `there is no policy ${quote(p.name)}`,
    remedy: didYouMeanOr(p.near, `the policies are ${p.names.join(", ")}`),
  })),
} as const;

/** Writes a problem of a policy file or an examples file. */
export const policyProblem = catalogue({
  ...policyFileProblems,
  ...regions,
  ...globs,
  ...names,
  ...templates,
  ...combinations,
  ...examples,
});
