// Which copies the policies desire, computed apart from the program: the oracle of the simulation and the property test.
import type { StoredImage } from "../../emulator/world/image.ts";
import type { World } from "../../emulator/world/types.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { ACCOUNT } from "../support/builders.ts";
import { sourcesOf } from "./selection.ts";

/** A copy that one policy desires, or that is a step on the way to one. */
export interface DesiredCopy {
  readonly root: StoredImage;
  readonly region: string;
  /** `plain`, or `encrypted:` and its key. */
  readonly variant: string;
  /** The first copy of a shared image, in its own region; the plain copy before an encrypted one; or neither. */
  readonly step: "first" | "before-encryption" | undefined;
  readonly policy: Policy;
}

/** The copies that the policies desire now, policy by policy. `adopted`: ids of images that count as copies. */
export function desiredCopies(
  world: World,
  policies: readonly Policy[],
  adopted?: ReadonlySet<string>,
): readonly DesiredCopy[] {
  return policies
    .filter(({ enabled }) => enabled)
    .flatMap((policy) => sourcesOf(world, policy, adopted).flatMap((root) => copiesOf(root, policy)));
}

function copiesOf(root: StoredImage, policy: Policy): DesiredCopy[] {
  const isShared = root.owner !== ACCOUNT;
  const first: DesiredCopy = { root, region: root.region, variant: "plain", step: "first", policy };
  const copies = policy.to
    .filter((region) => isShared || region !== root.region)
    .flatMap((region): DesiredCopy[] => {
      const encrypt = policy.copy.regions[region]?.encrypt ?? policy.copy.encrypt;
      const copy = { root, region, variant: "plain", policy };
      if (!encrypt) return [{ ...copy, step: undefined }];
      const variant = `encrypted:${encrypt.kmsKeyId ?? "default"}`;
      return [
        { ...copy, step: "before-encryption" },
        { ...copy, variant, step: undefined },
      ];
    });
  return isShared ? [first, ...copies] : copies;
}

/** The family that a copy is to have by its policy; empty if none. */
export function familyOf({ root, policy }: Pick<DesiredCopy, "root" | "policy">): string {
  return policy.copy.family === "inherit" ? root.family : (policy.copy.family ?? "");
}

/** A copy that has to be there in the end, with every policy that desires it. */
export interface FinalCopy {
  readonly root: StoredImage;
  readonly region: string;
  readonly encrypted: boolean;
  /** Those that desire it, in their order. */
  readonly policies: readonly Policy[];
}

/** Every copy that has to be there in the end: all but the plain ones on the way to encrypted ones. */
export function finalCopies(world: World, policies: readonly Policy[]): readonly FinalCopy[] {
  const all = new Map<string, FinalCopy>();
  for (const { root, region, variant, step, policy } of desiredCopies(world, policies)) {
    if (step === "before-encryption") continue;
    const encrypted = variant !== "plain";
    const key = copyText(root.imageId, region, encrypted);
    const others = all.get(key)?.policies ?? [];
    // A shared image's first copy may also be named as a destination of its policy.
    if (!others.includes(policy)) all.set(key, { root, region, encrypted, policies: [...others, policy] });
  }
  return [...all.values()];
}

/** One text for one copy. */
export function copyText(rootId: string, region: string, encrypted: boolean): string {
  return `${rootId} → ${region}${encrypted ? ", encrypted" : ""}`;
}

export function textOfFinal({ root, region, encrypted }: FinalCopy): string {
  return copyText(root.imageId, region, encrypted);
}

/** The family that a copy is to have by all its policies; empty if none. */
export function finalFamilyOf({ root, policies }: FinalCopy): string {
  return policies.map((policy) => familyOf({ root, policy })).find((family) => family !== "") ?? "";
}

/** Whether the policies of one copy contradict each other. */
export function isContradictory({ root, region, policies }: FinalCopy): boolean {
  const differ = (of: (policy: Policy) => string | undefined) =>
    new Set(policies.map(of).filter((value) => value !== undefined)).size > 1;
  return (
    differ(({ copy }) => copy.name) ||
    differ(({ copy }) => copy.description ?? root.description) ||
    differ((policy) => familyOf({ root, policy }) || undefined) ||
    differ(({ copy }) => copy.regions[region]?.tags?.set?.["team"] ?? copy.tags.set["team"])
  );
}
