// Applies a plan: record changes, requests, calls on images; safe to be killed at any point.

import { copyId } from "../model/identity.ts";
import type { RunDeps } from "../model/ports.ts";
import type { Copy, Millis } from "../model/types.ts";
import type { Plan, RecordChange } from "../plan/types.ts";
import { contextOf } from "./context.ts";
import { callOnImages } from "./image-calls/call-on-images.ts";
import { sendCopies } from "./requests/send-copies.ts";
import type { Applied, ImageCall, PlanBasis } from "./types.ts";

/** Progress of a copy is saved so often at most: until then the cloud shows it. */
const SAVE_PROGRESS: Millis = 5 * 60_000;

/** The kinds of calls on images, in their order. */
const ORDER: readonly (readonly ImageCall["do"][])[] = [["tag", "untag", "modify", "share", "unshare"], ["delete"]];

/**
 * Applies a plan. The changes of records come first, because the record of a copy changes before its
 * call is made; then the requests, which take the cloud longest. Every action can be interrupted
 * before and after each of its effects. If another process changes a record first, the copy is left
 * to that process. No promise is left running.
 */
export async function applyPlan(plan: Plan, basis: PlanBasis, deps: RunDeps): Promise<Applied> {
  const { known } = basis;
  const { ctx, result } = contextOf(basis, deps);
  const changes = plan.actions.filter((one): one is RecordChange => one.do === "record" && !one.before);
  const progress = changes.filter((change) => isMereProgress(change, known));
  const later = new Set(progress);
  const now = changes.filter((change) => !later.has(change));
  await ctx.saveAll(now.map(({ copy, event, text }) => ({ copy, message: { code: event, text } })));
  for (const _ of now) ctx.count("record");
  const overdue = progress.filter(({ copy }) => isOverdue(copy, known));
  for (const { copy } of progress) known.set(copyId(copy.key), copy);

  await sendCopies(
    plan.actions.filter((one) => one.do === "send"),
    ctx,
  );
  const announced = new Map(
    plan.actions.flatMap((one) => (one.do === "record" && one.before ? [[one.before, one]] : [])),
  );
  for (const kinds of ORDER) {
    const calls = plan.actions.filter((one): one is ImageCall => kinds.some((kind) => kind === one.do));
    await callOnImages(calls, announced, basis, ctx);
  }
  return { ...result(), progress: overdue.map(({ copy }) => ({ copy })) };
}

/** Whether a copy has merely got further. That it appeared at all is saved at once. */
function isMereProgress({ copy, event }: RecordChange, known: ReadonlyMap<string, Copy>): boolean {
  const before = known.get(copyId(copy.key));
  return event === "progress" && before?.phase === "copying" && before.percent !== undefined;
}

/** Whether the progress of a copy was last saved a while ago. */
function isOverdue(copy: Copy, known: ReadonlyMap<string, Copy>): boolean {
  const before = known.get(copyId(copy.key));
  const isCopying = copy.phase === "copying" && before?.phase === "copying";
  return isCopying && copy.progressedAt - before.progressedAt >= SAVE_PROGRESS;
}
