// Explains one copy: its state, the reason for it, and the next action.

import { copyId, imageIdOf, installationOf, isCopyOf, lineageOf, stateOf } from "../../model/identity.ts";
import { reportText } from "../../model/messages/report.ts";
import type { Copy, CopyKey, CopyState, Image, ImageProblem, ImageRef, Reason } from "../../model/types.ts";
import { textOf } from "../../plan/describe.ts";
import type { Plan } from "../../plan/types.ts";
import { refusalsFor } from "../../plan/upkeep/giving/refusals.ts";
import { reasonsOf } from "../summary.ts";

/** The explanation of one copy, as far as it depends on the copy alone. */
export interface CopyStatus {
  /** Why the copy is in its state, the most important reason first. Empty if there is nothing to explain. */
  readonly reasons: readonly Reason[];
  /** The calls that the next run makes on its image. */
  readonly next: readonly string[];
}

/** The explanation of an image that is one of our copies. */
export interface CopyExplanation extends CopyStatus {
  /** The image that the policy selected; its name is null if it is neither recorded nor selected now. */
  readonly source: ImageRef & { readonly name: string | null };
  readonly variant: string;
  /** The installation that made it, by its marks. Null if they name none, or the image is gone. */
  readonly installation: string | null;
  readonly policy: string;
  /** Names of the policies that select its source for this region now. */
  readonly desiredBy: readonly string[];
  /** Null if the copy is not recorded. */
  readonly state: CopyState | null;
}

/** The key of the copy that an image is, by our records, its lineage tags or its temporary name. */
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

/** Explains an image that is a copy: the recorded copy, or another image of the same key. */
export function copyExplanation(key: CopyKey, imageId: string, plan: Plan, image?: Image): CopyExplanation {
  const record = plan.copies.find((copy) => copyId(copy.key) === copyId(key));
  const copy = record && imageIdOf(record) === imageId ? record : undefined;
  const desired = plan.desiredCopies.get(key);
  const recordedId = record && !copy ? imageIdOf(record) : undefined;
  const status = copyStatusOf(copy, { region: key.region, imageId }, plan);
  return {
    source: { region: key.rootRegion, imageId: key.rootId, name: record?.rootName ?? desired?.root.name ?? null },
    variant: key.variant,
    installation: (image && installationOf(image)) ?? null,
    policy: record?.policy ?? desired?.policy.name ?? (image && lineageOf(image)?.policy) ?? "",
    desiredBy: desired?.policies ?? [],
    state: copy ? stateOf(copy) : null,
    reasons: [...(recordedId ? [reportText("duplicate-of", { imageId: recordedId })] : []), ...status.reasons],
    next: status.next,
  };
}

/**
 * The reason for a copy's state, its differences from the policy, and the reason why an orphaned
 * copy is retained. `image` also finds the problems that are about the image.
 */
export function copyStatusOf(copy: Copy | undefined, image: ImageRef | undefined, plan: Plan): CopyStatus {
  const isThis = (one: Copy) => copy !== undefined && copyId(one.key) === copyId(copy.key);
  const desired = copy && plan.desiredCopies.get(copy.key);
  const retained = plan.retained.find((one) => isThis(one.copy));
  const waits = plan.waits.find(({ key }) => copy !== undefined && copyId(key) === copyId(copy.key));
  const isAbout = ({ images }: ImageProblem) =>
    images.some(({ region, imageId }) => region === image?.region && imageId === image.imageId);
  const problems = plan.imageProblems.filter(isAbout).map(({ reason }) => reason);
  const next = plan.actions.flatMap((action) =>
    action.do !== "send" && action.do !== "record" && isThis(action.copy) ? [textOf(action)] : [],
  );
  const reasons = [
    ...(copy ? reasonsOf(copy, next.length > 0) : []),
    ...(copy && "adopted" in copy && copy.adopted && !copy.installation ? [reportText("adopted")] : []),
    ...(waits ? [waits.reason] : []),
    ...(copy && desired ? refusalsFor(copy, desired) : []),
    ...(retained ? [notDeleted(retained.reason)] : []),
    ...problems,
  ];
  return { reasons, next };
}

function notDeleted(why: Reason): Reason {
  return { ...why, text: reportText("not-deleted", { reason: why.text }).text };
}
