// Which images a policy selects, by the design and the cloud itself: nothing here uses the program's own rules.
import { progressOf, type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import type { World } from "../../emulator/world/types.ts";
import { IGNORE_TAG } from "../../lib/model/identity.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { ACCOUNT } from "../support/builders.ts";

/** The images that a policy selects now, the newest first. `adopted`: ids of images that count as copies. */
export function sourcesOf(world: World, policy: Policy, adopted: ReadonlySet<string> = new Set()): StoredImage[] {
  const { newest = Number.POSITIVE_INFINITY } = policy.select;
  const places = new Map<string, number>();
  return policy.from
    .flatMap((region) => [...(world.images.get(region)?.values() ?? [])])
    .filter((image) => !adopted.has(image.imageId) && matches(policy, image, world.now()) && !isRecalled(image))
    .sort((a, b) => byVersion(b, a))
    .filter((image) => {
      if (progressOf(image, world.workNow()).state === "CREATEFAILED") return newest === Number.POSITIVE_INFINITY;
      const place = (places.get(image.family) ?? 0) + 1;
      places.set(image.family, place);
      return place <= newest;
    });
}

/** Whether a policy selects an image, apart from a recall and from `newest`. */
export function matches({ select, from }: Policy, image: StoredImage, now: number): boolean {
  const isShared = image.owner !== ACCOUNT && image.owner !== "" && image.shares.has(ACCOUNT);
  if (!from.includes(image.region) || image.copiedFrom) return false;
  if (select.type === "shared" ? !isShared : image.owner !== ACCOUNT) return false;
  const tags = isShared ? new Map<string, string>() : tagsOf(image);
  const hasTags = (wanted: Readonly<Record<string, readonly string[]>> | undefined, how: "every" | "some") =>
    Object.entries(wanted ?? {})[how](([key, values]) => values.includes(tags.get(key) ?? "\n"));
  const isOneOf = (words: readonly string[] | undefined, value: string) =>
    words === undefined || words.some((one) => one.toLowerCase() === value.toLowerCase());
  return (
    (select.name === undefined || matchesGlobs(select.name, image.name)) &&
    hasTags(select.tags, "every") &&
    isOneOf(select.platform, image.platform) &&
    isOneOf(select.architecture, image.architecture) &&
    (select.family === undefined || select.family === image.family) &&
    (select.creator === undefined || select.creator.includes(image.creator)) &&
    (select.createdAfter === undefined || createdAtOf(image) >= select.createdAfter) &&
    (select.minAge === undefined || now - createdAtOf(image) >= select.minAge) &&
    (select.maxAge === undefined || now - createdAtOf(image) <= select.maxAge) &&
    !(select.not?.name !== undefined && matchesGlobs(select.not.name, image.name)) &&
    !hasTags(select.not?.tags, "some")
  );
}

/** Any of the globs, or no positive one is given; and none of those that begin with `!`. `*` and `?` only. */
function matchesGlobs(globs: readonly string[], text: string): boolean {
  const isMatch = (glob: string) => {
    const pattern = glob
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    return new RegExp(`^${pattern}$`, "su").test(text);
  };
  const positive = globs.filter((glob) => !glob.startsWith("!"));
  return (
    (positive.length === 0 || positive.some(isMatch)) &&
    !globs.some((glob) => glob.startsWith("!") && isMatch(glob.slice(1)))
  );
}

/** Positive if `a` is the newer version: by its second, its name with numbers by value, its id. */
export function byVersion(a: StoredImage, b: StoredImage): number {
  const byName = a.name.localeCompare(b.name, "en", { numeric: true });
  return createdAtOf(a) - createdAtOf(b) || byName || (a.imageId > b.imageId ? 1 : -1);
}

/** When an image was created, in ms, as the API tells it: in whole seconds. */
export function createdAtOf({ createdAt }: StoredImage): number {
  return Math.floor(createdAt / 1000) * 1000;
}

/** Whether the owner recalled a source. The tags of an image that another account shares are not known. */
export function isRecalled(image: StoredImage): boolean {
  return image.deprecated || (image.owner === ACCOUNT && tagsOf(image).has(IGNORE_TAG));
}
