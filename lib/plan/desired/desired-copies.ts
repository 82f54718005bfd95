// Lists every copy that the policies ask for, including the intermediate copies of chains.
import { copyId, intermediateName, isActive, RESERVED_TAG_PREFIXES } from "../../model/identity.ts";
import { seen } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { CopyKey, GivenByPolicy, Image, ImageRef, Settings, Variant } from "../../model/types.ts";
import { copyName } from "../../policy/values/name-template.ts";
import type { PlanContext } from "../types.ts";
import { whyBlocked, whyWaiting } from "./blockers.ts";
import { mergeDesired } from "./merge-policies.ts";
import { readWhole, type SelectionInput, selectSources, waitForNewest } from "./sources.ts";
import type { DesiredCopies, DesiredCopy, NotSelected, Publication } from "./types.ts";

/**
 * Lists every copy that the enabled policies ask for, as far as the observation shows their roots.
 * Several policies may ask for the same copy; `merge-policies.ts` merges them. Images that a policy
 * does not select come with the reason.
 */
export function listDesiredCopies(policies: readonly Policy[], input: SelectionInput): DesiredCopies {
  const { observation, copies } = input;
  const desiredCopies = new Map<string, DesiredCopy>();
  const notSelected: NotSelected[] = [];
  // A ready copy may be missing in one listing only. A copy that is `gone` is only reported.
  const finished = new Set(
    copies.flatMap((copy) =>
      copy.phase === "ready" || (copy.phase === "blocked" && copy.reason.code === "gone") ? [copyId(copy.key)] : [],
    ),
  );
  const existing = new Set(copies.flatMap((copy) => ("imageId" in copy ? [copyId(copy.key)] : [])));
  const activeCopies = new Set(copies.flatMap((copy) => (isActive(copy) ? [copyId(copy.key)] : [])));
  for (const policy of policies.filter((p) => p.enabled)) {
    const isWhole = readWhole(policy, observation);
    const sources = selectSources(policy, input, notSelected);
    const undecided = new Set<Image>();
    for (const root of [...sources.selected, ...sources.retained]) {
      for (const desired of desiredCopiesOf(policy, root, observation.account, finished)) {
        if (!isWhole && !activeCopies.has(copyId(desired.key))) {
          undecided.add(root);
          continue;
        }
        if (sources.retained.has(root) && !existing.has(copyId(desired.key))) continue;
        const other = desiredCopies.get(copyId(desired.key));
        desiredCopies.set(copyId(desired.key), other ? mergeDesired(other, desired, finished) : desired);
      }
    }
    notSelected.push(...waitForNewest(policy, sources.selected, undecided, observation));
  }
  return { desiredCopies, notSelected };
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
function desiredCopiesOf(policy: Policy, root: Image, account: string, finished: ReadonlySet<string>): DesiredCopy[] {
  const keyIn = (region: string, variant: Variant = "plain"): CopyKey => ({
    account,
    rootRegion: root.region,
    rootId: root.imageId,
    region,
    variant,
  });
  const shared = root.type === "shared";
  const others = policy.to.filter((region) => region !== root.region);
  const first = keyIn(root.region);
  const desiredCopies: DesiredCopy[] = [];
  // A shared image can only be copied within its own region (cvm 2017-03-12, SyncImages).
  // That first copy is the source of the copies in all other regions.
  const regions = shared ? [root.region, ...others] : others;
  for (const region of regions) {
    const plain = keyIn(region);
    const source = shared && region !== root.region ? { parent: first } : {};
    const encrypt = encryptIn(policy, region);
    // `to` lacks this region only if it is the root's own region and the root is shared. The first
    // copy is needed anyway.
    if (!policy.to.includes(region)) {
      desiredCopies.push(unpublished(desiredCopyOf(policy, root, plain)));
      continue;
    }
    if (!encrypt) {
      desiredCopies.push({ ...desiredCopyOf(policy, root, plain), ...source });
      continue;
    }
    // SyncImages encrypts within one region only, so a plain copy goes there first.
    const encrypted = keyIn(region, variantIn(policy, region));
    desiredCopies.push({ ...desiredCopyOf(policy, root, encrypted), parent: plain });
    if (finished.has(copyId(encrypted)) && copyId(plain) !== copyId(first)) continue;
    const { settings, ...intermediate } = unpublished(desiredCopyOf(policy, root, plain));
    const name = intermediateName(plain, root.name);
    desiredCopies.push({
      ...intermediate,
      ...source,
      settings: { ...settings, name },
      intermediate: true,
    });
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

function desiredCopyOf(policy: Policy, root: Image, key: CopyKey): DesiredCopy {
  const settings = settingsFor(policy, root, key.region);
  const block = whyBlocked(policy, root, key.region, settings);
  const wait = whyWaiting(root);
  const { family, shareWith, publish } = policy.copy;
  const familyName = family === "inherit" ? root.family : family;
  const publication = {
    shareWith,
    publishTogether: publish === "together",
    ...(familyName !== undefined && { family: familyName }),
  };
  return {
    key,
    policy,
    policies: [policy.name],
    root,
    settings,
    publication,
    gives: givesOf(policy, settings, publication),
    ...(block && { block }),
    ...(wait && { wait }),
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
  if (desiredCopies.has(copyId(key)) || isSourceRevoked(key) || recall.isHeld(key)) return false;
  const root: ImageRef = { region: key.rootRegion, imageId: key.rootId };
  const custom = seen(observation, root, "custom");
  return custom !== "unread" && seen(observation, root, "shared") !== "unread";
}
