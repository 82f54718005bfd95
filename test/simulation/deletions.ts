// Judges requests that delete an image.
import { progressOf, type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import { ROLLED_BACK_TAG, TAG_PREFIX, tokenIn } from "../../lib/model/identity.ts";
import type { Millis } from "../../lib/model/types.ts";
import { copyText, finalCopies, textOfFinal } from "../oracle/desired-copies.ts";
import { whyLastVersion } from "../oracle/last-version.ts";
import { isRecalled, matches } from "../oracle/selection.ts";
import type { Actor, SimulationContext } from "./context.ts";
import type { FaultKind } from "./faults.ts";
import { FRIEND, OLDEST_READING, PARTNER } from "./setting.ts";

const MOST_DELETIONS = 10;

/** A request to delete one image, at the moment when it arrives and before its effect. */
interface Deletion {
  readonly sim: SimulationContext;
  readonly actor: Actor;
  readonly image: StoredImage;
  readonly leftAt: Millis;
  /** The run that decided on the request could see every fact that is older than this. */
  readonly known: Millis;
}

/**
 * Judges the deletion of images. Facts that became true only after the run's reading do not count.
 */
export function judgeDeletion(
  sim: SimulationContext,
  actor: Actor,
  region: string,
  params: object,
  leftAt: Millis,
): void {
  const { ImageIds } = params as { readonly ImageIds: readonly string[] };
  actor.deletions += 1;
  if (actor.deletions === MOST_DELETIONS) sim.count("many-deleted");
  if (actor.isOneRun && actor.deletions > MOST_DELETIONS)
    sim.reportViolation(`${actor.name} deletes more than ${MOST_DELETIONS} images in one run: ${ImageIds.join()}`);
  for (const imageId of ImageIds) {
    const image = sim.world.images.get(region)?.get(imageId);
    const wrong = image && whyWrong({ sim, actor, image, leftAt, known: leftAt - OLDEST_READING });
    if (image) sim.count(copyLabel(sim, image));
    if (wrong) sim.reportViolation(`DeleteImages of ${imageId} ("${image.name}") in ${region}: ${wrong}`);
  }
}

function copyLabel(sim: SimulationContext, image: StoredImage): FaultKind {
  if (progressOf(image, sim.world.workNow()).state === "CREATEFAILED") return "leftover-deleted";
  return image.name.includes("--plain-") ? "intermediate-deleted" : "pruned";
}

function whyWrong(deletion: Deletion): string | undefined {
  const { sim, actor, image, known } = deletion;
  const { copiedFrom, imageId } = image;
  if (!copiedFrom || sim.byHand.has(imageId)) return "it is not ours";
  const others = sim.installations.whyNotToChange(imageId, actor.member);
  if (others) return others;
  if (!sim.isUnrecognisable(image) && !sim.journal.deletes(image.region, imageId, sim.originOf(imageId)?.rootId))
    return "the journal does not name the source of this copy";
  if (progressOf(image, sim.world.workNow()).state === "CREATEFAILED") return undefined;
  if (tokenIn(image.name)) return "it is not finished";
  const isMarked = tagsOf(image).get(`${TAG_PREFIX}self`) === imageId;
  if (!isMarked && sim.changedByHandAt < known) return "its lineage tags are gone";
  const user = sim.world.users.find((u) => u.region === image.region && u.imageIds.includes(imageId));
  if (user && user.createdAt < known) return `${user.kind} ${user.id} uses it`;
  const outside = [...image.shares].find(([account, at]) => account !== FRIEND && at < known);
  if (outside) return `it is shared with ${outside[0]}`;
  if (isPointedTo(deletion)) return `the family ${image.family} points to it`;
  const child = sim
    .images()
    .find(
      (other) => other.copiedFrom?.imageId === imageId && !sim.byHand.has(other.imageId) && isBeingMade(sim, other),
    );
  // Of two copies made because one was invisible, only one is recorded.
  if (!sim.visibleTooLate && child?.work && child.work.startedAt < known && sim.recorded.has(child.imageId))
    return `${child.imageId} is being made from it`;
  // The cloud alone shows the source and policies of a copy only if no manual change came in
  // between.
  const root = sim.rootOf(sim.originOf(imageId)?.rootId ?? "");
  if (sim.changedByHandAt >= known || sim.isUnrecognisable(image) || sim.mayCountAsSource(root?.region))
    return undefined;
  const why = whyDesired(deletion) ?? whyForbidden(actor, deletion);
  if (why || isStep(deletion)) return why;
  return whyLast(deletion) ?? sim.takingBack.whyBraked(actor, deletion.leftAt);
}

function isBeingMade(sim: SimulationContext, image: StoredImage): boolean {
  return progressOf(image, sim.world.workNow()).state === "SYNCING";
}

/**
 * Whether its family points to the image, by the cloud's own rule, unless the process just got
 * another answer.
 */
function isPointedTo({ sim, actor, image, known }: Deletion): boolean {
  if (image.family === "" || sim.familyImage(image.region, image.family) !== image.imageId) return false;
  const answer = actor.familyAnswers.get(`${image.region}/${image.family}`);
  // Without a recent answer the process saw no family, which a person may have set since.
  if (!answer || answer.at < known) return sim.changedByHandAt < known;
  return answer.imageId === image.imageId;
}

/**
 * Why the deletion would lose a desired copy of the same source and region, by the policies of the
 * process.
 */
function whyDesired({ sim, actor, image }: Deletion): string | undefined {
  const { rootId = "" } = sim.originOf(image.imageId) ?? {};
  const { region, encrypted } = image;
  const expected = finalCopies(sim.world, actor.policies);
  const isDesired = (variant: boolean) =>
    expected.some((one) => textOfFinal(one) === copyText(rootId, region, variant));
  if (isDesired(encrypted)) return "it is desired";
  if (encrypted || !isDesired(true)) return undefined;
  return sim.encryptedOf(rootId, region) ? undefined : "its encrypted copy is not ready";
}

/**
 * The plain copy before an encrypted one needs no permission. Any other copy needs the permission
 * of every policy that may desire it.
 */
function whyForbidden({ policies }: Actor, { sim, image }: Deletion): string | undefined {
  const { rootId = "" } = sim.originOf(image.imageId) ?? {};
  if (image.name.includes("--plain-") && sim.encryptedOf(rootId, image.region)) return undefined;
  const root = sim.rootOf(rootId);
  if (root?.owner === PARTNER && !sim.encryptedOf(rootId, image.region)) return "its source was only unshared";
  const maker = tagsOf(image).get(`${TAG_PREFIX}policy`);
  const forbidding = policies.find(
    (policy) =>
      policy.enabled &&
      !policy.prune.delete &&
      (policy.name === maker || (root && matches(policy, root, sim.world.now()))),
  );
  return forbidding && `the policy ${forbidding.name} does not permit it`;
}

/** Why no other usable copy remains in the region. What a rollback marked just now may count. */
function whyLast({ sim, actor, image }: Deletion): string | undefined {
  const maker = actor.policies.find(({ name }) => name === tagsOf(image).get(`${TAG_PREFIX}policy`));
  if (maker?.prune.last) return undefined;
  const versionOf = (one: StoredImage) => {
    const root = sim.rootOf(sim.originOf(one.imageId)?.rootId ?? "");
    return { image: one, root, isBad: root !== undefined && isRecalled(root) };
  };
  // The program may have given an image its tags again that a person had made unrecognisable.
  const isOurs = (one: StoredImage) =>
    !sim.byHand.has(one.imageId) && tagsOf(one).get(`${TAG_PREFIX}self`) === one.imageId;
  const others = sim.images().filter((one) => one.region === image.region && isOurs(one));
  const own = versionOf(image);
  const isBad = own.isBad || image.deprecated || tagsOf(image).has(ROLLED_BACK_TAG);
  return whyLastVersion({ ...own, isBad }, others.map(versionOf), sim.world.workNow());
}

/** The plain copy before an encrypted one goes as soon as that is ready, also if a person renamed it. */
function isStep({ sim, image }: Deletion): boolean {
  const { rootId = "" } = sim.originOf(image.imageId) ?? {};
  return image.name.includes("--plain-") || (!image.encrypted && sim.encryptedOf(rootId, image.region) !== undefined);
}
