// The format of plan --json.
import { copyId } from "../model/identity.ts";
import type { JournalEvent } from "../model/messages/journal.ts";
import type { Prices } from "../model/policy.ts";
import type { Copy, CopyState, ImageRef, Millis, Reason, Variant } from "../model/types.ts";
import { textOf } from "../plan/describe.ts";
import type { ClaimRequest, CloudCall, Plan, Send } from "../plan/types.ts";
import { copyLabels } from "./copy-label.ts";
import { type Estimate, estimate, measurements } from "./estimate.ts";

/** Which copy something is about. */
export interface CopyView {
  readonly source: ImageRef;
  readonly sourceName: string;
  readonly region: string;
  readonly variant: Variant;
  /** It is there only for an encrypted copy to be made from it. */
  readonly intermediate: boolean;
}

/** What a call makes for one policy under one name: one image, several destinations. */
export interface SendView {
  /** Those with one number are one call. */
  readonly callIndex: number;
  /** What is copied: the source itself, or a copy from which the others are made. */
  readonly source: ImageRef;
  readonly name: string;
  readonly policy: string;
  readonly as: string;
  readonly variant: Variant;
  readonly destinations: readonly string[];
  /** Those of the destinations where the copy is there only to be encrypted. */
  readonly intermediate: readonly string[];
  /** What all of them add, at most. */
  readonly gib: number;
  /** Until the last of them is there, by what was measured before; null where nothing was. */
  readonly expectedMs: Millis | null;
}

/** A plan as people and programs see it: the format of `plan --json`. */
export interface PlanView {
  readonly create: readonly SendView[];
  /** Calls that tag, name, publish or share a copy, or end its sharing before it is deleted. */
  readonly update: readonly (CopyView & {
    do: "tag" | "modify" | "share" | "unshare";
    image: ImageRef;
    text: string;
  })[];
  /** Calls that delete an image of ours, each with its snapshots; `name` is the image's. `after`: it is not shared any more first. */
  readonly delete: readonly (CopyView & {
    image: ImageRef;
    name: string;
    sizeGiB: number;
    text: string;
    after: "unshare" | null;
  })[];
  /** Copies that nobody wants, and why they are kept; `name` is the image's. */
  readonly retained: readonly (CopyView & { image: ImageRef; name: string; reason: Reason })[];
  /** What is only remembered differently. */
  readonly recordOnly: readonly (CopyView & { state: CopyState; event: JournalEvent; text: string })[];
  /** Copies that need a person, whether or not that is new. */
  readonly blocked: readonly (CopyView & { state: "blocked" | "failed"; reason: Reason })[];
  /** Copies that will be asked for when their reason has passed. */
  readonly waiting: readonly (CopyView & { state: "waiting" | "retrying"; reason: Reason })[];
  /** Copies that were asked for and are not finished. */
  readonly inProgress: readonly (CopyView & { state: "copying" | "finishing" })[];
  /** Images that a policy looked at and left out. */
  readonly notSelected: readonly { policy: string; image: ImageRef; name: string; reason: Reason }[];
  readonly estimate: Estimate;
  readonly warnings: readonly Reason[];
  readonly problems: readonly Reason[];
}

/** Shows a plan without what only the program needs. */
export function viewOf(plan: Plan, prices?: Prices): PlanView {
  const view = viewer(plan);
  const sends = plan.actions.flatMap((action) => (action.do === "send" ? [action] : []));
  const sent = new Set(sends.flatMap(({ claimRequests }) => claimRequests.map(({ copy }) => copyId(copy.key))));
  const rest = plan.copies.filter(({ key }) => !sent.has(copyId(key)));
  return {
    create: sendsOf(sends, plan, view),
    update: plan.actions.flatMap((call) => {
      if (call.do === "send" || call.do === "record" || call.do === "delete") return [];
      return [{ ...view(call.copy), do: call.do, image: refOf(call.image), text: changeText(call) }];
    }),
    delete: plan.actions.flatMap((call) => {
      if (call.do !== "delete" && call.do !== "unshare") return [];
      const { name, sizeGiB } = call.image;
      const after = call.do === "unshare" ? ("unshare" as const) : null;
      return [{ ...view(call.copy), image: refOf(call.image), name, sizeGiB, text: call.why, after }];
    }),
    retained: plan.retained.map(({ copy, image, reason }) => {
      return { ...view(copy), image: refOf(image), name: image.name, reason };
    }),
    recordOnly: plan.actions.flatMap((call) => {
      if (call.do !== "record") return [];
      return [{ ...view(call.copy), state: call.copy.state, event: call.event, text: call.text }];
    }),
    blocked: plan.copies.flatMap((copy) => {
      if (copy.state !== "blocked" && copy.state !== "failed") return [];
      return [{ ...view(copy), state: copy.state, reason: copy.reason }];
    }),
    waiting: rest.flatMap((copy) => {
      if (copy.state !== "waiting" && copy.state !== "retrying") return [];
      return [{ ...view(copy), state: copy.state, reason: copy.reason }];
    }),
    inProgress: rest.flatMap((copy) => {
      if (copy.state !== "copying" && copy.state !== "finishing") return [];
      return [{ ...view(copy), state: copy.state }];
    }),
    notSelected: plan.notSelected.map(({ policy, image, reason }) => {
      return { policy, image: refOf(image), name: image.name, reason };
    }),
    estimate: estimate(plan, prices),
    warnings: plan.warnings,
    problems: plan.problems,
  };
}

/** By what is wanted; of what is not, the records tell whether it was a step to an encrypted one. */
function viewer(plan: Plan): (copy: Copy) => CopyView {
  const copyLabel = copyLabels(plan.copies);
  return (copy) => {
    const { rootRegion, rootId, region, variant } = copy.key;
    const desired = plan.desiredCopies.get(copyId(copy.key));
    return {
      source: { region: rootRegion, imageId: rootId },
      sourceName: copy.rootName,
      region,
      variant,
      intermediate: desired ? desired.intermediate === true : copyLabel(copy) === "to be encrypted",
    };
  };
}

function sendsOf(sends: readonly Send[], plan: Plan, view: (copy: Copy) => CopyView): SendView[] {
  const measured = measurements(plan.copies);
  const isStep = ({ copy }: ClaimRequest) => view(copy).intermediate;
  const parts = sends.flatMap(({ source, claimRequests }, callIndex) => {
    const groups = new Map<string, ClaimRequest[]>();
    // Steps last: what they lead to is told with the name that stays.
    for (const claimRequest of [...claimRequests].sort((a, b) => Number(isStep(a)) - Number(isStep(b)))) {
      const { policy } = claimRequest.copy;
      const own = JSON.stringify([policy, claimRequest.claim.settings.name]);
      const same = [...groups.keys()].find((key) => (JSON.parse(key) as string[])[0] === policy);
      const key = isStep(claimRequest) ? (same ?? own) : own;
      groups.set(key, [...(groups.get(key) ?? []), claimRequest]);
    }
    return [...groups.values()].map((some) => ({ callIndex, source, claimRequests: some }));
  });
  return parts.flatMap(({ callIndex, source, claimRequests }) => {
    // The name that stays; that of a step is of no use to anybody.
    const named = claimRequests.find((claimRequest) => !isStep(claimRequest)) ?? claimRequests[0];
    if (!named) return [];
    const sizes = claimRequests.map(({ copy }) => plan.desiredCopies.get(copyId(copy.key))?.root.sizeGiB ?? 0);
    const times = claimRequests.flatMap(({ copy }) => measured(copy.key).median ?? []);
    return {
      callIndex,
      source,
      name: named.copy.rootName,
      policy: named.copy.policy,
      as: named.claim.settings.name,
      variant: named.copy.key.variant,
      destinations: claimRequests.map(({ copy }) => copy.key.region),
      intermediate: claimRequests.filter(isStep).map(({ copy }) => copy.key.region),
      gib: sizes.reduce((sum, size) => sum + size, 0),
      expectedMs: times.length > 0 ? Math.max(...times) : null,
    };
  });
}

/** What one call does, and what is left for those after it: a repair sets right one thing after the other. */
function changeText(call: Exclude<CloudCall, { do: "send" }>): string {
  const differs = "repair" in call.copy ? call.copy.repair?.what : undefined;
  return differs?.includes("; ") ? `${textOf(call)} (all that differs: ${differs})` : textOf(call);
}

function refOf({ region, imageId }: ImageRef): ImageRef {
  return { region, imageId };
}

/** Whether the plan holds any call to the cloud. */
export function hasWork(view: PlanView): boolean {
  return view.create.length + view.update.length + view.delete.length > 0;
}
