// Every copy that the policies want, chains included.
import { copyId, intermediateName, RESERVED_TAG_PREFIXES } from "../../model/identity.ts";
import { type Observation, seen } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { CopyKey, Image, ImageRef, Settings, Variant } from "../../model/types.ts";
import { copyName } from "../../policy/values/name-template.ts";
import { whyBlocked, whyWaiting } from "./blockers.ts";
import { mergeDesired } from "./merge-policies.ts";
import { readWhole, type SelectionInput, selectSources } from "./sources.ts";
import type { DesiredCopies, DesiredCopy, NotSelected, Publication } from "./types.ts";

/**
 * Every copy that the policies want, as far as the observation shows their roots. Where several policies want the same
 * copy, they are merged: see `merge.ts`.
 */
export function listDesiredCopies(policies: readonly Policy[], input: SelectionInput): DesiredCopies {
  const { observation, copies } = input;
  const desiredCopies = new Map<string, DesiredCopy>();
  const notSelected: NotSelected[] = [];
  // One that was not seen once may still be there; and one that is only reported missing is not made again.
  const finished = new Set(
    copies.flatMap((copy) =>
      copy.state === "ready" || (copy.state === "blocked" && copy.reason.code === "gone") ? [copyId(copy.key)] : [],
    ),
  );
  const existing = new Set(copies.flatMap((copy) => ("imageId" in copy && copy.imageId ? [copyId(copy.key)] : [])));
  const activeCopies = new Set(copies.flatMap((copy) => (copy.state === "retired" ? [] : [copyId(copy.key)])));
  for (const policy of policies.filter((p) => p.enabled)) {
    const isWhole = readWhole(policy, observation);
    const sources = selectSources(policy, input, notSelected);
    for (const root of [...sources.selected, ...sources.retained]) {
      for (const desired of desiredCopiesOf(policy, root, observation.account, finished)) {
        if (!isWhole && !activeCopies.has(copyId(desired.key))) continue;
        if (sources.retained.has(root) && !existing.has(copyId(desired.key))) continue;
        const other = desiredCopies.get(copyId(desired.key));
        desiredCopies.set(
          copyId(desired.key),
          other ? mergeDesired(other, desired, finished.has(copyId(desired.key))) : desired,
        );
      }
    }
  }
  return { desiredCopies, notSelected };
}

/** A copy that is only there for others to be made from it. */
const UNPUBLISHED: Publication = { shareWith: [], publishTogether: false };

/** The copies that one policy wants of one root, each with the steps that lead to it. */
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
  // A shared image can only be copied within its own region (cvm 2017-03-12, SyncImages); that copy feeds the others.
  const regions = shared ? [root.region, ...others] : others;
  for (const region of regions) {
    const plain = keyIn(region);
    const source = shared && region !== root.region ? { parent: first } : {};
    const encrypt = encryptIn(policy, region);
    // Only the own region of a shared image is here without being named; its first step is needed all the same.
    if (!policy.to.includes(region)) {
      desiredCopies.push({ ...desiredCopyOf(policy, root, plain), publication: UNPUBLISHED });
      continue;
    }
    if (!encrypt) {
      desiredCopies.push({ ...desiredCopyOf(policy, root, plain), ...source });
      continue;
    }
    // Encrypting works within one region only, so the copy goes there plain first.
    const encrypted = keyIn(region, `encrypted:${encrypt.kmsKeyId ?? "default"}`);
    desiredCopies.push({ ...desiredCopyOf(policy, root, encrypted), parent: plain });
    if (finished.has(copyId(encrypted)) && copyId(plain) !== copyId(first)) continue;
    const { settings, ...step } = desiredCopyOf(policy, root, plain);
    const name = intermediateName(plain, root.name);
    desiredCopies.push({
      ...step,
      ...source,
      settings: { ...settings, name },
      publication: UNPUBLISHED,
      intermediate: true,
    });
  }
  return desiredCopies;
}

function encryptIn(policy: Policy, region: string) {
  return policy.copy.regions[region]?.encrypt ?? policy.copy.encrypt;
}

function desiredCopyOf(policy: Policy, root: Image, key: CopyKey): DesiredCopy {
  const settings = settingsFor(policy, root, key.region);
  const block = whyBlocked(policy, root, key.region, settings);
  const wait = whyWaiting(root);
  const { family, shareWith, publish } = policy.copy;
  const own = family === "inherit" ? root.family : family;
  const publication = { shareWith, publishTogether: publish === "together", ...(own !== undefined && { family: own }) };
  return {
    key,
    policy,
    policies: [policy.name],
    root,
    settings,
    publication,
    ...(block && { block }),
    ...(wait && { wait }),
  };
}

function settingsFor(policy: Policy, root: Image, region: string): Settings {
  const there = policy.copy.regions[region]?.tags;
  const inherited =
    (there?.inherit ?? policy.copy.tags.inherit)
      ? Object.entries(root.tags).filter(
          ([key]) => !RESERVED_TAG_PREFIXES.some((prefix) => key.toLowerCase().startsWith(prefix)),
        )
      : [];
  const set = { ...policy.copy.tags.set, ...there?.set };
  return {
    name: copyName(policy.copy.name, root, root.region, region),
    description: policy.copy.description ?? root.description,
    tags: Object.fromEntries([...inherited, ...Object.entries(set)]),
  };
}

/** Whether the observation proves that no policy wants a copy of this root: it was looked for, and nobody selects it. */
export function isOrphan(
  key: CopyKey,
  wanted: Pick<DesiredCopies, "desiredCopies">,
  observation: Observation,
  isSourceRevoked: (key: CopyKey) => boolean,
): boolean {
  if (wanted.desiredCopies.has(copyId(key)) || isSourceRevoked(key)) return false;
  const root: ImageRef = { region: key.rootRegion, imageId: key.rootId };
  const custom = seen(observation, root, "custom");
  return custom !== "unread" && seen(observation, root, "shared") !== "unread";
}
