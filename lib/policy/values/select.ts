// Does a select block take this image, and if not, why.
import { IGNORE_TAG } from "../../model/identity.ts";
import type { Select } from "../../model/policy.ts";
import { formatDuration } from "../../model/time.ts";
import type { Image, Millis, Reason } from "../../model/types.ts";
import { matches, matchesAny } from "./globs.ts";

/** Why an image is not selected. */
export interface SelectReason extends Reason {
  /** With code `too-young` only: the time from which the image is selected. */
  readonly notBefore?: Millis;
}

type Tags = Readonly<Record<string, readonly string[]>>;

/**
 * Why a `select` block leaves an image out, or undefined if it selects it. `too-young` is given only when nothing else
 * is in the way. The state of the image, its region and `newest` are not looked at here.
 */
export function whyNotSelected(select: Select, image: Image, now: Millis): SelectReason | undefined {
  return (
    recalled(image) ?? mismatch(select, image) ?? excluded(select.not, image) ?? tooYoung(select.minAge, image, now)
  );
}

function recalled(image: Image): SelectReason | undefined {
  if (image.deprecated) {
    return {
      code: "deprecated",
      text: "the image is marked as deprecated",
      remedy: "take the mark away if it is to be copied (ModifyImageAttribute, ImageDeprecated)",
    };
  }
  if (!Object.hasOwn(image.tags, IGNORE_TAG)) return undefined;
  return {
    code: "ignored",
    text: `the image has the tag ${IGNORE_TAG}`,
    remedy: "remove the tag if it is to be copied",
  };
}

function mismatch(select: Select, image: Image): SelectReason | undefined {
  const no = (code: string, text: string, remedy?: string): SelectReason => ({ code, text, ...(remedy && { remedy }) });
  const edit = (key: string) => `change the image, or select.${key} in the policy`;

  if (image.type !== select.type)
    return no("other-type", `a ${image.type} image; the policy takes ${select.type} ones`);
  if (select.name && !matchesAny(select.name, image.name)) {
    return no("name", `the name ${quote(image.name)} does not match ${list(select.name)}`, edit("name"));
  }
  for (const [key, values] of Object.entries(select.tags ?? {})) {
    const value = tagOf(image, key);
    if (value !== undefined && values.includes(value)) continue;
    const found = value === undefined ? "is missing" : `is ${quote(value)}`;
    return no(
      "tags",
      `the tag ${key} ${found}; the policy asks for ${list(values)}`,
      "tag the image, or change select.tags",
    );
  }
  for (const key of ["platform", "architecture"] as const) {
    if (!select[key] || select[key].some((wanted) => sameWord(wanted, image[key]))) continue;
    return no(key, `the ${key} is ${quote(image[key])}; the policy takes ${list(select[key])}`, edit(key));
  }
  if (select.family !== undefined && image.family !== select.family) {
    const found = image.family === undefined ? "the image has no family" : `the family is ${quote(image.family)}`;
    return no("family", `${found}; the policy takes ${quote(select.family)}`, edit("family"));
  }
  if (select.creator && !select.creator.includes(image.creator)) {
    const remedy = "add the account to select.creator, if you trust it";
    return no(
      "creator",
      `made by the account ${quote(image.creator)}; the policy takes ${list(select.creator)}`,
      remedy,
    );
  }
  if (select.createdAfter !== undefined && !(image.createdAt >= select.createdAfter)) {
    const text = `made at ${when(image.createdAt)}; the policy takes images from ${when(select.createdAfter)} on`;
    return no("too-old", text, "set select.createdAfter to an earlier time");
  }
  return undefined;
}

function excluded(not: Select["not"], image: Image): SelectReason | undefined {
  const glob = not?.name?.find((entry) => matches(entry, image.name));
  if (glob !== undefined) {
    return {
      code: "not-name",
      text: `the name ${quote(image.name)} matches ${quote(glob)} in select.not.name`,
      remedy: "rename the image, or change select.not.name",
    };
  }
  const key = Object.entries((not?.tags ?? {}) satisfies Tags).find(([name, values]) => {
    const value = tagOf(image, name);
    return value !== undefined && values.includes(value);
  })?.[0];
  if (key === undefined) return undefined;
  return {
    code: "not-tags",
    text: `the tag ${key} is ${quote(tagOf(image, key) ?? "")}, which select.not.tags excludes`,
    remedy: "change the tag, or select.not.tags",
  };
}

function tooYoung(minAge: Millis | undefined, image: Image, now: Millis): SelectReason | undefined {
  if (minAge === undefined || now - image.createdAt >= minAge) return undefined;
  const notBefore = image.createdAt + minAge;
  const text = `the image is to be ${formatDuration(minAge)} old first; it is selected from ${when(notBefore)} on`;
  return { code: "too-young", text, ...(Number.isFinite(notBefore) && { notBefore }) };
}

/** What tells which of several images is newer, and which of them compete. */
export type Version = Pick<Image, "region" | "imageId" | "createdAt" | "family">;

/**
 * Those of the selected images that are within `newest`, newest first: counted per family, and together for all that
 * have none. Images made in the same moment are told apart by their ids.
 */
export function newestOf<T extends Version>(select: Select, images: readonly T[]): T[] {
  const counts = new Map<string | undefined, number>();
  return [...images].sort(newerFirst).filter((image) => {
    const count = (counts.get(image.family) ?? 0) + 1;
    counts.set(image.family, count);
    return count <= (select.newest ?? Number.POSITIVE_INFINITY);
  });
}

function newerFirst(a: Version, b: Version): number {
  return b.createdAt - a.createdAt || compare(b.imageId, a.imageId) || compare(b.region, a.region);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// The vendor spells platforms in mixed case ("TencentOS", "CentOS"); nobody means two by "Ubuntu" and "ubuntu".
function sameWord(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function tagOf(image: Image, key: string): string | undefined {
  return Object.hasOwn(image.tags, key) ? image.tags[key] : undefined;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function list(values: readonly string[]): string {
  return values.length === 1 ? quote(values[0] ?? "") : `any of ${values.map(quote).join(", ")}`;
}

function when(millis: Millis): string {
  const date = new Date(millis);
  return Number.isNaN(date.getTime()) ? "an unknown time" : date.toISOString();
}
