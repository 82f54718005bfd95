// Selects the source images of a policy, including the choice of the newest N.
import { isMarked } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { hasFailed, type Observation, seen } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import { CLOCK_SKEW } from "../../model/time.ts";
import type { Copy, Image, ImageRef, Millis, Reason } from "../../model/types.ts";
import { newestOf, type Version, whyNotSelected } from "../../policy/values/select.ts";
import type { NotSelected } from "./types.ts";

/** The data that policies select sources from. */
export interface SelectionInput {
  readonly observation: Observation;
  readonly copies: readonly Copy[];
  readonly now: Millis;
  readonly settle: Millis;
  /** Whether `rollback` took this version out of its family. */
  readonly isRolledBack: (root: ImageRef) => boolean;
}

/** The sources that a policy selects. */
export interface SelectedSources {
  readonly selected: ReadonlySet<Image>;
  /** Sources whose existing copies stay desired, but that get no new copies. */
  readonly retained: ReadonlySet<Image>;
}

/**
 * Selects the sources of a policy; adds the other images of its type to `notSelected`. `recorded`:
 * the images that are copies according to the records.
 */
export function selectSources(
  policy: Policy,
  input: SelectionInput & { readonly recorded: ReadonlySet<string> },
  notSelected: NotSelected[],
): SelectedSources {
  const { observation, recorded, now, isRolledBack } = input;
  const selected: Image[] = [];
  for (const region of policy.from) {
    for (const image of observation.regions.get(region)?.images.values() ?? []) {
      if (image.type !== policy.select.type) continue;
      const why =
        whyIsCopy(image, observation.account, recorded) ?? whyNotSelected(policy.select, image, now) ?? undefined;
      if (why) notSelected.push({ policy: policy.name, image, reason: why });
      else selected.push(image);
    }
  }
  if (policy.select.newest === undefined || !readWhole(policy, observation))
    return { selected: new Set(selected), retained: new Set() };
  // A failed image does not count among the newest.
  const usableImages = selected.filter((image) => !hasFailed(image));
  const recentlyGone = recentlyGoneSources(policy, input);
  const newestVersions = new Set<Version>(newestOf(policy.select, [...usableImages, ...recentlyGone]));
  const newest = new Set(usableImages.filter((image) => newestVersions.has(image)));
  // A rolled-back or recently gone version still counts, so an older version may be needed in its
  // place: the existing copies of that older version are retained, and no new ones are created.
  const good = usableImages.filter((image) => !isRolledBack(image));
  const retained = new Set(newestOf(policy.select, good).filter((image) => !newest.has(image)));
  for (const image of selected.filter((i) => !newest.has(i) && !retained.has(i))) {
    const why = reason("not-newest", { newest: policy.select.newest });
    notSelected.push({ policy: policy.name, image, reason: why });
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
    const { key, rootCreatedAt: createdAt, rootFamily: family } = copy;
    // The record of a copy in an unreadable region never changes, so its source would count
    // forever.
    if (copy.policy !== policy.name || createdAt === undefined || observation.unreadable.has(key.region)) continue;
    if (copy.state === "retired" && (copy.since ?? 0) < now - settle - CLOCK_SKEW) continue;
    const root = { region: key.rootRegion, imageId: key.rootId };
    if (seen(observation, root) !== "absent" || seen(observation, root, "shared") !== "absent") continue;
    recentlyGone.set(refText(root), { ...root, createdAt, ...(family && { family }) });
  }
  return [...recentlyGone.values()];
}

/** Why an image cannot be a source: copies of copies would make A → B and B → A endless. */
function whyIsCopy(image: Image, account: string, recorded: ReadonlySet<string>): Reason | undefined {
  if (!isMarked(image, account) && !recorded.has(refText(image))) return undefined;
  return reason("is-a-copy");
}

/**
 * Whether the observation has every image that a policy with `newest` must compare; always true
 * without `newest`. If not, only recorded copies count as desired.
 */
export function readWhole(policy: Policy, observation: Observation): boolean {
  return (
    policy.select.newest === undefined ||
    policy.from.every((region) => observation.regions.get(region)?.complete.has(policy.select.type))
  );
}

/** The images that are copies according to the records. */
export function recordedCopies(copies: readonly Copy[]): ReadonlySet<string> {
  return new Set(
    copies.flatMap((c) => ("imageId" in c && c.imageId ? [refText({ ...c.key, imageId: c.imageId })] : [])),
  );
}

function refText(ref: ImageRef): string {
  return `${ref.region}/${ref.imageId}`;
}
