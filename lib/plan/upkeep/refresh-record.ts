// What the record says against what policy, source and tags say.
import { isIntermediate, ROLLED_BACK_TAG } from "../../model/identity.ts";
import { type JournalMessage, journal } from "../../model/messages/journal.ts";
import type { Copy, Image } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";

/** What is kept up to date. */
const FIELDS = ["policy", "rootCreatedAt", "family", "rolledBackFrom", "deprecatedByUs", "desiredDirectly"] as const;

type Ready = Extract<Copy, { state: "ready" }>;

/** As `Mending`: what `rollback` has begun. */
export const ROLLBACK = "rollback";

/**
 * What policy, source and image say today of a finished copy. One that was found by its marks while its source was not looked at
 * has neither a family nor an age; a policy may have another name; a rollback may have been taken back.
 */
export function refreshRecord(copy: Ready, image: Image, desired: DesiredCopy): Ready {
  const { family } = desired.publication;
  const { createdAt: rootCreatedAt } = desired.root;
  const { family: _, rolledBackFrom: __, desiredDirectly: ___, ...rest } = copy;
  const rolledBackFrom = isAboutToBeMarked(copy) ? copy.rolledBackFrom : image.tags[ROLLED_BACK_TAG];
  const known: Ready = {
    ...rest,
    policy: desired.policy.name,
    rootCreatedAt,
    ...(family !== undefined && { family }),
    ...(rolledBackFrom !== undefined && { rolledBackFrom }),
    ...(!desired.intermediate && isIntermediate(image, copy.key) && { desiredDirectly: true }),
    // So that its owner has to take away one thing only, the mark, to take the rollback back.
    ...(rolledBackFrom !== undefined && image.deprecated && { deprecatedByUs: true }),
  };
  const same = FIELDS.every((field) => known[field] === copy[field]);
  return same ? copy : known;
}

/** The journal's entry for a record that was refreshed. */
export function refreshed({ family, policy, rolledBackFrom }: Ready, { imageId }: Image): JournalMessage {
  return journal("refreshed", { imageId, policy, family, rolledBackFrom });
}

/** `rollback` has remembered it, and may not have got to setting the mark. */
export function isAboutToBeMarked({ repair, rolledBackFrom }: Extract<Copy, { state: "ready" | "retired" }>): boolean {
  return rolledBackFrom !== undefined && repair?.what === ROLLBACK;
}
