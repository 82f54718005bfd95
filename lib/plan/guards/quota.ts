// Guard: no more new copies than a region has room for.
import { groupBy } from "../../model/group-by.ts";
import { copyId } from "../../model/identity.ts";
import { FREEING_NAME, reason } from "../../model/messages/reasons.ts";
import { answerTo, type Question } from "../../model/observation.ts";
import type { Copy, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { blockedInstead, NOTHING } from "../transitions.ts";
import type { Guarded, PlanContext, Step } from "../types.ts";

/** A step that adds an image to a region, by this run's call or by the next run's. */
interface Addition {
  readonly step: Step;
  readonly copy: Copy;
  /** 2 for an intermediate copy, which exists beside its encrypted copy for a while. */
  readonly needs: 1 | 2;
  readonly desired: DesiredCopy | undefined;
}

/**
 * Blocks the new copies that do not fit into their region. Encrypted copies, which finish a chain,
 * get room first, then the newest versions. So one full region never fails a call that has other
 * destinations. Every custom image in the listing counts; it is not documented whether unfinished
 * ones count against the quota. If the cloud does not answer the question about the quota, nothing
 * is blocked, and the cloud's verdict on the call decides.
 */
export function quota(steps: readonly Step[], ctx: PlanContext): Guarded {
  const questions: Question[] = [];
  const encrypted = groupBy(
    [...ctx.desiredCopies.values()].filter(({ key, parent }) => key.variant !== "plain" && parent),
    ({ key }) => key.region,
  );
  const full = new Map<Step, { copy: Copy; why: Reason }>();
  for (const [region, additions] of byRegion(steps, ctx)) {
    const question = { ask: "quota", region } as const;
    const answer = answerTo(ctx.answers, question);
    if (!answer) questions.push(question);
    if (!answer || "unanswerable" in answer) continue;
    const used = ctx.customImages(region)?.images.length ?? 0;
    const reserved = reservedFor(encrypted.get(region) ?? [], additions, ctx);
    let room = answer.value - used - reserved;
    for (const { step, copy, needs } of additions.sort(byPriority)) {
      if (needs <= room) room -= needs;
      else full.set(step, { copy, why: reason("quota", { region, used, limit: answer.value, reserved, needs }) });
    }
  }
  const fitting = steps.map((step) => {
    const excess = full.get(step);
    if (!excess) return step;
    const { copy, why } = excess;
    // A poll may not have read the conflicting copy, so the reason stays until the next sweep.
    const isConflict = !ctx.sweep && copy.state === "blocked" && copy.reason.code === "name-conflict";
    return isConflict ? NOTHING : blockedInstead(copy, why, ctx.now);
  });
  return { steps: fitting, questions };
}

/**
 * How many images of room a region keeps for encrypted copies whose intermediate copy has been
 * requested already. If other copies took this room, those chains could not be finished.
 */
function reservedFor(encrypted: readonly DesiredCopy[], additions: readonly Addition[], ctx: PlanContext): number {
  const added = new Set(additions.map(({ copy }) => copyId(copy.key)));
  return encrypted.filter(({ key, parent }) => {
    if (!parent || added.has(copyId(key))) return false;
    const [copy, intermediate] = [ctx.copyOf(key), ctx.copyOf(parent)];
    const isFull = copy?.state === "blocked" && copy.reason.code === "quota";
    const isOpen = !copy || isFull || copy.state === "waiting" || copy.state === "retrying";
    const state = intermediate?.state;
    return isOpen && (state === "copying" || state === "finishing" || state === "ready");
  }).length;
}

function byRegion(steps: readonly Step[], ctx: PlanContext): Map<string, Addition[]> {
  const additions = steps.flatMap((step): Addition[] => {
    const copy = addedBy(step, ctx);
    if (!copy) return [];
    const desired = ctx.desiredCopies.get(copyId(copy.key));
    return [{ step, copy, desired, needs: desired?.intermediate ? 2 : 1 }];
  });
  return groupBy(additions, ({ copy }) => copy.key.region);
}

/** The copy that a step adds to its region, if any. */
function addedBy({ call, change }: Step, { copyOf }: PlanContext): Copy | undefined {
  if (call?.do === "send") return call.claimRequest.copy;
  // Another variant gives up its name for this copy, which must not happen before there is room.
  if (change?.copy.state !== "waiting" || change.copy.reason.code !== FREEING_NAME) return undefined;
  return copyOf(change.copy.key) ?? change.copy;
}

/** Encrypted copies first, then the newest versions. */
function byPriority(a: Addition, b: Addition): number {
  const [x, y] = [a, b].map(({ copy }) => (copy.key.variant === "plain" ? 1 : 0)) as [number, number];
  return x - y || (b.desired?.root.createdAt ?? 0) - (a.desired?.root.createdAt ?? 0);
}
