// Updates the record of a finished copy from its policy, its source and the tags of its image.
import { isIntermediate, ROLLED_BACK_TAG } from "../../model/identity.ts";
import { type JournalMessage, journal } from "../../model/messages/journal.ts";
import type { Copy, Image } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";

/** The fields that are kept up to date. */
const FIELDS = [
  "policy",
  "rootCreatedAt",
  "rootFamily",
  "family",
  "rolledBackFrom",
  "deprecatedByUs",
  "desiredDirectly",
] as const;

type Ready = Extract<Copy, { state: "ready" }>;

/** The difference in `Repair.what` while a rollback sets its tag. */
export const ROLLBACK = "rollback";

/**
 * The record of a finished copy as policy, source and image determine it now; the same object if
 * nothing differs. A record that was recovered from an ownership marker without reading the source
 * has neither family nor age, the policy may have been renamed, and a rollback may have been
 * undone.
 */
export function refreshRecord(copy: Ready, image: Image, desired: DesiredCopy): Ready {
  const { family } = desired.publication;
  const { createdAt: rootCreatedAt, family: rootFamily = "" } = desired.root;
  const { family: _, rolledBackFrom: __, desiredDirectly: ___, ...rest } = copy;
  const rolledBackFrom = isAboutToBeMarked(copy) ? copy.rolledBackFrom : image.tags[ROLLED_BACK_TAG];
  const refreshed: Ready = {
    ...rest,
    policy: desired.policy.name,
    rootCreatedAt,
    rootFamily,
    ...(family !== undefined && { family }),
    ...(rolledBackFrom !== undefined && { rolledBackFrom }),
    ...(!desired.intermediate && isIntermediate(image, copy.key) && { desiredDirectly: true }),
    // With this flag, the owner undoes a rollback by removing the tag alone.
    ...(rolledBackFrom !== undefined && image.deprecated && { deprecatedByUs: true }),
  };
  const isSame = FIELDS.every((field) => refreshed[field] === copy[field]);
  return isSame ? copy : refreshed;
}

/** The journal's entry for a record that was refreshed. */
export function refreshed({ family, policy, rolledBackFrom }: Ready, { imageId }: Image): JournalMessage {
  return journal("refreshed", { imageId, policy, family, rolledBackFrom });
}

/** Whether `rollback` has changed the record but may not have set the tag yet. */
export function isAboutToBeMarked({ repair, rolledBackFrom }: Extract<Copy, { state: "ready" | "retired" }>): boolean {
  return rolledBackFrom !== undefined && repair?.what === ROLLBACK;
}
