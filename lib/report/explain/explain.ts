// Explains why one image is or is not copied: the format of explain --json.

import { copyId, IGNORE_TAG, imageIdOf, isMarked, stateOf } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Observation } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { Copy, CopyKey, CopyState, Image, ImageRef, Millis, Reason, Variant } from "../../model/types.ts";
import type { DesiredCopy } from "../../plan/desired/types.ts";
import type { Plan } from "../../plan/types.ts";
import { hasUnseenTags } from "../../policy/values/select.ts";
import { reasonsOf } from "../summary.ts";
import { type CopyExplanation, type CopyStatus, copyExplanation, copyStatusOf, keyOf } from "./copy-status.ts";
import { reasonsNotSelected } from "./why-not-selected.ts";

/**
 * Why one image is or is not copied, by policy and region. The members of
 * `images` in `explain --json`.
 */
export interface Explanation extends ImageRef {
  /** As the cloud shows it. Null if the cloud does not show it and only the records mention it. */
  readonly image: Pick<Image, "name" | "type" | "state" | "sizeGiB"> | null;
  /** Only for one of our copies. */
  readonly copyOf?: CopyExplanation;
  readonly policies: readonly PolicyExplanation[];
  /** Why the cloud could not be asked about the image; only with `image: null`. */
  readonly unread?: Reason;
  /** What the user should know about an image that is selected; absent if there is nothing. */
  readonly remarks?: readonly Reason[];
}

interface PolicyExplanation {
  readonly policy: string;
  readonly selects: boolean;
  /**
   * Every reason why the policy does not select the image, each with its remedy. Empty if it does.
   */
  readonly reasons: readonly Reason[];
  /** The copies that the policy desires, and its orphaned ones. */
  readonly regions: readonly RegionExplanation[];
}

interface RegionExplanation extends CopyStatus {
  readonly region: string;
  readonly variant: Variant;
  /** The copy exists only so that an encrypted copy can be made from it. */
  readonly intermediate: boolean;
  readonly state: CopyState | "to be requested";
  readonly imageId: string | null;
}

/** The input of an explanation: a plan and the data from which it was made. */
export interface ExplainInput {
  readonly policies: readonly Policy[];
  readonly plan: Plan;
  /** May contain more than the observation from which the plan was made. */
  readonly observation: Observation;
  readonly now: Millis;
}

/**
 * Explains every image of this id that the observation contains, in any region. If there is none,
 * explains the copies and sources of this id in the records. Empty if the records do not mention
 * the id either.
 */
export function explain(imageId: string, world: ExplainInput): Explanation[] {
  const { plan, observation } = world;
  const images = [...observation.regions.values()].flatMap((view) => view.images.get(imageId) ?? []);
  if (images.length > 0) return images.map((image) => explainImage(image, world));
  const asCopy = plan.copies.filter((copy) => imageIdOf(copy) === imageId);
  const deleted = plan.copies.filter((copy) => copy.lastImageId === imageId);
  const asRoot = new Map(
    plan.copies.filter(({ key }) => key.rootId === imageId).map(({ key }) => [key.rootRegion, key] as const),
  );
  return [
    ...asCopy.map(({ key }) => {
      const copyOf = copyExplanation(key, imageId, plan);
      return { ...unseen({ region: key.region, imageId }, world), copyOf, policies: [] };
    }),
    ...deleted.map((copy) => {
      const state = stateOf(copy);
      const copyOf = { ...copyExplanation(copy.key, imageId, plan), state, reasons: reasonsOf(copy) };
      return { ...unseen({ region: copy.key.region, imageId }, world), copyOf, policies: [] };
    }),
    ...[...asRoot.keys()].map((region) => explainGone({ region, imageId }, world)),
  ];
}

function explainImage(image: Image, world: ExplainInput): Explanation {
  const { region, imageId, name, type, state, sizeGiB } = image;
  const key = keyOf(image, world.observation.account, world.plan);
  const isCopy = key !== undefined || (type === "custom" && isMarked(image, world.observation.account));
  const copyOf = key && copyExplanation(key, imageId, world.plan, image);
  const why = (policy: Policy) => (isCopy ? [reason("is-a-copy")] : whyNot(image, policy, world));
  const policies = explainPolicies(image, why, world);
  const mayBeRecalledUnseen = hasUnseenTags(image) && policies.some(({ selects }) => selects);
  return {
    region,
    imageId,
    image: { name, type, state, sizeGiB },
    ...(copyOf && { copyOf }),
    policies,
    ...(mayBeRecalledUnseen && { remarks: [reason("recall-unseen", { tag: IGNORE_TAG })] }),
  };
}

function explainGone(root: ImageRef, world: ExplainInput): Explanation {
  const why = world.observation.unreadable.get(root.region) ?? reason("source-gone");
  return { ...unseen(root, world), policies: explainPolicies(root, () => [why], world) };
}

/** An image that the cloud does not show, or could not be asked about. */
function unseen({ region, imageId }: ImageRef, { observation }: ExplainInput) {
  const unread = observation.unreadable.get(region);
  return { region, imageId, image: null, ...(unread && { unread }) };
}

/** Every policy of the file, and every former policy that has orphaned copies. */
function explainPolicies(
  root: ImageRef,
  why: (policy: Policy) => readonly Reason[],
  { policies, plan }: ExplainInput,
): PolicyExplanation[] {
  const isRoot = ({ rootId, rootRegion }: CopyKey) => rootId === root.imageId && rootRegion === root.region;
  const desiredCopies = [...plan.desiredCopies.values()].filter(({ key }) => isRoot(key));
  const copies = plan.copies.filter(({ key }) => isRoot(key));
  const orphaned = copies.filter(({ key }) => !plan.desiredCopies.has(key));
  const names = new Set(policies.map(({ name }) => name));
  const gone = new Set(orphaned.map((copy) => copy.policy).filter((name) => !names.has(name)));
  const regionsOf = (name: string) => [
    ...desiredCopies
      .filter((desired) => desired.policies.includes(name))
      .map((desired) => regionOfDesired(desired, copies, plan)),
    ...orphaned.filter((copy) => copy.policy === name).map((copy) => regionOfCopy(copy, plan)),
  ];
  const ofFile = [
    ...policies.map((policy) => {
      const selects = desiredCopies.some((desired) => desired.policies.includes(policy.name));
      return { policy: policy.name, selects, reasons: selects ? [] : why(policy), regions: regionsOf(policy.name) };
    }),
    ...[...gone].map((policy) => {
      return { policy, selects: false, reasons: [reason("policy-gone", { policy })], regions: regionsOf(policy) };
    }),
  ];
  // What matters comes first: the policies that select the image, then those that did.
  const rankOf = ({ selects, regions }: PolicyExplanation) => (selects ? 0 : regions.length > 0 ? 1 : 2);
  return ofFile.sort((x, y) => rankOf(x) - rankOf(y));
}

/** Every reason why a policy does not select an image. Never empty. */
function whyNot(image: Image, policy: Policy, { plan, observation, now }: ExplainInput): Reason[] {
  const reasons = reasonsNotSelected(policy, image, now);
  if (reasons.length > 0) return reasons;
  const notSelected = plan
    .notSelected()
    .find(
      (one) => one.policy === policy.name && one.image.imageId === image.imageId && one.image.region === image.region,
    );
  if (notSelected) return [notSelected.reason];
  const unread = policy.from.find((region) => !observation.regions.get(region)?.complete.has(policy.select.type));
  if (unread !== undefined) return [observation.unreadable.get(unread) ?? reason("unread", { region: unread })];
  return [reason("no-destination")];
}

function regionOfDesired(desired: DesiredCopy, copies: readonly Copy[], plan: Plan): RegionExplanation {
  const { key, block, wait } = desired;
  const copy = copies.find((one) => copyId(one.key) === copyId(key));
  if (copy) return { ...regionOfCopy(copy, plan), intermediate: desired.intermediate ?? false };
  // A copy whose region was not read has neither a record nor a request.
  const pause = plan.waits.find((one) => copyId(one.key) === copyId(key))?.reason;
  const state = block ? "blocked" : (wait ?? pause) ? "waiting" : "to be requested";
  const why = block ?? wait ?? pause;
  return {
    region: key.region,
    variant: key.variant,
    intermediate: desired.intermediate ?? false,
    state,
    imageId: null,
    reasons: why ? [why] : [],
    next: [],
  };
}

function regionOfCopy(copy: Copy, plan: Plan): RegionExplanation {
  const { key } = copy;
  const isSent = plan.actions.some(
    (action) =>
      action.do === "send" &&
      action.claimRequests.some((claimRequest) => copyId(claimRequest.copy.key) === copyId(key)),
  );
  const imageId = imageIdOf(copy);
  const image = imageId === undefined ? undefined : { region: key.region, imageId };
  const status = isSent ? { reasons: [], next: [] } : copyStatusOf(copy, image, plan);
  return {
    region: key.region,
    variant: key.variant,
    intermediate: false,
    state: isSent ? "to be requested" : stateOf(copy),
    imageId: imageId ?? null,
    ...status,
  };
}
