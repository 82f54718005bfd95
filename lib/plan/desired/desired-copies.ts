// Lists every copy that the policies ask for, including the intermediate copies of chains.
import { lazily } from "../../model/collections.ts";
import { CopyMap, isSameCopy } from "../../model/copy/copy-map.ts";
import { intermediateName, isActive, RESERVED_TAG_PREFIXES } from "../../model/identity.ts";
import { seen } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { CopyKey, GivenByPolicy, Image, ImageRef, Settings, Variant } from "../../model/types.ts";
import { copyName, dependsOnRegion } from "../../policy/values/name-template.ts";
import type { PlanContext } from "../types.ts";
import { whyBlocked, whyUnfit, whyWaiting } from "./blockers.ts";
import { type IsFinished, mergeDesired } from "./merge-policies.ts";
import { indexSources } from "./source-images.ts";
import { readWhole, selectSources, waitForNewest } from "./sources.ts";
import type { DesiredCopies, DesiredCopy, NotSelected, Publication, SelectionInput } from "./types.ts";

/**
 * Lists every copy that the enabled policies ask for, as far as the observation shows their roots.
 * Several policies may ask for the same copy; `merge-policies.ts` merges them. Images that a policy
 * does not select come with the reason.
 */
export function listDesiredCopies(policies: readonly Policy[], input: SelectionInput): DesiredCopies {
  const { observation, copyOf } = input;
  const desiredCopies = new CopyMap<DesiredCopy>();
  const enabled = policies.filter((policy) => policy.enabled);
  const sourceImages = indexSources(enabled, input);
  const passed = new Map<Policy, NotSelected[]>();
  const undecided: NotSelected[] = [];
  // A ready copy may be missing in one listing only. A copy that is `gone` is only reported.
  const isFinished = (key: CopyKey) => {
    const copy = copyOf(key);
    return copy?.phase === "ready" || (copy?.phase === "blocked" && copy.reason.code === "gone");
  };
  const isExisting = (key: CopyKey) => "imageId" in (copyOf(key) ?? {});
  const hasActive = (key: CopyKey) => {
    const copy = copyOf(key);
    return copy !== undefined && isActive(copy);
  };
  for (const policy of enabled) {
    const isWhole = readWhole(policy, observation);
    const others: NotSelected[] = [];
    const sources = selectSources(policy, input, sourceImages, (image, reason) =>
      others.push({ policy: policy.name, image, reason }),
    );
    const undecidedRoots = new Set<Image>();
    for (const root of [...sources.selected, ...sources.retained]) {
      const isRetained = sources.retained.has(root);
      for (const desired of desiredCopiesOf(policy, root, observation.account, isFinished)) {
        const { key } = desired;
        if (!isWhole && !hasActive(key)) {
          undecidedRoots.add(root);
          continue;
        }
        if (isRetained && !isExisting(key)) continue;
        const other = desiredCopies.get(key);
        desiredCopies.set(key, other ? mergeDesired(other, desired, isFinished) : desired);
      }
    }
    const waiting = waitForNewest(policy, sources.selected, undecidedRoots, observation);
    undecided.push(...waiting);
    passed.set(policy, [...others, ...waiting]);
  }
  const notSelected = lazily(() =>
    enabled.flatMap((policy) => [...sourceImages.notSelectedBy(policy), ...(passed.get(policy) ?? [])]),
  );
  return { desiredCopies, notSelected, undecided };
}

/** A copy that exists only as the source of other copies: it has no family, and is not shared. */
function unpublished(desired: DesiredCopy): DesiredCopy {
  const publication: Publication = { shareWith: [], publishTogether: false };
  return { ...desired, publication, gives: givesOf(desired.policy, desired.settings, publication) };
}

function givesOf({ name }: Policy, { tags }: Settings, { shareWith, family }: Publication): GivenByPolicy {
  return { [name]: { accounts: shareWith, tags, families: family === undefined ? [] : [family] } };
}

/** The copies that one policy asks for of one root, and the intermediate copies they need. */
function desiredCopiesOf(policy: Policy, root: Image, account: string, isFinished: IsFinished): DesiredCopy[] {
  const keyIn = (region: string, variant: Variant = "plain"): CopyKey => ({
    account,
    rootRegion: root.region,
    rootId: root.imageId,
    region,
    variant,
  });
  const desiredAs = desiredCopiesLike(policy, root);
  const shared = root.type === "shared";
  const others = policy.to.filter((region) => region !== root.region);
  const first = keyIn(root.region);
  const desiredCopies: DesiredCopy[] = [];
  // A shared image can only be copied within its own region (cvm 2017-03-12, SyncImages).
  // That first copy is the source of the copies in all other regions.
  const regions = shared ? [root.region, ...others] : others;
  for (const region of regions) {
    const plain = keyIn(region);
    const source = shared && region !== root.region ? first : undefined;
    // `to` lacks this region only if it is the root's own region and the root is shared. The first
    // copy is needed anyway.
    if (!policy.to.includes(region)) {
      desiredCopies.push(unpublished(desiredAs(plain)));
      continue;
    }
    if (!encryptIn(policy, region)) {
      desiredCopies.push(desiredAs(plain, source));
      continue;
    }
    // SyncImages encrypts within one region only, so a plain copy goes there first.
    const encrypted = keyIn(region, variantIn(policy, region));
    desiredCopies.push(desiredAs(encrypted, plain));
    if (isFinished(encrypted) && !isSameCopy(plain, first)) continue;
    const { settings, ...intermediate } = unpublished(desiredAs(plain, source));
    const name = intermediateName(plain, root.name);
    desiredCopies.push({ ...intermediate, settings: { ...settings, name }, intermediate: true });
  }
  return desiredCopies;
}

function encryptIn(policy: Policy, region: string) {
  return policy.copy.regions[region]?.encrypt ?? policy.copy.encrypt;
}

/** The variant of the copies that a policy asks for in a region. */
export function variantIn(policy: Policy, region: string): Variant {
  const encrypt = encryptIn(policy, region);
  return encrypt ? `encrypted:${encrypt.kmsKeyId ?? "default"}` : "plain";
}

/**
 * Makes the desired copies of one root. They have most of their parts in common, and what a policy
 * does not say for a single region is made once: a large account desires hundreds of thousands.
 */
function desiredCopiesLike(policy: Policy, root: Image): (key: CopyKey, parent?: CopyKey) => DesiredCopy {
  const { family, shareWith, publish } = policy.copy;
  const familyName = family === "inherit" ? root.family : family;
  const publication: Publication = {
    shareWith,
    publishTogether: publish === "together",
    ...(familyName !== undefined && { family: familyName }),
  };
  const wait = whyWaiting(root);
  const common = { policy, policies: [policy.name], root, publication, ...(wait && { wait }) };
  const partsIn = (region: string) => {
    const settings = settingsFor(policy, root, region);
    const unfit = whyUnfit(policy, root, region, settings);
    return { unfit, like: { ...common, settings, gives: givesOf(policy, settings, publication) } };
  };
  const elsewhere = lazily(() => partsIn(""));
  const isNamedByRegion = dependsOnRegion(policy.copy.name);
  return (key, parent) => {
    const isOwn = isNamedByRegion || policy.copy.regions[key.region] !== undefined;
    const { unfit, like } = isOwn ? partsIn(key.region) : elsewhere();
    const block = whyBlocked(policy, root, key.region) ?? unfit;
    return { key, ...like, ...(parent && { parent }), ...(block && { block }) };
  };
}

function settingsFor(policy: Policy, root: Image, region: string): Settings {
  const regionTags = policy.copy.regions[region]?.tags;
  const inherited =
    (regionTags?.inherit ?? policy.copy.tags.inherit)
      ? Object.entries(root.tags).filter(
          ([key]) => !RESERVED_TAG_PREFIXES.some((prefix) => key.toLowerCase().startsWith(prefix)),
        )
      : [];
  const set = { ...policy.copy.tags.set, ...regionTags?.set };
  return {
    name: copyName(policy.copy.name, root, root.region, region),
    description: policy.copy.description ?? root.description,
    tags: Object.fromEntries([...inherited, ...Object.entries(set)]),
  };
}

/**
 * Whether the observation proves that a copy is orphaned: its root was read, and no policy selects
 * it for this copy.
 */
export function isOrphan(
  key: CopyKey,
  {
    desiredCopies,
    observation,
    isSourceRevoked,
    recall,
  }: Pick<PlanContext, "desiredCopies" | "observation" | "isSourceRevoked" | "recall">,
): boolean {
  if (desiredCopies.has(key) || isSourceRevoked(key) || recall.isHeld(key)) return false;
  const root: ImageRef = { region: key.rootRegion, imageId: key.rootId };
  const custom = seen(observation, root, "custom");
  return custom !== "unread" && seen(observation, root, "shared") !== "unread";
}
