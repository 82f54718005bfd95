// Judges the end of a simulation: where a recalled version may still be the current image of a family.
import { type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import { ROLLED_BACK_TAG, TAG_PREFIX } from "../../lib/model/identity.ts";
import type { Report } from "../../lib/replicator/reconcile.ts";
import { isRecalled } from "../oracle/selection.ts";
import type { SimulationContext } from "./context.ts";

/** Whether the source of a copy was recalled. */
export function isOfRecalled(sim: SimulationContext, { imageId }: StoredImage): boolean {
  const root = sim.rootOf(sim.originOf(imageId)?.rootId ?? "");
  return root !== undefined && isRecalled(root);
}

/** Whether a copy in this region is of a recalled version, whose place another one takes at once. */
export function isAnyRecalledIn(sim: SimulationContext, region: string): boolean {
  // Also one that a person made unrecognisable: a record may still name it.
  return sim.images().some((image) => image.region === region && (isOfRecalled(sim, image) || isLeft(sim, image)));
}

/**
 * A recall may stay in force after its source was deleted, also where a person has undone the deprecation, or taken the
 * recall back just before, so that no run has seen that.
 */
function isLeft(sim: SimulationContext, { imageId, deprecated, copiedFrom }: StoredImage): boolean {
  const { rootId = "" } = sim.originOf(imageId) ?? {};
  return (deprecated || sim.everRecalled.has(rootId)) && copiedFrom !== undefined && sim.rootOf(rootId) === undefined;
}

/** Whether a recalled copy stays in its family, because nothing that policies select is there. */
export function staysInFamily(sim: SimulationContext, image: StoredImage, last: Report): boolean {
  return image.family !== "" && isOfRecalled(sim, image) && !replacementOf(sim, image, last);
}

/**
 * A recalled version must not be current while a good image of a selected version is in the family,
 * unless the cloud lets no image leave its family.
 */
export function whyRecalledLeads(
  sim: SimulationContext,
  last: Report,
  isLocked: (image: StoredImage) => boolean,
): string | undefined {
  if (sim.world.switches.emptyFamily === "ignored") return undefined;
  for (const copy of last.copies) {
    const image = copy.phase === "retired" ? sim.imageOf(copy) : undefined;
    const isEnabled = sim.policies.some(({ name, enabled }) => name === copy.policy && enabled);
    if (!image || !isEnabled || isLocked(image) || sim.isUnrecognisable(image) || !isOfRecalled(sim, image)) continue;
    if (tagsOf(image).get(`${TAG_PREFIX}self`) !== image.imageId || image.family === "") continue;
    const isCurrent = sim.familyImage(image.region, image.family) === image.imageId;
    const other = isCurrent ? replacementOf(sim, image, last) : undefined;
    if (other)
      return `${image.family} in ${image.region} points to the recalled ${image.imageId}, not to ${other.imageId}`;
  }
  return undefined;
}

/** A ready copy in the same family that can be used. */
function replacementOf(sim: SimulationContext, { region, family }: StoredImage, last: Report): StoredImage | undefined {
  return last.copies
    .flatMap((copy) => (copy.phase === "ready" && copy.family === family ? (sim.imageOf(copy) ?? []) : []))
    .find(
      (one) => one.region === region && one.family === family && !one.deprecated && !tagsOf(one).has(ROLLED_BACK_TAG),
    );
}
