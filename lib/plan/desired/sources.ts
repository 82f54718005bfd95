// Selects the source images of a policy, including the choice of the newest N.
import { isActive, refText, versionOf } from "../../model/identity.ts";
import { type Version } from "../../model/image.ts";
import { NO_SUCH_REGION, reason, SOURCES_WAIT } from "../../model/messages/reasons.ts";
import { hasFailed, type Observation, seen } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import { CLOCK_SKEW } from "../../model/time.ts";
import type { Image, Reason } from "../../model/types.ts";
import { isSelected, newestOf, withoutRecall } from "../../policy/values/select.ts";
import type { SourceImages } from "./source-images.ts";
import type { NotSelected, SelectionInput } from "./types.ts";

/** The sources that a policy selects. */
export interface SelectedSources {
  readonly selected: ReadonlySet<Image>;
  /** Sources whose existing copies stay desired, but that get no new copies. */
  readonly retained: ReadonlySet<Image>;
}

/**
 * Selects the sources of a policy. `pass` is called for each other image that it selects and that is
 * not among the newest.
 */
export function selectSources(
  policy: Policy,
  input: SelectionInput,
  sourceImages: SourceImages,
  pass: (image: Image, reason: Reason) => void,
): SelectedSources {
  const { observation, now, isRolledBack, isRecallHeld } = input;
  const selected: Image[] = [];
  const held: Image[] = [];
  for (const image of sourceImages.candidatesFor(policy)) {
    if (!sourceImages.isCopy(image) && isSelected(policy.select, image, now)) selected.push(image);
    if (isRecallHeld(image) && isSelected(policy.select, withoutRecall(image), now)) held.push(image);
  }
  if (policy.select.newest === undefined || !readWhole(policy, observation))
    return { selected: new Set(selected), retained: new Set() };
  // A failed image does not count among the newest.
  const usableImages = selected.filter((image) => !hasFailed(image));
  const recentlyGone = recentlyGoneSources(policy, input);
  const newestVersions = new Set<Version>(newestOf(policy.select, [...usableImages, ...recentlyGone, ...held]));
  const newest = new Set(usableImages.filter((image) => newestVersions.has(image)));
  // A rolled-back, recently gone or held version still counts, so an older version may be needed in its
  // place: the existing copies of that older version are retained, and no new ones are created.
  const good = usableImages.filter((image) => !isRolledBack(image));
  const retained = new Set(newestOf(policy.select, good).filter((image) => !newest.has(image)));
  for (const image of selected.filter((i) => !newest.has(i) && !retained.has(i))) {
    const failed = hasFailed(image) && reason("source-failed", { state: image.state });
    const why = failed || reason("not-newest", { newest: policy.select.newest });
    pass(image, why);
  }
  return { selected: newest, retained };
}

/**
 * Sources that are absent although their copies exist, or existed until just now: a lagging listing
 * may lack them, or their owner may have stopped sharing them. They still count among the newest,
 * so that no older version is copied instead.
 */
function recentlyGoneSources(policy: Policy, { observation, copies, now, settle }: SelectionInput): Version[] {
  const recentlyGone = new Map<string, Version>();
  for (const copy of copies) {
    const { key, rootCreatedAt, rootFamily: family } = copy;
    // The record of a copy in an unreadable region never changes, so its source would count
    // forever.
    if (copy.policy !== policy.name || rootCreatedAt === undefined || observation.unreadable.has(key.region)) continue;
    if (!isActive(copy) && copy.since < now - settle - CLOCK_SKEW) continue;
    // A copy may be stuck for ever, and the source of another account may be shared again.
    if (copy.phase === "stuck" && policy.select.type === "custom") continue;
    const root = { region: key.rootRegion, imageId: key.rootId };
    if (seen(observation, root) !== "absent" || seen(observation, root, "shared") !== "absent") continue;
    recentlyGone.set(refText(root), { ...versionOf(copy), ...(family && { family }) });
  }
  return [...recentlyGone.values()];
}

/**
 * The sources without copies that may be among the newest: that is not known, because a region that
 * the policy compares was not read whole.
 */
export function waitForNewest(
  policy: Policy,
  selected: Iterable<Image>,
  undecided: ReadonlySet<Image>,
  observation: Observation,
): NotSelected[] {
  if (undecided.size === 0) return [];
  const region = unreadSources(policy, observation).join(", ");
  const newest = newestOf(
    policy.select,
    [...selected].filter((image) => !hasFailed(image)),
  );
  return newest
    .filter((image) => undecided.has(image))
    .map((image) => ({ policy: policy.name, image, reason: reason("unread", { region }) }));
}

/**
 * One problem for each policy whose new sources wait for a region that could not be read (`undecided`).
 * A region that is only late is read in this run.
 */
export function sourcesThatWait(
  policies: readonly Policy[],
  undecided: readonly NotSelected[],
  observation: Observation,
): Reason[] {
  return policies.flatMap((policy) => {
    const regions = unreadSources(policy, observation).filter((region) => observation.unreadable.has(region));
    const [first, ...others] = undecided.filter((one) => one.policy === policy.name);
    if (!first || regions.length === 0) return [];
    const { imageId } = first.image;
    return [reason(SOURCES_WAIT, { policy: policy.name, imageId, more: others.length, regions })];
  });
}

/** The source regions that were not read whole. One that does not exist has no images. */
function unreadSources({ from, select }: Policy, { regions, unreadable }: Observation): string[] {
  return from
    .filter((region) => unreadable.get(region)?.code !== NO_SUCH_REGION)
    .filter((region) => !regions.get(region)?.complete.has(select.type));
}

/**
 * Whether the observation has every image that a policy with `newest` must compare; always true
 * without `newest`. If not, only recorded copies count as desired.
 */
export function readWhole(policy: Policy, observation: Observation): boolean {
  return policy.select.newest === undefined || unreadSources(policy, observation).length === 0;
}
