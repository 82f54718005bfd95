// Which images a policy selects, newest N included.
import { isMarked } from "../../model/identity.ts";
import { hasFailed, type Observation, seen } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import { CLOCK_SKEW } from "../../model/time.ts";
import type { Copy, Image, ImageRef, Millis, Reason } from "../../model/types.ts";
import { newestOf, type Version, whyNotSelected } from "../../policy/values/select.ts";
import type { NotSelected } from "./types.ts";

/** What there is to select from. */
export interface SelectionInput {
  readonly observation: Observation;
  readonly copies: readonly Copy[];
  readonly now: Millis;
  readonly settle: Millis;
  /** Whether `rollback` took a version out of a family. */
  readonly isRolledBack: (root: ImageRef) => boolean;
}

/** The sources that a policy selects. */
export interface SelectedSources {
  readonly selected: ReadonlySet<Image>;
  /** Those of which it wants the copies that are there already, and no others. */
  readonly retained: ReadonlySet<Image>;
}

/** What a policy selects, as far as it was read, and what it leaves out. */
export function selectSources(policy: Policy, input: SelectionInput, notSelected: NotSelected[]): SelectedSources {
  const { observation, copies, now, isRolledBack } = input;
  const recorded = recordedCopies(copies);
  const selected: Image[] = [];
  for (const region of policy.from) {
    for (const image of observation.regions.get(region)?.images.values() ?? []) {
      if (image.type !== policy.select.type) continue;
      const reason =
        whyIsCopy(image, observation.account, recorded) ?? whyNotSelected(policy.select, image, now) ?? undefined;
      if (reason) notSelected.push({ policy: policy.name, image, reason });
      else selected.push(image);
    }
  }
  if (policy.select.newest === undefined || !readWhole(policy, observation))
    return { selected: new Set(selected), retained: new Set() };
  // One that failed takes nobody's place.
  const usableImages = selected.filter((image) => !hasFailed(image));
  const recentlyGone = recentlyGoneSources(policy, input);
  const among = new Set<Version>(newestOf(policy.select, [...usableImages, ...recentlyGone]));
  const newest = new Set(usableImages.filter((image) => among.has(image)));
  // For one that was rolled back, or may be gone, the copies of a former one are kept that are there still; none is made anew.
  const good = usableImages.filter((image) => !isRolledBack(image));
  const retained = new Set(newestOf(policy.select, good).filter((image) => !newest.has(image)));
  for (const image of selected.filter((i) => !newest.has(i) && !retained.has(i))) {
    const text = `not among the newest ${policy.select.newest}`;
    const remedy = "raise select.newest, or deprecate newer ones";
    notSelected.push({ policy: policy.name, image, reason: { code: "not-newest", text, remedy } });
  }
  return { selected: newest, retained };
}

/**
 * Sources that are absent while their copies are there, or were until just now: a lagging list may have left them out, or their share was
 * withdrawn. They keep their place among the newest, so that no older version is copied in their stead.
 */
function recentlyGoneSources(policy: Policy, { observation, copies, now, settle }: SelectionInput): Version[] {
  const gone = new Map<string, Version>();
  for (const copy of copies) {
    const { key, rootCreatedAt: createdAt, rootFamily: family } = copy;
    // Where it cannot be read, nothing would ever end this.
    if (copy.policy !== policy.name || createdAt === undefined || observation.unreadable.has(key.region)) continue;
    if (copy.state === "retired" && (copy.since ?? 0) < now - settle - CLOCK_SKEW) continue;
    const root = { region: key.rootRegion, imageId: key.rootId };
    if (seen(observation, root) !== "absent" || seen(observation, root, "shared") !== "absent") continue;
    gone.set(refText(root), { ...root, createdAt, ...(family && { family }) });
  }
  return [...gone.values()];
}

/** A copy is never a source, whoever selects it: else a pair A → B and B → A would never end. */
function whyIsCopy(image: Image, account: string, recorded: ReadonlySet<string>): Reason | undefined {
  if (!isMarked(image, account) && !recorded.has(refText(image))) return undefined;
  return { code: "is-a-copy", text: "it is a copy itself; only its root is replicated" };
}

/** `newest` can only be judged when all images that compete were read; until then only what is remembered counts as wanted. */
export function readWhole(policy: Policy, observation: Observation): boolean {
  return (
    policy.select.newest === undefined ||
    policy.from.every((region) => observation.regions.get(region)?.complete.has(policy.select.type))
  );
}

/** Images that our records know as copies. */
function recordedCopies(copies: readonly Copy[]): ReadonlySet<string> {
  return new Set(
    copies.flatMap((c) => ("imageId" in c && c.imageId ? [refText({ ...c.key, imageId: c.imageId })] : [])),
  );
}

function refText(ref: ImageRef): string {
  return `${ref.region}/${ref.imageId}`;
}
