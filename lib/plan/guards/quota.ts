// No more new copies than a region has room for.
import { copyId } from "../../model/identity.ts";
import { allCustom, answerTo, type Observation, type Question } from "../../model/observation.ts";
import { FREEING_NAME } from "../../model/reasons.ts";
import type { Copy, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { blockedInstead, NOTHING } from "../transitions.ts";
import type { PlanContext, Step } from "../types.ts";

/** A step that adds an image to a region, now or after the next one. */
interface Addition {
  readonly step: Step;
  readonly copy: Copy;
  /** 2 where an encrypted copy is to be made of it, before it goes. */
  readonly needs: 1 | 2;
  readonly desired: DesiredCopy | undefined;
}

/**
 * Of the copies that would be asked for now, those for which there is room in their region: first what finishes something that
 * was begun, then the newest versions; the others are blocked. One full region so never makes a call fail that others are
 * in. Counted is every custom image that is shown: whether unfinished ones count is documented nowhere. Without an answer the
 * cloud's own verdict decides.
 */
export function withinQuota(
  steps: readonly Step[],
  desiredCopies: ReadonlyMap<string, DesiredCopy>,
  ctx: PlanContext,
  observation: Observation,
): { steps: Step[]; questions: Question[] } {
  const questions: Question[] = [];
  const full = new Map<Step, { copy: Copy; reason: Reason }>();
  for (const [region, additions] of byRegion(steps, desiredCopies, ctx)) {
    const question = { ask: "quota", region } as const;
    const answer = answerTo(ctx.answers, question);
    if (!answer) questions.push(question);
    if (!answer || "unanswerable" in answer) continue;
    const used = allCustom(observation, region)?.images.length ?? 0;
    const reserved = promised(region, additions, desiredCopies, ctx);
    let room = answer.value - used - reserved;
    for (const { step, copy, needs } of additions.sort(firstFirst)) {
      if (needs <= room) room -= needs;
      else full.set(step, { copy, reason: whyFull(region, used, answer.value, reserved, needs) });
    }
  }
  const fitting = steps.map((step) => {
    const found = full.get(step);
    if (!found) return step;
    const { copy, reason } = found;
    // The copy that it clashes with may not have been looked at.
    const isClash = !ctx.sweep && copy.state === "blocked" && copy.reason.code === "name-conflict";
    return isClash ? NOTHING : blockedInstead(copy, reason, ctx.now);
  });
  return { steps: fitting, questions: questions };
}

function whyFull(region: string, used: number, limit: number, reserved: number, needs: number): Reason {
  const room = reserved > 0 ? `, and room for ${reserved} more is kept for what is being encrypted` : "";
  const two = needs > 1 ? "; while a copy is being encrypted there are two of it" : "";
  return {
    code: "quota",
    text: `${region} holds ${used} custom images of the ${limit} that it may hold${room}${two}`,
    remedy: "delete custom images there that nobody needs, or ask the vendor for a higher quota",
  };
}

/** Room for encrypted copies whose plain one has been asked for: what others took of it would keep them from being finished. */
function promised(
  region: string,
  now: readonly Addition[],
  desiredCopies: ReadonlyMap<string, DesiredCopy>,
  ctx: PlanContext,
): number {
  const added = new Set(now.map(({ copy }) => copyId(copy.key)));
  return [...desiredCopies.values()].filter(({ key, parent }) => {
    if (key.region !== region || key.variant === "plain" || !parent || added.has(copyId(key))) return false;
    const [copy, step] = [ctx.copyOf(key), ctx.copyOf(parent)];
    const isFull = copy?.state === "blocked" && copy.reason.code === "quota";
    const isOpen = !copy || isFull || copy.state === "waiting" || copy.state === "retrying";
    return isOpen && (step?.state === "copying" || step?.state === "finishing" || step?.state === "ready");
  }).length;
}

function byRegion(
  steps: readonly Step[],
  desiredCopies: ReadonlyMap<string, DesiredCopy>,
  ctx: PlanContext,
): Map<string, Addition[]> {
  const regions = new Map<string, Addition[]>();
  for (const step of steps) {
    const copy = addedBy(step, ctx);
    if (!copy) continue;
    const desired = desiredCopies.get(copyId(copy.key));
    const addition: Addition = { step, copy, desired, needs: desired?.intermediate ? 2 : 1 };
    regions.set(copy.key.region, [...(regions.get(copy.key.region) ?? []), addition]);
  }
  return regions;
}

function addedBy({ call, change }: Step, { copyOf }: PlanContext): Copy | undefined {
  if (call?.do === "send") return call.claimRequest.copy;
  // Another one gives up its name for it: not before there is room.
  if (change?.copy.state !== "waiting" || change.copy.reason.code !== FREEING_NAME) return undefined;
  return copyOf(change.copy.key) ?? change.copy;
}

function firstFirst(a: Addition, b: Addition): number {
  const [x, y] = [a, b].map(({ copy }) => (copy.key.variant === "plain" ? 1 : 0)) as [number, number];
  return x - y || (b.desired?.root.createdAt ?? 0) - (a.desired?.root.createdAt ?? 0);
}
