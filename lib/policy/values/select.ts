// Whether a `select` block selects an image and, if not, why.
import { IGNORE_TAG } from "../../model/identity.ts";
import { compareVersions, type Version } from "../../model/image.ts";
import { notSelected } from "../../model/messages/selection.ts";
import type { Select } from "../../model/policy.ts";
import { formatDuration } from "../../model/time.ts";
import type { Image, Millis, Reason } from "../../model/types.ts";
import { excludingGlobs, matches, matchesAny } from "./globs.ts";

/** Why an image is not selected. */
export interface SelectReason extends Reason {
  /** With code `too-young` only: the time from which the image is selected. */
  readonly notBefore?: Millis;
}

/**
 * Why a `select` block does not select an image; undefined if it does. Answers `over-age` or
 * `too-young` only if nothing else excludes the image. Ignores the state of the image, its region
 * and `newest`.
 */
export function whyNotSelected(select: Select, image: Image, now: Millis): SelectReason | undefined {
  return (
    recalled(image) ??
    mismatch(select, image) ??
    excluded(select.not, image) ??
    overAge(select.maxAge, image, now) ??
    tooYoung(select.minAge, image, now)
  );
}

function recalled(image: Image): SelectReason | undefined {
  if (image.deprecated) return notSelected("deprecated");
  return Object.hasOwn(image.tags, IGNORE_TAG) ? notSelected("ignored", { tag: IGNORE_TAG }) : undefined;
}

/** The image without the marks of a recall: what a policy would see if it had not been recalled. */
export function withoutRecall(image: Image): Image {
  const { [IGNORE_TAG]: _, ...tags } = image.tags;
  return { ...image, deprecated: false, tags };
}

function mismatch(select: Select, image: Image): SelectReason | undefined {
  if (image.type !== select.type) return notSelected("other-type", { type: image.type, selected: select.type });
  if (select.name && !matchesAny(select.name, image.name)) {
    const globs = excludingGlobs(select.name, image.name);
    const isExcluded = globs.length > 0;
    return notSelected("name", { name: image.name, globs: isExcluded ? globs : select.name, isExcluded });
  }
  if (hasUnseenTags(image) && namesTags(select)) return notSelected("tags-unseen");
  for (const [key, taken] of Object.entries(select.tags ?? {})) {
    const value = tagOf(image, key);
    if (value === undefined || !taken.includes(value)) return notSelected("tags", { key, value, taken });
  }
  for (const key of ["platform", "architecture"] as const) {
    const taken = select[key];
    if (taken && !taken.some((word) => sameWord(word, image[key])))
      return notSelected(key, { value: image[key], taken });
  }
  if (select.family !== undefined && image.family !== select.family)
    return notSelected("family", { family: image.family, taken: select.family });
  if (select.creator && !select.creator.includes(image.creator))
    return notSelected("creator", { creator: image.creator, taken: select.creator });
  if (select.createdAfter !== undefined && !(image.createdAt >= select.createdAfter)) {
    const times = { createdAt: timeText(image.createdAt), createdAfter: timeText(select.createdAfter) };
    return notSelected("too-old", times);
  }
  return undefined;
}

function namesTags({ tags, not }: Select): boolean {
  return Object.keys({ ...tags, ...not?.tags }).length > 0;
}

function excluded(not: Select["not"], image: Image): SelectReason | undefined {
  const glob = not?.name?.find((entry) => matches(entry, image.name));
  if (glob !== undefined) return notSelected("not-name", { name: image.name, glob });
  for (const [key, values] of Object.entries(not?.tags ?? {})) {
    const value = tagOf(image, key);
    if (value !== undefined && values.includes(value)) return notSelected("not-tags", { key, value });
  }
  return undefined;
}

/**
 * Whether the tags of an image may not be visible. It is not documented whether the account that an
 * image is shared with sees its tags: one that shows none may have any.
 */
export function hasUnseenTags({ type, tags }: Pick<Image, "type" | "tags">): boolean {
  return type === "shared" && Object.keys(tags).length === 0;
}

function overAge(maxAge: Millis | undefined, image: Image, now: Millis): SelectReason | undefined {
  if (maxAge === undefined || now - image.createdAt <= maxAge) return undefined;
  return notSelected("over-age", { maxAge: formatDuration(maxAge), createdAt: timeText(image.createdAt) });
}

function tooYoung(minAge: Millis | undefined, image: Image, now: Millis): SelectReason | undefined {
  if (minAge === undefined || now - image.createdAt >= minAge) return undefined;
  const notBefore = image.createdAt + minAge;
  const reason = notSelected("too-young", { minAge: formatDuration(minAge), notBefore: timeText(notBefore) });
  return { ...reason, ...(Number.isFinite(notBefore) && { notBefore }) };
}

/**
 * The newest N of the selected images (`select.newest`), newest first. Counts each family on its
 * own; images without a family form one group.
 */
export function newestOf<T extends Version & Pick<Image, "family">>(select: Select, images: readonly T[]): T[] {
  const counts = new Map<string | undefined, number>();
  return [...images]
    .sort((a, b) => compareVersions(b, a))
    .filter((image) => {
      const count = (counts.get(image.family) ?? 0) + 1;
      counts.set(image.family, count);
      return count <= (select.newest ?? Number.POSITIVE_INFINITY);
    });
}

// The vendor spells platforms in mixed case ("TencentOS", "CentOS"): "Ubuntu" and "ubuntu" are the
// same platform.
function sameWord(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function tagOf(image: Image, key: string): string | undefined {
  return Object.hasOwn(image.tags, key) ? image.tags[key] : undefined;
}

function timeText(millis: Millis): string {
  const date = new Date(millis);
  return Number.isNaN(date.getTime()) ? "an unknown time" : date.toISOString();
}
