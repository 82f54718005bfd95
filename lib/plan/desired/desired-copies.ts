import { intermediateName, keyText, RESERVED_TAG_PREFIXES } from "../../model/identity.ts";
import { type Observation, seen } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { CopyKey, Image, ImageRef, Settings, Variant } from "../../model/types.ts";
import { copyName } from "../../policy/values/name-template.ts";
import { whyBlocked, whyWaiting } from "./blockers.ts";
import { mergedWant } from "./merge-policies.ts";
import { readWhole, rootsOf, type Sight } from "./sources.ts";
import type { PassedOver, Release, Want, Wanted } from "./types.ts";

/**
 * Every copy that the policies want, as far as the observation shows their roots. Where several policies want the same
 * copy, they are merged: see `merge.ts`.
 */
export function wantedCopies(policies: readonly Policy[], sight: Sight): Wanted {
  const { observation, copies } = sight;
  const wants = new Map<string, Want>();
  const passedOver: PassedOver[] = [];
  // One that was not seen once may still be there; and one that is only reported missing is not made again.
  const made = new Set(
    copies.flatMap((copy) =>
      copy.state === "ready" || (copy.state === "blocked" && copy.reason.code === "gone") ? [keyText(copy.key)] : [],
    ),
  );
  const existing = new Set(copies.flatMap((copy) => ("imageId" in copy && copy.imageId ? [keyText(copy.key)] : [])));
  const standing = new Set(copies.flatMap((copy) => (copy.state === "retired" ? [] : [keyText(copy.key)])));
  for (const policy of policies.filter((p) => p.enabled)) {
    const isWhole = readWhole(policy, observation);
    const roots = rootsOf(policy, sight, passedOver);
    for (const root of [...roots.selected, ...roots.kept]) {
      for (const want of wantsOf(policy, root, observation.account, made)) {
        if (!isWhole && !standing.has(keyText(want.key))) continue;
        if (roots.kept.has(root) && !existing.has(keyText(want.key))) continue;
        const other = wants.get(keyText(want.key));
        wants.set(keyText(want.key), other ? mergedWant(other, want, made.has(keyText(want.key))) : want);
      }
    }
  }
  return { wants, passedOver };
}

/** A copy that is only there for others to be made from it. */
const UNPUBLISHED: Release = { shareWith: [], together: false };

/** The copies that one policy wants of one root, each with the steps that lead to it. */
function wantsOf(policy: Policy, root: Image, account: string, made: ReadonlySet<string>): Want[] {
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
  const wants: Want[] = [];
  // A shared image can only be copied within its own region (cvm 2017-03-12, SyncImages); that copy feeds the others.
  const regions = shared ? [root.region, ...others] : others;
  for (const region of regions) {
    const plain = keyIn(region);
    const source = shared && region !== root.region ? { parent: first } : {};
    const encrypt = encryptIn(policy, region);
    // Only the own region of a shared image is here without being named; its first step is needed all the same.
    if (!policy.to.includes(region)) {
      wants.push({ ...wantOf(policy, root, plain), release: UNPUBLISHED });
      continue;
    }
    if (!encrypt) {
      wants.push({ ...wantOf(policy, root, plain), ...source });
      continue;
    }
    // Encrypting works within one region only, so the copy goes there plain first.
    const encrypted = keyIn(region, `encrypted:${encrypt.kmsKeyId ?? "default"}`);
    wants.push({ ...wantOf(policy, root, encrypted), parent: plain });
    if (made.has(keyText(encrypted)) && keyText(plain) !== keyText(first)) continue;
    const { settings, ...step } = wantOf(policy, root, plain);
    const name = intermediateName(plain, root.name);
    wants.push({
      ...step,
      ...source,
      settings: { ...settings, name },
      release: UNPUBLISHED,
      intermediate: true,
    });
  }
  return wants;
}

function encryptIn(policy: Policy, region: string) {
  return policy.copy.regions[region]?.encrypt ?? policy.copy.encrypt;
}

function wantOf(policy: Policy, root: Image, key: CopyKey): Want {
  const settings = settingsFor(policy, root, key.region);
  const block = whyBlocked(policy, root, key.region, settings);
  const wait = whyWaiting(root);
  const { family, shareWith, publish } = policy.copy;
  const own = family === "inherit" ? root.family : family;
  const release = { shareWith, together: publish === "together", ...(own !== undefined && { family: own }) };
  return {
    key,
    policy,
    policies: [policy.name],
    root,
    settings,
    release,
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
export function isUnwanted(
  key: CopyKey,
  wanted: Pick<Wanted, "wants">,
  observation: Observation,
  isWithdrawn: (key: CopyKey) => boolean,
): boolean {
  if (wanted.wants.has(keyText(key)) || isWithdrawn(key)) return false;
  const root: ImageRef = { region: key.rootRegion, imageId: key.rootId };
  const custom = seen(observation, root, "custom");
  return custom !== "unread" && seen(observation, root, "shared") !== "unread";
}
