import { isIntermediate, ROLLED_BACK_TAG } from "../../model/identity.ts";
import type { Copy, Image } from "../../model/types.ts";
import type { Want } from "../desired/types.ts";

/** What is kept up to date. */
const FIELDS = ["policy", "rootCreatedAt", "family", "rolledBack", "deprecatedByUs", "wantedItself"] as const;

type Ready = Extract<Copy, { state: "ready" }>;

/** As `Mending`: what `rollback` has begun. */
export const ROLLBACK = "rollback";

/**
 * What policy, source and image say today of a finished copy. One that was found by its marks while its source was not looked at
 * has neither a family nor an age; a policy may have another name; a rollback may have been taken back.
 */
export function asKnown(copy: Ready, image: Image, want: Want): Ready {
  const { family } = want.release;
  const { createdAt: rootCreatedAt } = want.root;
  const { family: _, rolledBack: __, wantedItself: ___, ...rest } = copy;
  const rolledBack = isAboutToBeMarked(copy) ? copy.rolledBack : image.tags[ROLLED_BACK_TAG];
  const known: Ready = {
    ...rest,
    policy: want.policy.name,
    rootCreatedAt,
    ...(family !== undefined && { family }),
    ...(rolledBack !== undefined && { rolledBack }),
    ...(!want.intermediate && isIntermediate(image, copy.key) && { wantedItself: true }),
    // So that its owner has to take away one thing only, the mark, to take the rollback back.
    ...(rolledBack !== undefined && image.deprecated && { deprecatedByUs: true }),
  };
  const same = FIELDS.every((field) => known[field] === copy[field]);
  return same ? copy : known;
}

/** What is remembered differently, in words. */
export function knownText({ family, policy, rolledBack }: Ready, { imageId }: Image): string {
  const place = rolledBack ? `rolled back from ${rolledBack}` : family === undefined ? "in no family" : `in ${family}`;
  return `${imageId} is the copy of policy ${policy}, ${place}`;
}

/** `rollback` has remembered it, and may not have got to setting the mark. */
export function isAboutToBeMarked({ mending, rolledBack }: Extract<Copy, { state: "ready" | "retired" }>): boolean {
  return rolledBack !== undefined && mending?.what === ROLLBACK;
}
