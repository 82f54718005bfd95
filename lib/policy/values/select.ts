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
  return firstReason(select, image, now, notSelected);
}

/** Whether a `select` block selects an image: the same without the text of a reason that nobody reads. */
export function isSelected(select: Select, image: Image, now: Millis): boolean {
  return firstReason(select, image, now, withoutText) === undefined;
}

type Write = typeof notSelected;

const withoutText = Object.assign((code: string) => ({ code, text: "" }), notSelected) as unknown as Write;

function firstReason(select: Select, image: Image, now: Millis, write: Write): SelectReason | undefined {
  return (
    recalled(image, write) ??
    mismatch(select, image, write) ??
    excluded(select.not, image, write) ??
    overAge(select.maxAge, image, now, write) ??
    tooYoung(select.minAge, image, now, write)
  );
}

function recalled(image: Image, write: Write): SelectReason | undefined {
  if (image.deprecated) return write("deprecated");
  return Object.hasOwn(image.tags, IGNORE_TAG) ? write("ignored", { tag: IGNORE_TAG }) : undefined;
}

/** The image without the marks of a recall: what a policy would see if it had not been recalled. */
export function withoutRecall(image: Image): Image {
  const { [IGNORE_TAG]: _, ...tags } = image.tags;
  return { ...image, deprecated: false, tags };
}

function mismatch(select: Select, image: Image, write: Write): SelectReason | undefined {
  if (image.type !== select.type) return write("other-type", { type: image.type, selected: select.type });
  if (select.name && !matchesAny(select.name, image.name)) {
    const globs = excludingGlobs(select.name, image.name);
    const isExcluded = globs.length > 0;
    return write("name", { name: image.name, globs: isExcluded ? globs : select.name, isExcluded });
  }
  if (hasUnseenTags(image) && namesTags(select)) return write("tags-unseen");
  for (const [key, taken] of Object.entries(select.tags ?? {})) {
    const value = tagOf(image, key);
    if (value === undefined || !taken.includes(value)) return write("tags", { key, value, taken });
  }
  for (const key of ["platform", "architecture"] as const) {
    const taken = select[key];
    if (taken && !taken.some((word) => sameWord(word, image[key]))) return write(key, { value: image[key], taken });
  }
  if (select.family !== undefined && image.family !== select.family)
    return write("family", { family: image.family, taken: select.family });
  if (select.creator && !select.creator.includes(image.creator))
    return write("creator", { creator: image.creator, taken: select.creator });
  if (select.createdAfter !== undefined && !(image.createdAt >= select.createdAfter)) {
    const times = { createdAt: timeText(image.createdAt), createdAfter: timeText(select.createdAfter) };
    return write("too-old", times);
  }
  return undefined;
}

function namesTags({ tags, not }: Select): boolean {
  return Object.keys({ ...tags, ...not?.tags }).length > 0;
}

function excluded(not: Select["not"], image: Image, write: Write): SelectReason | undefined {
  const glob = not?.name?.find((entry) => matches(entry, image.name));
  if (glob !== undefined) return write("not-name", { name: image.name, glob });
  for (const [key, values] of Object.entries(not?.tags ?? {})) {
    const value = tagOf(image, key);
    if (value !== undefined && values.includes(value)) return write("not-tags", { key, value });
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

function overAge(maxAge: Millis | undefined, image: Image, now: Millis, write: Write): SelectReason | undefined {
  if (maxAge === undefined || now - image.createdAt <= maxAge) return undefined;
  return write("over-age", { maxAge: formatDuration(maxAge), createdAt: timeText(image.createdAt) });
}

function tooYoung(minAge: Millis | undefined, image: Image, now: Millis, write: Write): SelectReason | undefined {
  if (minAge === undefined || now - image.createdAt >= minAge) return undefined;
  const notBefore = image.createdAt + minAge;
  const reason = write("too-young", { minAge: formatDuration(minAge), notBefore: timeText(notBefore) });
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
