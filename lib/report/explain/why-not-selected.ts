// Lists every reason why a policy does not select an image, not only the first one.
import { IGNORE_TAG } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Policy, Select } from "../../model/policy.ts";
import type { Image, Millis, Reason } from "../../model/types.ts";
import { whyNotSelected } from "../../policy/values/select.ts";

/**
 * Every reason why a policy does not select an image, so that a user can remove all obstacles at
 * once. Empty if there is none. Does not check whether the image is a copy, nor `newest`: both
 * depend on other images and on the records.
 */
export function reasonsNotSelected(policy: Policy, image: Image, now: Millis): Reason[] {
  const reasons: Reason[] = [];
  if (!policy.enabled) reasons.push(reason("disabled"));
  if (image.type === "public") return [...reasons, reason("public")];
  if (!policy.from.includes(image.region)) reasons.push(reason("other-region", { region: image.region }));
  if (image.type !== policy.select.type) {
    return [...reasons, reason("other-type", { type: image.type, selected: policy.select.type })];
  }
  return [...reasons, ...mismatches(policy.select, image, now)];
}

/**
 * Collects one mismatch after the other: repeats the check without the criterion that failed last.
 */
function mismatches(select: Select, image: Image, now: Millis): Reason[] {
  const mismatch = whyNotSelected(select, image, now);
  if (!mismatch) return [];
  const { code, text, remedy } = mismatch;
  const rest = without(code, select, image);
  return [{ code, text, ...(remedy !== undefined && { remedy }) }, ...(rest ? mismatches(...rest, now) : [])];
}

/**
 * The selection or the image without the mismatch `code`. Undefined for a code that no criterion
 * causes.
 */
function without(code: string, select: Select, image: Image): [Select, Image] | undefined {
  if (code === "deprecated") return [select, { ...image, deprecated: false }];
  if (code === "ignored") {
    const { [IGNORE_TAG]: _, ...tags } = image.tags;
    return [select, { ...image, tags }];
  }
  if (code === "tags-unseen") {
    const { tags: _, not, ...others } = select;
    return [{ ...others, ...(not && { not: omit(not, "tags") }) }, image];
  }
  if (code === "tags" && select.tags) {
    const [missing] = Object.entries(select.tags).find(([key, values]) => !values.includes(tagOf(image, key))) ?? [""];
    return [{ ...select, tags: omit(select.tags, missing) }, image];
  }
  const criterion = code === "too-old" ? "createdAfter" : code === "over-age" ? "maxAge" : code;
  if (criterion in select) return [omit(select, criterion as keyof Select), image];
  const { not } = select;
  if (not && code === "not-name") return [{ ...select, not: omit(not, "name") }, image];
  if (not && code === "not-tags") return [{ ...select, not: omit(not, "tags") }, image];
  return undefined;
}

function tagOf({ tags }: Image, key: string): string {
  return (Object.hasOwn(tags, key) && tags[key]) || "";
}

function omit<T extends object, K extends keyof T>(from: T, key: K): T {
  const { [key]: _, ...rest } = from;
  return rest as T;
}
