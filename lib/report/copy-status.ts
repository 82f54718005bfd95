// Why one copy is as it is, and what happens next.
import { copyId, imageIdOf, isCopyOf, lineageOf } from "../model/identity.ts";
import type { Copy, CopyKey, CopyState, Image, ImageRef } from "../model/types.ts";
import { textOf } from "../plan/describe.ts";
import type { Plan } from "../plan/types.ts";
import { reasonText, withRemedy } from "./summary.ts";

/** What is told of one copy. */
export interface CopyStatus {
  /** Why it is as it is, and what would change that. */
  readonly reason: string | null;
  /** What the next run does to its image. */
  readonly next: readonly string[];
}

/** What is told of an image that is a copy of ours. */
export interface CopyExplanation extends CopyStatus {
  readonly root: ImageRef;
  readonly variant: string;
  readonly policy: string;
  /** Names of the policies that want it today. */
  readonly desiredBy: readonly string[];
  /** Null if it is not remembered. */
  readonly state: CopyState | null;
}

/** Which copy an image is, by our records or by its marks. */
export function keyOf(image: Image, account: string, plan: Plan): CopyKey | undefined {
  const recorded = plan.copies.find((copy) => copy.key.region === image.region && imageIdOf(copy) === image.imageId);
  if (recorded || image.type !== "custom") return recorded?.key;
  const lineage = lineageOf(image);
  if (lineage?.account === account) {
    const { rootRegion, rootId, variant } = lineage;
    return { account, rootRegion, rootId, region: image.region, variant };
  }
  const keys = [...plan.copies, ...plan.desiredCopies.values()].map(({ key }) => key);
  return keys.find((key) => isCopyOf(image, key));
}

/** What an image is that is a copy: the one that is remembered, or another one. */
export function copyExplanation(key: CopyKey, imageId: string, plan: Plan): CopyExplanation {
  const record = plan.copies.find((copy) => copyId(copy.key) === copyId(key));
  const copy = record && imageIdOf(record) === imageId ? record : undefined;
  const desired = plan.desiredCopies.get(copyId(key));
  const instead = record && !copy ? (imageIdOf(record) ?? null) : null;
  const status = copyStatusOf(copy, imageId, plan);
  const text = instead && `${instead} is the copy that is kept`;
  return {
    root: { region: key.rootRegion, imageId: key.rootId },
    variant: key.variant,
    policy: record?.policy ?? desired?.policy.name ?? "",
    desiredBy: desired?.policies ?? [],
    state: copy?.state ?? null,
    reason: [text, status.reason].filter(Boolean).join("; ") || null,
    next: status.next,
  };
}

/** Why a copy is as it is, how it differs from what it should be, and why it is kept if nobody wants it. */
export function copyStatusOf(copy: Copy | undefined, imageId: string | undefined, plan: Plan): CopyStatus {
  const isThis = (one: Copy) => copy !== undefined && copyId(one.key) === copyId(copy.key);
  const retained = plan.retained.find((one) => isThis(one.copy));
  const problems = imageId === undefined ? [] : plan.problems.filter(({ text }) => text.includes(imageId));
  const next = plan.actions.flatMap((action) =>
    action.do !== "send" && action.do !== "record" && isThis(action.copy) ? [textOf(action)] : [],
  );
  const parts = [
    copy && reasonText(copy, next.length > 0),
    copy && "adopted" in copy && copy.adopted && "made by other means and taken as the copy: never changed or deleted",
    retained && `not deleted: ${withRemedy(retained.reason)}`,
    ...problems.map(withRemedy),
  ];
  return { reason: parts.filter(Boolean).join("; ") || null, next };
}
