// The format of explain --json.
import { copyId, imageIdOf, isMarked } from "../model/identity.ts";
import type { Observation } from "../model/observation.ts";
import type { Policy } from "../model/policy.ts";
import type { Copy, CopyKey, CopyState, Image, ImageRef, Millis, Reason, Variant } from "../model/types.ts";
import type { DesiredCopy } from "../plan/desired/types.ts";
import type { Plan } from "../plan/types.ts";
import { type CopyExplanation, type CopyStatus, copyExplanation, copyStatusOf, keyOf } from "./copy-status.ts";
import { reasonText, withRemedy } from "./summary.ts";
import { reasonsNotSelected } from "./why-not-selected.ts";

/** Why one image is or is not copied, policy by policy and region by region: the format of `explain --json`, an array of these. */
export interface Explanation extends ImageRef {
  /** As the cloud shows it; null if it is gone, and only its copies are remembered, or that it was a copy. */
  readonly image: Pick<Image, "name" | "type" | "state" | "sizeGiB"> | null;
  /** Only of a copy of ours. */
  readonly copyOf?: CopyExplanation;
  readonly policies: readonly PolicyExplanation[];
}

interface PolicyExplanation {
  readonly policy: string;
  readonly selects: boolean;
  /** Why not: everything that is in the way, each with what would change it. */
  readonly reasons: readonly Reason[];
  /** The copies that it wants, or has left. */
  readonly regions: readonly RegionExplanation[];
}

interface RegionExplanation extends CopyStatus {
  readonly region: string;
  readonly variant: Variant;
  /** It is there only for an encrypted copy to be made from it. */
  readonly intermediate: boolean;
  readonly state: CopyState | "to be asked for";
  readonly imageId: string | null;
}

/** What an explanation is made of: a plan, and what it was made from. */
export interface Explained {
  readonly policies: readonly Policy[];
  readonly plan: Plan;
  /** May show more than the plan was made from. */
  readonly observation: Observation;
  readonly now: Millis;
}

/** Every image of that id that the observation shows, in any region; else what is remembered of one that is gone. */
export function explain(imageId: string, world: Explained): Explanation[] {
  const { plan, observation } = world;
  const images = [...observation.regions.values()].flatMap((view) => view.images.get(imageId) ?? []);
  if (images.length > 0) return images.map((image) => explainImage(image, world));
  const asCopy = plan.copies.filter((copy) => imageIdOf(copy) === imageId);
  const deleted = plan.copies.filter((copy) => !asCopy.includes(copy) && tellsOfTheEndOf(imageId, copy));
  const asRoot = new Map(
    plan.copies.filter(({ key }) => key.rootId === imageId).map(({ key }) => [key.rootRegion, key] as const),
  );
  return [
    ...asCopy.map(({ key }) => {
      const copyOf = copyExplanation(key, imageId, plan);
      return { region: key.region, imageId, image: null, ...(copyOf && { copyOf }), policies: [] };
    }),
    ...deleted.map((copy) => {
      const { state } = copy;
      const copyOf = { ...copyExplanation(copy.key, imageId, plan), state, reason: reasonText(copy) };
      return { region: copy.key.region, imageId, image: null, copyOf, policies: [] };
    }),
    ...[...asRoot.keys()].map((region) => explainGone({ region, imageId }, world)),
  ];
}

/** The record of a copy that we deleted, or that is gone, names its image in the reason only. */
function tellsOfTheEndOf(imageId: string, copy: Copy): boolean {
  if (!("reason" in copy) || (copy.reason.code !== "pruned" && copy.reason.code !== "gone")) return false;
  return copy.reason.text.startsWith(`${imageId} `);
}

function explainImage(image: Image, world: Explained): Explanation {
  const { region, imageId, name, type, state, sizeGiB } = image;
  const key = keyOf(image, world.observation.account, world.plan);
  const isCopy = key !== undefined || (type === "custom" && isMarked(image, world.observation.account));
  const copyOf = key && copyExplanation(key, imageId, world.plan);
  const reason = { code: "is-a-copy", text: "it is a copy itself; only its root is replicated" };
  const why = (policy: Policy) => (isCopy ? [reason] : whyNot(image, policy, world));
  return {
    region,
    imageId,
    image: { name, type, state, sizeGiB },
    ...(copyOf && { copyOf }),
    policies: explainPolicies(image, why, world),
  };
}

function explainGone(root: ImageRef, world: Explained): Explanation {
  const reason = world.observation.unreadable.get(root.region) ?? {
    code: "source-gone",
    text: "the image is not there any more, or not shared with this account any more",
  };
  return { ...root, image: null, policies: explainPolicies(root, () => [reason], world) };
}

/** Every policy of the file, and those that are not in it any more and have left copies. */
function explainPolicies(
  root: ImageRef,
  why: (policy: Policy) => readonly Reason[],
  { policies, plan }: Explained,
): PolicyExplanation[] {
  const isRoot = ({ rootId, rootRegion }: CopyKey) => rootId === root.imageId && rootRegion === root.region;
  const desiredCopies = [...plan.desiredCopies.values()].filter(({ key }) => isRoot(key));
  const copies = plan.copies.filter(({ key }) => isRoot(key));
  const left = copies.filter(({ key }) => !plan.desiredCopies.has(copyId(key)));
  const names = new Set(policies.map(({ name }) => name));
  const gone = new Set(left.map((copy) => copy.policy).filter((name) => !names.has(name)));
  const regionsOf = (name: string) => [
    ...desiredCopies
      .filter((desired) => desired.policies.includes(name))
      .map((desired) => regionOfWant(desired, copies, plan)),
    ...left.filter((copy) => copy.policy === name).map((copy) => regionOfCopy(copy, plan)),
  ];
  const text = "it is not in the policy file any more; its copies are left alone";
  return [
    ...policies.map((policy) => {
      const selects = desiredCopies.some((desired) => desired.policies.includes(policy.name));
      return { policy: policy.name, selects, reasons: selects ? [] : why(policy), regions: regionsOf(policy.name) };
    }),
    ...[...gone].map((policy) => {
      const reasons = [{ code: "policy-gone", text }];
      return { policy, selects: false, reasons, regions: regionsOf(policy) };
    }),
  ];
}

/** Never empty. */
function whyNot(image: Image, policy: Policy, { plan, observation, now }: Explained): Reason[] {
  const found = reasonsNotSelected(policy, image, now);
  if (found.length > 0) return found;
  const passed = plan.notSelected.find(
    (one) => one.policy === policy.name && one.image.imageId === image.imageId && one.image.region === image.region,
  );
  if (passed) return [passed.reason];
  const unread = policy.from.find((region) => !observation.regions.get(region)?.complete.has(policy.select.type));
  if (unread !== undefined) {
    const text = `${unread} could not be read whole, so nobody knows which images are the newest`;
    return [observation.unreadable.get(unread) ?? { code: "unread", text }];
  }
  const text = "the policy names no region but the image's own";
  return [{ code: "no-destination", text, remedy: "add regions to its `to`" }];
}

function regionOfWant(desired: DesiredCopy, copies: readonly Copy[], plan: Plan): RegionExplanation {
  const { key, block, wait } = desired;
  const copy = copies.find((one) => copyId(one.key) === copyId(key));
  if (copy) return { ...regionOfCopy(copy, plan), intermediate: desired.intermediate ?? false };
  const state = block ? "blocked" : wait ? "waiting" : "to be asked for";
  const reason = block ?? wait;
  return {
    region: key.region,
    variant: key.variant,
    intermediate: desired.intermediate ?? false,
    state,
    imageId: null,
    reason: reason ? withRemedy(reason) : null,
    next: [],
  };
}

function regionOfCopy(copy: Copy, plan: Plan): RegionExplanation {
  const { key, state } = copy;
  const isSent = plan.actions.some(
    (action) =>
      action.do === "send" &&
      action.claimRequests.some((claimRequest) => copyId(claimRequest.copy.key) === copyId(key)),
  );
  const status = isSent ? { reason: null, next: [] } : copyStatusOf(copy, imageIdOf(copy), plan);
  return {
    region: key.region,
    variant: key.variant,
    intermediate: false,
    state: isSent ? "to be asked for" : state,
    imageId: imageIdOf(copy) ?? null,
    ...status,
  };
}
