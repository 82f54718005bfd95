import { imageIdOf, isCopyOf, keyText, lineageOf } from "../model/identity.ts";
import type { Copy, CopyKey, CopyState, Image, ImageRef } from "../model/types.ts";
import { textOf } from "../plan/describe.ts";
import type { Plan } from "../plan/types.ts";
import { reasonText, withRemedy } from "./summary.ts";

/** What is told of one copy. */
export interface Standing {
  /** Why it is as it is, and what would change that. */
  readonly reason: string | null;
  /** What the next run does to its image. */
  readonly next: readonly string[];
}

/** What is told of an image that is a copy of ours. */
export interface CopyExplanation extends Standing {
  readonly root: ImageRef;
  readonly variant: string;
  readonly policy: string;
  /** Names of the policies that want it today. */
  readonly wantedBy: readonly string[];
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
  const keys = [...plan.copies, ...plan.wants.values()].map(({ key }) => key);
  return keys.find((key) => isCopyOf(image, key));
}

/** What an image is that is a copy: the one that is remembered, or another one. */
export function copyExplanation(key: CopyKey, imageId: string, plan: Plan): CopyExplanation {
  const record = plan.copies.find((copy) => keyText(copy.key) === keyText(key));
  const copy = record && imageIdOf(record) === imageId ? record : undefined;
  const want = plan.wants.get(keyText(key));
  const instead = record && !copy ? (imageIdOf(record) ?? null) : null;
  const standing = standingOf(copy, imageId, plan);
  const text = instead && `${instead} is the copy that is kept`;
  return {
    root: { region: key.rootRegion, imageId: key.rootId },
    variant: key.variant,
    policy: record?.policy ?? want?.policy.name ?? "",
    wantedBy: want?.policies ?? [],
    state: copy?.state ?? null,
    reason: [text, standing.reason].filter(Boolean).join("; ") || null,
    next: standing.next,
  };
}

/** Why a copy is as it is, how it differs from what it should be, and why it is kept if nobody wants it. */
export function standingOf(copy: Copy | undefined, imageId: string | undefined, plan: Plan): Standing {
  const isThis = (one: Copy) => copy !== undefined && keyText(one.key) === keyText(copy.key);
  const kept = plan.kept.find((one) => isThis(one.copy));
  const problems = imageId === undefined ? [] : plan.problems.filter(({ text }) => text.includes(imageId));
  const next = plan.actions.flatMap((action) =>
    action.do !== "send" && action.do !== "note" && isThis(action.copy) ? [textOf(action)] : [],
  );
  const parts = [
    copy && reasonText(copy, next.length > 0),
    copy && "adopted" in copy && copy.adopted && "made by other means and taken as the copy: never changed or deleted",
    kept && `not deleted: ${withRemedy(kept.reason)}`,
    ...problems.map(withRemedy),
  ];
  return { reason: parts.filter(Boolean).join("; ") || null, next };
}
