// Why a policy does not select an image.
import { catalogue, info } from "./define.ts";

/**
 * Why a policy does not select an image. The code of most reasons is the criterion of `select` that
 * does not match.
 */
export const selectionReasons = {
  deprecated: info(() => ({
    text: "the image is deprecated",
    remedy: "undo the deprecation to copy it (ModifyImageAttribute, ImageDeprecated)",
  })),
  ignored: info((p: { tag: string }) => ({
    text: `the image has the tag ${p.tag}`,
    remedy: "remove the tag to copy it",
  })),
  "other-type": info((p: { type: string; selected: string }) => ({
    text: `the image is ${p.type}; the policy selects ${p.selected} images`,
    remedy: `write a policy with select.type: ${p.type}`,
  })),
  /** `isExcluded`: the globs are those with a leading `!` that match. */
  name: info((p: { name: string; globs: readonly string[]; isExcluded: boolean }) => ({
    text: p.isExcluded
      ? `the name ${quote(p.name)} is excluded by ${p.globs.map(quote).join(", ")}`
      : `the name ${quote(p.name)} does not match ${anyOf(p.globs)}`,
    remedy: "rename the image, or change select.name in the policy",
  })),
  /** Without `value` the image does not have the tag. */
  tags: info((p: { key: string; value?: string | undefined; taken: readonly string[] }) => ({
    text: `the tag ${p.key} is ${p.value === undefined ? "missing" : quote(p.value)}; the policy selects ${anyOf(p.taken)}`,
    remedy: "tag the image, or change select.tags in the policy",
  })),
  "tags-unseen": info(() => ({
    text: "the image shows no tags, which those of a shared image may not, and the policy selects by tags",
    remedy: "select by name or creator (select.name, select.not.name, select.creator)",
  })),
  /** Of a selected image: a remark. */
  "recall-unseen": info((p: { tag: string }) => ({
    text: `the tags of this shared image may not be visible, so its owner cannot recall it with the tag ${p.tag}`,
    remedy: "exclude it by select.not.name, or have its owner deprecate it",
  })),
  platform: info((p: { value: string; taken: readonly string[] }) => ({
    text: `the platform is ${quote(p.value)}; the policy selects ${anyOf(p.taken)}`,
    remedy: "change select.platform in the policy",
  })),
  architecture: info((p: { value: string; taken: readonly string[] }) => ({
    text: `the architecture is ${quote(p.value)}; the policy selects ${anyOf(p.taken)}`,
    remedy: "change select.architecture in the policy",
  })),
  /** Without `family` the image has none. */
  family: info((p: { family?: string | undefined; taken: string }) => ({
    text: `the image has ${p.family === undefined ? "no family" : `the family ${quote(p.family)}`}; the policy selects ${quote(p.taken)}`,
    remedy: "change the family of the image, or select.family in the policy",
  })),
  creator: info((p: { creator: string; taken: readonly string[] }) => ({
    text: `account ${quote(p.creator)} created the image; the policy selects images of ${anyOf(p.taken)}`,
    remedy: "add the account to select.creator if you trust it",
  })),
  /** Times in ISO 8601. */
  "too-old": info((p: { createdAt: string; createdAfter: string }) => ({
    text: `the image was created at ${p.createdAt}; the policy selects images created at ${p.createdAfter} or later`,
    remedy: "set select.createdAfter to an earlier time",
  })),
  "over-age": info((p: { maxAge: string; createdAt: string }) => ({
    text: `the image was created at ${p.createdAt}; the policy selects images that are at most ${p.maxAge} old`,
    remedy: "raise select.maxAge, or create the image again",
  })),
  "not-name": info((p: { name: string; glob: string }) => ({
    text: `the name ${quote(p.name)} matches ${quote(p.glob)} in select.not.name`,
    remedy: "rename the image, or change select.not.name in the policy",
  })),
  "not-tags": info((p: { key: string; value: string }) => ({
    text: `the tag ${p.key} is ${quote(p.value)}, which select.not.tags excludes`,
    remedy: "change the tag, or select.not.tags in the policy",
  })),
  "too-young": info((p: { minAge: string; notBefore: string }) => {
    return `the image must be at least ${p.minAge} old; it is selected from ${p.notBefore} on`;
  }),
} as const;

/** Writes the reason why a policy does not select an image. */
export const notSelected = catalogue(selectionReasons);

function quote(text: string): string {
  return JSON.stringify(text);
}

function anyOf(values: readonly string[]): string {
  return values.length === 1 ? quote(values[0] ?? "") : `any of ${values.map(quote).join(", ")}`;
}
