// Updates the record of a finished copy from its policy, its source and the tags of its image.
import { isIntermediate, isProven, ROLLED_BACK_TAG } from "../../model/identity.ts";
import { type JournalMessage, journal } from "../../model/messages/journal.ts";
import { answerTo, sharesOf } from "../../model/observation.ts";
import type { CopyIn, Image, Ready, Refusal } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import type { PlanContext } from "../types.ts";
import { refreshGiven } from "./giving/given.ts";
import { isDesired, isToBeReshared } from "./giving/refusals.ts";

/** The fields that are kept up to date. */
const FIELDS = [
  "policy",
  "rootName",
  "name",
  "rootCreatedAt",
  "rootFamily",
  "family",
  "rolledBackFrom",
  "deprecatedByUs",
  "desiredDirectly",
  "given",
  "refusals",
] as const;

/** The difference in `Repair.differences` while a rollback sets its tag. */
export const ROLLBACK = "rollback";

/**
 * The record of a finished copy as policy, source and image determine it now; the same object if
 * nothing differs. A record that was recovered from an ownership marker without reading the source
 * has neither family nor age, the policy may have been renamed, and a rollback may have been
 * undone.
 */
export function refreshRecord(
  copy: Ready,
  image: Image,
  desired: DesiredCopy,
  { answers, policies }: Pick<PlanContext, "answers" | "policies">,
): Ready {
  const answer = answerTo(answers, sharesOf(image));
  const shared = answer && "value" in answer ? answer.value : undefined;
  // A share that was ended for a modification is still given.
  const accounts = shared && [...shared, ...(copy.pendingReshare ?? [])];
  const { family } = desired.publication;
  const { name: rootName, createdAt: rootCreatedAt, family: rootFamily = "" } = desired.root;
  const { refusals: before } = copy;
  const stays = (one: Refusal) => isDesired(one, desired) || isToBeReshared(one, copy);
  const refusals = before?.filter((one) => stays(one) && !isAccepted(one, image, desired, shared));
  const rolledBackFrom = isAboutToBeMarked(copy) ? copy.rolledBackFrom : image.tags[ROLLED_BACK_TAG];
  const next: Partial<Ready> = {
    policy: desired.policy.name,
    // After its tags are removed by hand, only its name shows that it is this copy.
    name: isProven(image, copy.key) ? image.name : copy.name,
    rootName,
    rootCreatedAt,
    rootFamily,
    given: refreshGiven(copy.given, desired.gives, { image, accounts }, policies),
    ...(refusals && refusals.length > 0 && { refusals: refusals.length === before?.length ? before : refusals }),
    ...(family !== undefined && { family }),
    ...(rolledBackFrom !== undefined && { rolledBackFrom }),
    ...(!desired.intermediate && isIntermediate(image, copy.key) && { desiredDirectly: true }),
    ...(copy.deprecatedByUs && { deprecatedByUs: true }),
    // With this flag, the owner undoes a rollback by removing the tag alone.
    ...(rolledBackFrom !== undefined && image.deprecated && { deprecatedByUs: true }),
  };
  if (FIELDS.every((field) => next[field] === copy[field])) return copy;
  const others = Object.entries(copy).filter(([field]) => !(FIELDS as readonly string[]).includes(field));
  return { ...Object.fromEntries(others), ...next } as Ready;
}

/** The image has what the cloud refused before. `accounts`: those it is shared with, if known. */
function isAccepted(
  { kind, item }: Refusal,
  image: Image,
  { settings }: DesiredCopy,
  accounts: readonly string[] | undefined,
): boolean {
  return kind === "account" ? accounts?.includes(item) === true : image.tags[item] === settings.tags[item];
}

/** The journal's entry for a record that was refreshed. */
export function refreshed({ family, policy, rolledBackFrom }: Ready, { imageId }: Image): JournalMessage {
  return journal("refreshed", { imageId, policy, family, rolledBackFrom });
}

/** Whether `rollback` has changed the record but may not have set the tag yet. */
export function isAboutToBeMarked({ repair, rolledBackFrom }: CopyIn<"ready" | "retired">): boolean {
  return rolledBackFrom !== undefined && repair?.differences[0] === ROLLBACK && repair.differences.length === 1;
}
