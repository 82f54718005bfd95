// Every reason why a policy does not take an image, not only the first.
import { IGNORE_TAG } from "../model/identity.ts";
import type { Policy, Select } from "../model/policy.ts";
import type { Image, Millis, Reason } from "../model/types.ts";
import { whyNotSelected } from "../policy/values/select.ts";

/**
 * Everything that keeps a policy from selecting an image, not only what it finds first: who removes one obstacle is to
 * know of the next. Not looked at here: whether the image is a copy, and `newest`.
 */
export function reasonsNotSelected(policy: Policy, image: Image, now: Millis): Reason[] {
  const found: Reason[] = [];
  if (!policy.enabled) {
    found.push({ code: "disabled", text: "the policy is disabled", remedy: "set enabled: true" });
  }
  if (image.type === "public") {
    const remedy = "make a custom image of an instance that runs it";
    return [...found, { code: "public", text: "a public image; only custom and shared ones are replicated", remedy }];
  }
  if (!policy.from.includes(image.region)) {
    const text = `the policy does not look into ${image.region}`;
    found.push({ code: "other-region", text, remedy: `add ${image.region} to its \`from\`` });
  }
  if (image.type !== policy.select.type) {
    const text = `a ${image.type} image; the policy takes ${policy.select.type} ones`;
    const remedy = `write a policy with select.type: ${image.type}`;
    return [...found, { code: "other-type", text, remedy }];
  }
  return [...found, ...mismatches(policy.select, image, now)];
}

/** Asks again without what was found, until nothing is. */
function mismatches(select: Select, image: Image, now: Millis): Reason[] {
  const reason = whyNotSelected(select, image, now);
  if (!reason) return [];
  const { code, text, remedy } = reason;
  const rest = without(code, select, image);
  return [{ code, text, ...(remedy !== undefined && { remedy }) }, ...(rest ? mismatches(...rest, now) : [])];
}

function without(code: string, select: Select, image: Image): [Select, Image] | undefined {
  if (code === "deprecated") return [select, { ...image, deprecated: false }];
  if (code === "ignored") {
    const { [IGNORE_TAG]: _, ...tags } = image.tags;
    return [select, { ...image, tags }];
  }
  if (code === "tags" && select.tags) {
    const [missing] = Object.entries(select.tags).find(([key, values]) => !values.includes(tagOf(image, key))) ?? [""];
    return [{ ...select, tags: omit(select.tags, missing) }, image];
  }
  const criterion = code === "too-old" ? "createdAfter" : code;
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
