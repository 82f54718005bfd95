// The stages in the life of a copy: which copies are in each, and what is certain about them there.
import { isIntermediate, isProven } from "../../model/identity.ts";
import type { CopyIn, Image, Ready, Retired } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import type { CopyCase, PlanContext, Step } from "../types.ts";
import { accountsOfPolicies } from "../upkeep/giving/shares.ts";
import { refreshRecord } from "../upkeep/refresh-record.ts";

/**
 * Decides one thing about a copy. Gives its next step, or `done` if nothing is left to do here, so
 * that the next phase decides. A step without content means that the copy waits: no later phase is
 * reached.
 */
export type Phase<C extends CopyCase = CopyCase> = (copyCase: C, ctx: PlanContext) => Step | "done";

/** Phases in their order, and the copies that they are for. */
export interface Stage {
  /** The case with what is certain about it in this stage; undefined if it is not in the stage. */
  readonly select: (copyCase: CopyCase, ctx: PlanContext) => CopyCase | undefined;
  /** They accept what `select` gives; `stage` checks it. */
  readonly phases: readonly Phase<never>[];
}

/** A stage, whose phases accept what `select` gives. */
export function stage<C extends CopyCase>(
  select: (copyCase: CopyCase, ctx: PlanContext) => C | undefined,
  ...phases: readonly Phase<C>[]
): Stage {
  return { select, phases };
}

/** The step of the first phase that is not done. */
export function firstStep<C extends CopyCase>(
  phases: readonly Phase<C>[],
  copyCase: C,
  ctx: PlanContext,
): Step | "done" {
  for (const phase of phases) {
    const step = phase(copyCase, ctx);
    if (step !== "done") return step;
  }
  return "done";
}

/** A copy that is desired and has no image. */
export type ToRequest = CopyCase & { readonly desired: DesiredCopy };
/** A stuck copy whose image exists. */
export type Stuck = CopyCase & { readonly record: CopyIn<"stuck"> };
/** A requested copy whose image exists, until it is ready. */
export type UnderWay = CopyCase & {
  readonly record: CopyIn<"copying" | "finishing" | "stuck">;
  readonly image: Image;
};
/** A finished copy whose image exists, desired or orphaned. */
export type Finished = CopyCase & { readonly record: Ready | Retired; readonly image: Image };
export type ReadyCase = CopyCase & { readonly record: Ready; readonly image: Image };
export type RetiredCase = CopyCase & { readonly record: Retired; readonly image: Image };
/** A finished copy, and the accounts that it may be shared with. */
export type Shared = Finished & { readonly shareWith: readonly string[] };
/** A finished copy whose settings its policies define. */
export type Kept = ReadyCase &
  Shared & {
    readonly desired: DesiredCopy;
    /** The record as stored; `record` is refreshed from policy, source and image. */
    readonly stored: Ready;
  };

/** Every copy. */
export function every(copyCase: CopyCase): CopyCase {
  return copyCase;
}

export function toRequest(copyCase: CopyCase): ToRequest | undefined {
  const { image, desired } = copyCase;
  return typeof image === "string" && desired ? { ...copyCase, desired } : undefined;
}

/** A copy without an image that no policy desires now. */
export function unmade(copyCase: CopyCase): CopyCase | undefined {
  return typeof copyCase.image === "string" && !copyCase.desired ? copyCase : undefined;
}

export function stuck(copyCase: CopyCase): Stuck | undefined {
  const { record, image } = copyCase;
  return record?.phase === "stuck" && typeof image !== "string" ? { ...copyCase, record } : undefined;
}

export function underWay(copyCase: CopyCase): UnderWay | undefined {
  const { record, image, desired } = copyCase;
  if (typeof image === "string") return undefined;
  if (record?.phase === "copying" || record?.phase === "finishing") return { ...copyCase, record, image };
  if (record?.phase !== "stuck") return undefined;
  // The name or tags of the policy may have been the cause, so the current settings count from here
  // on.
  const claim = desired ? { ...record.claim, settings: desired.settings } : record.claim;
  return { ...copyCase, record: { ...record, claim }, image };
}

export function ready(copyCase: CopyCase): ReadyCase | undefined {
  const { record, image } = copyCase;
  return record?.phase === "ready" && typeof image !== "string" ? { ...copyCase, record, image } : undefined;
}

export function retired(copyCase: CopyCase): RetiredCase | undefined {
  const { record, image } = copyCase;
  return record?.phase === "retired" && typeof image !== "string" ? { ...copyCase, record, image } : undefined;
}

export function kept(copyCase: CopyCase, ctx: PlanContext): Kept | undefined {
  const { record, image, desired } = copyCase;
  if (record?.phase !== "ready" || typeof image === "string" || !desired) return undefined;
  // A contradiction leaves the desired settings undefined. An intermediate copy whose direct policy
  // is blocked stays as is.
  const isUnpublished = isIntermediate(image, copyCase.key) && !desired.intermediate;
  if (desired.block && (desired.block.code === "contradiction" || isUnpublished)) return undefined;
  const { shareWith } = desired.publication;
  return { ...copyCase, record: refreshRecord(record, image, desired, ctx), stored: record, image, desired, shareWith };
}

/**
 * A finished copy of ours whose settings no policy defines now. Its upkeep runs in a sweep, and in a
 * poll only during a repair.
 */
export function left(copyCase: CopyCase, ctx: PlanContext): Shared | undefined {
  const finished = ready(copyCase) ?? retired(copyCase);
  if (!finished || kept(copyCase, ctx)) return undefined;
  const { key, record, image } = finished;
  if (!isProven(image, key) || record.adopted || image.state !== "NORMAL") return undefined;
  if (!ctx.sweep && !record.repair) return undefined;
  return { ...finished, shareWith: accountsOfPolicies(record, ctx.policies) };
}
