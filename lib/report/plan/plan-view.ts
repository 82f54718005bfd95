// Shows a plan without its internals: what plan prints, and what plan-json.ts writes.
import { copyId, refText, stateOf } from "../../model/identity.ts";
import type { JournalEvent } from "../../model/messages/journal.ts";
import { reason } from "../../model/messages/reasons.ts";
import { reportText } from "../../model/messages/report.ts";
import type { Prices } from "../../model/policy.ts";
import { iso } from "../../model/time.ts";
import type { Copy, CopyState, ImageRef, Millis, Reason, Variant } from "../../model/types.ts";
import { textOf } from "../../plan/describe.ts";
import { isAsked } from "../../plan/guards/confirmed-deletions.ts";
import type { ClaimRequest, CloudCall, Plan, Send } from "../../plan/types.ts";
import { copyLabels } from "../copies/copy-label.ts";
import { narrowPlan } from "../copies/narrow.ts";
import { type Estimate, estimate, measurements } from "./estimate.ts";

/** The copy that an entry is about. */
export interface CopyView {
  readonly source: ImageRef;
  readonly sourceName: string;
  readonly region: string;
  readonly variant: Variant;
  /** The copy exists only so that an encrypted copy can be made from it. */
  readonly intermediate: boolean;
  /** The policy that decides about the copy. */
  readonly policy: string;
}

/**
 * The copies that one call makes for one policy under one name: one image, several destinations.
 */
export interface CreateView {
  /** Entries with the same index belong to the same call. */
  readonly callIndex: number;
  /** The image that is copied: the source itself, or a copy from which the others are made. */
  readonly source: ImageRef;
  readonly name: string;
  readonly policy: string;
  readonly as: string;
  readonly variant: Variant;
  readonly destinations: readonly string[];
  /** The copies themselves, in the order of `destinations`. */
  readonly copies: readonly CopyView[];
  /** The destinations in which the copy is an intermediate copy. */
  readonly intermediate: readonly string[];
  /** GiB that all these copies add, at most. */
  readonly gib: number;
  /**
   * Time until the last copy is ready, by the durations of earlier copies; null if there are none.
   */
  readonly expectedMs: Millis | null;
}

/** A plan by what happens to its copies. */
export interface PlanView {
  readonly create: readonly CreateView[];
  /** Calls that tag, name, publish or share a copy, or that unshare it before it is deleted. */
  readonly update: readonly (CopyView & {
    do: "tag" | "untag" | "modify" | "share" | "unshare";
    image: ImageRef;
    text: string;
  })[];
  /**
   * Deletions of our images with their snapshots. `name`: of the image. `after`: the image is
   * unshared first.
   */
  readonly delete: readonly (CopyView & {
    image: ImageRef;
    name: string;
    sizeGiB: number;
    text: string;
    after: "unshare" | null;
  })[];
  /** Orphaned copies that are not deleted, with the reason. `name`: of the image. */
  readonly retained: readonly (CopyView & { image: ImageRef; name: string; reason: Reason })[];
  /** Changes of records without a call. */
  readonly recordOnly: readonly (CopyView & { state: CopyState; event: JournalEvent; text: string })[];
  /** Copies that need manual action, new or not. */
  readonly blocked: readonly (CopyView & { state: "blocked" | "failed"; reason: Reason })[];
  /** Copies that will be requested once their reason no longer holds. `attempts`: those that failed. */
  readonly waiting: readonly (CopyView & {
    state: "waiting" | "retrying";
    reason: Reason;
    until: string | null;
    attempts: number;
  })[];
  /** Copies that were requested and are not finished. */
  readonly inProgress: readonly (CopyView & { state: "copying" | "finishing" })[];
  /** Copies under way or finished whose next step waits for something, such as a region that was not read. */
  readonly pausing: readonly (CopyView & { state: CopyState; reason: Reason; until: string | null })[];
  /** Images that a policy considered and did not select. */
  readonly notSelected: readonly { policy: string; image: ImageRef; name: string; reason: Reason }[];
  /** Deletions of images that exist now, which `apply --wait` makes after the first run. */
  readonly deleteLater: readonly ExpectedDeletion[];
  /** How many images are created, changed and deleted in all. Null where that was not rehearsed. */
  readonly outlook: (Outlook & { readonly now: Outlook }) | null;
  readonly estimate: Estimate;
  readonly warnings: readonly Reason[];
  readonly problems: readonly Reason[];
  /** The regions that could not be read: what is due there is not in the plan. */
  readonly incomplete: readonly { readonly region: string; readonly reason: Reason }[];
}

/** What came of a rehearsal of `apply --wait`. */
export interface Rehearsal {
  /** What `apply --wait` does in all. */
  readonly whole: Outlook;
  /** What its first run does, which is what `apply` does. */
  readonly firstRun: Outlook;
  /** The deletions that a user is asked to confirm, of images that exist now. */
  readonly deletions: readonly ExpectedDeletion[];
}

/** An image that is deleted in a rehearsal, and why. */
export interface ExpectedDeletion extends CopyView {
  readonly image: ImageRef;
  readonly name: string;
  readonly sizeGiB: number;
  readonly text: string;
}

/** What a plan is shown with besides itself. */
export interface ViewOptions {
  /** The prices of the policy file. */
  readonly prices?: Prices | undefined;
  readonly rehearsal?: Rehearsal | undefined;
  /** The regions that could not be read, each with the reason. */
  readonly unreadable?: ReadonlyMap<string, Reason> | undefined;
  /** The copies that the command is narrowed to, by `copyId`; absent: all. */
  readonly chosen?: ReadonlySet<string> | undefined;
}

/**
 * How many images a command creates, changes and deletes, if the cloud does not change meanwhile
 * and refuses nothing. `changed`: images that exist already, and stay.
 */
export interface Outlook {
  readonly created: number;
  readonly changed: number;
  readonly deleted: number;
}

/** The view of a plan. */
export function viewOf(whole: Plan, { prices, rehearsal, chosen, unreadable = new Map() }: ViewOptions = {}): PlanView {
  const plan = chosen ? narrowPlan(whole, chosen) : whole;
  const view = copyViewer(whole);
  const sends = plan.actions.flatMap((action) => (action.do === "send" ? [action] : []));
  const sent = new Set(sends.flatMap(({ claimRequests }) => claimRequests.map(({ copy }) => copyId(copy.key))));
  const deletedNow = new Set(plan.actions.flatMap((call) => (isAsked(call) ? [refText(call.image)] : [])));
  const waits = new Map(plan.waits.map((wait) => [copyId(wait.key), wait]));
  const rest = plan.copies.filter(({ key }) => !sent.has(copyId(key)));
  return {
    create: createViewsOf(sends, { ...plan, copies: whole.copies }, view),
    update: plan.actions.flatMap((call) => {
      if (call.do === "send" || call.do === "record" || call.do === "delete") return [];
      return [{ ...view(call.copy), do: call.do, image: refOf(call.image), text: changeText(call) }];
    }),
    delete: plan.actions.flatMap((call) => {
      if ((call.do !== "delete" && call.do !== "unshare") || call.why === undefined) return [];
      const { name, sizeGiB } = call.image;
      const after = call.do === "unshare" ? ("unshare" as const) : null;
      return [{ ...view(call.copy), image: refOf(call.image), name, sizeGiB, text: call.why, after }];
    }),
    retained: plan.retained.map(({ copy, image, reason }) => {
      return { ...view(copy), image: refOf(image), name: image.name, reason };
    }),
    recordOnly: plan.actions.flatMap((call) => {
      if (call.do !== "record") return [];
      return [{ ...view(call.copy), state: stateOf(call.copy), event: call.event, text: call.text }];
    }),
    blocked: rest.flatMap((copy) => {
      if (copy.phase !== "blocked" && copy.phase !== "stuck" && copy.phase !== "failed") return [];
      const state = copy.phase === "failed" ? ("failed" as const) : ("blocked" as const);
      return [{ ...view(copy), state, reason: copy.reason }];
    }),
    waiting: rest.flatMap((copy) => {
      if (copy.phase === "ready" && copy.missingSince !== undefined) {
        const missing = reason("missing", { imageId: copy.imageId, since: iso(copy.missingSince) });
        return [{ ...view(copy), state: "waiting" as const, reason: missing, until: null, attempts: 0 }];
      }
      if (copy.phase !== "waiting" && copy.phase !== "retrying") return [];
      const { phase: state, notBefore, attempts } = copy;
      return [{ ...view(copy), state, reason: copy.reason, until: timeOf(notBefore), attempts }];
    }),
    inProgress: rest.flatMap((copy) => {
      if (copy.phase !== "requested" && copy.phase !== "copying" && copy.phase !== "finishing") return [];
      const state = copy.phase === "finishing" ? ("finishing" as const) : ("copying" as const);
      return [{ ...view(copy), state }];
    }),
    pausing: rest.flatMap((copy) => {
      const wait = waits.get(copyId(copy.key));
      if (!wait || wait.reason.code === "missing") return [];
      return [{ ...view(copy), state: stateOf(copy), reason: wait.reason, until: timeOf(wait.until) }];
    }),
    notSelected: plan.notSelected().map(({ policy, image, reason }) => {
      return { policy, image: refOf(image), name: image.name, reason };
    }),
    deleteLater: (rehearsal?.deletions ?? []).filter(({ image }) => !deletedNow.has(refText(image))),
    outlook: rehearsal ? { ...rehearsal.whole, now: rehearsal.firstRun } : null,
    estimate: estimate({ ...plan, copies: whole.copies }, prices),
    warnings: plan.warnings,
    problems: plan.problems,
    incomplete: [...unreadable].map(([region, why]) => ({ region, reason: why })),
  };
}

/**
 * Whether a copy is intermediate depends on the desired copies; for an orphaned copy, on the
 * records.
 */
export function copyViewer(plan: Pick<Plan, "copies" | "desiredCopies">): (copy: Copy) => CopyView {
  const copyLabel = copyLabels(plan.copies);
  return (copy) => {
    const { rootRegion, rootId, region, variant } = copy.key;
    const desired = plan.desiredCopies.get(copy.key);
    return {
      source: { region: rootRegion, imageId: rootId },
      sourceName: copy.rootName,
      region,
      variant,
      intermediate: desired ? desired.intermediate === true : copyLabel(copy) === "to be encrypted",
      policy: copy.policy,
    };
  };
}

function createViewsOf(sends: readonly Send[], plan: Plan, view: (copy: Copy) => CopyView): CreateView[] {
  const measured = measurements(plan.copies);
  const isIntermediate = ({ copy }: ClaimRequest) => view(copy).intermediate;
  const parts = sends.flatMap(({ source, claimRequests }, callIndex) => {
    const groups = new Map<string, ClaimRequest[]>();
    // Intermediate copies last: they join the group of the copy that is made from them, under its
    // final name.
    for (const claimRequest of [...claimRequests].sort(
      (a, b) => Number(isIntermediate(a)) - Number(isIntermediate(b)),
    )) {
      const { policy } = claimRequest.copy;
      const ownGroup = JSON.stringify([policy, claimRequest.claim.settings.name]);
      const samePolicy = [...groups.keys()].find((key) => (JSON.parse(key) as string[])[0] === policy);
      const key = isIntermediate(claimRequest) ? (samePolicy ?? ownGroup) : ownGroup;
      const group = groups.get(key);
      if (group) group.push(claimRequest);
      else groups.set(key, [claimRequest]);
    }
    return [...groups.values()].map((some) => ({ callIndex, source, claimRequests: some }));
  });
  return parts.flatMap(({ callIndex, source, claimRequests }) => {
    // The final name: users never need the name of an intermediate copy.
    const named = claimRequests.find((claimRequest) => !isIntermediate(claimRequest)) ?? claimRequests[0];
    if (!named) return [];
    const sizes = claimRequests.map(({ copy }) => plan.desiredCopies.get(copy.key)?.root.sizeGiB ?? 0);
    const times = claimRequests.flatMap(({ copy }) => measured(copy.key).median ?? []);
    return {
      callIndex,
      source,
      name: named.copy.rootName,
      policy: named.copy.policy,
      as: named.claim.settings.name,
      variant: named.copy.key.variant,
      destinations: claimRequests.map(({ copy }) => copy.key.region),
      copies: claimRequests.map(({ copy }) => view(copy)),
      intermediate: claimRequests.filter(isIntermediate).map(({ copy }) => copy.key.region),
      gib: sizes.reduce((sum, size) => sum + size, 0),
      expectedMs: times.length > 0 ? Math.max(...times) : null,
    };
  });
}

/**
 * What one call changes, and all differences if more calls follow: each call repairs one
 * difference.
 */
function changeText(call: Exclude<CloudCall, { do: "send" }>): string {
  const differences = ("repair" in call.copy && call.copy.repair?.differences) || [];
  const change = textOf(call);
  return differences.length > 1 ? reportText("repair-step", { change, differences }).text : change;
}

function timeOf(at: Millis | undefined): string | null {
  return at === undefined ? null : iso(at);
}

function refOf({ region, imageId }: ImageRef): ImageRef {
  return { region, imageId };
}

/** Whether the plan holds any call to the cloud. */
export function hasWork(view: PlanView): boolean {
  return view.create.length + view.update.length + view.delete.length > 0;
}
