// Makes the calls on single images: each is announced in the journal, made, and its outcome noted.
import { CloudError } from "../../model/errors.ts";
import { copyId } from "../../model/identity.ts";
import { cloudDetail } from "../../model/messages/cloud-details.ts";
import { journal } from "../../model/messages/journal.ts";
import type { JournalEntry } from "../../model/types.ts";
import { announce, confirm, textOf } from "../../plan/describe.ts";
import type { RecordChange } from "../../plan/types.ts";
import { CALL_NEEDS } from "../context.ts";
import { partsOf, settled } from "../in-turn.ts";
import type { ApplyContext, ImageCall, PlanBasis } from "../types.ts";
import { callCloud, imageOf, recordDeletion, recordRefusal } from "./change-image.ts";

/**
 * Makes calls on images, many at a time. What a call will do is saved before it: its journal entry,
 * and the record change that belongs to it. So the journal shows a call even if the process is
 * killed in between.
 */
export async function callOnImages(
  calls: readonly ImageCall[],
  announced: ReadonlyMap<ImageCall, RecordChange>,
  { changed, deleted }: Pick<PlanBasis, "changed" | "deleted">,
  ctx: ApplyContext,
): Promise<void> {
  for (const part of partsOf(calls, ctx)) {
    const due = part.filter((call) => ctx.mayBegin(call, CALL_NEEDS) && !changed.has(nameOf(call)));
    for (const call of due) {
      changed.add(nameOf(call));
      if (call.do === "delete" || call.do === "unshare") deleted.add(copyId(call.copy.key));
    }
    await announceAll(due, announced, ctx);
    await settled(due, (call) => make(call, changed, ctx), ctx);
  }
}

/** Announces the calls, except those whose record another process has changed. */
async function announceAll(
  calls: readonly ImageCall[],
  announced: ReadonlyMap<ImageCall, RecordChange>,
  ctx: ApplyContext,
): Promise<void> {
  const withRecord = calls.filter((call) => announced.has(call));
  const records = withRecord.flatMap((call) => {
    const change = announced.get(call);
    if (!change) return [];
    return [
      { copy: change.copy, message: { code: change.event, text: change.text }, followedBy: [entryOf(call, ctx)] },
    ];
  });
  const alone = calls.filter((call) => !announced.has(call) && ctx.latest(call.copy));
  await ctx.saveAll(
    records,
    alone.map((call) => entryOf(call, ctx)),
  );
  for (const _ of withRecord) ctx.count("record");
}

function entryOf(call: ImageCall, ctx: ApplyContext): JournalEntry {
  return ctx.entryOf(announce(call), { copy: call.copy, image: imageOf(call) });
}

async function make(call: ImageCall, changed: Set<string>, ctx: ApplyContext): Promise<void> {
  const copy = ctx.latest(call.copy);
  // Another process has changed the record, and the copy is left to it.
  if (!copy) return;
  const notAfter = ctx.freshUntil(call);
  const about = { copy, image: imageOf(call) };
  // Others of this part came first, and took their time.
  if (ctx.isTooLate(CALL_NEEDS)) {
    await ctx.report(journal(`${call.do}-failed`, { text: cloudDetail("run-ended").text }), about);
    return;
  }
  try {
    const { requestId, call: done } = await callCloud(call, copy, ctx, notAfter);
    ctx.count(call.do, true);
    if (done) await ctx.report(confirm(done), { ...about, requestId });
    if (call.do === "delete") await recordDeletion(call, copy, ctx);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    await recordRefusal(call, ctx.latest(copy) ?? copy, error, ctx);
    if (error.code === "NotSent" && ctx.now() > notAfter) {
      // It waited for the rate limit for too long: the next round may make it.
      ctx.countStale();
      changed.delete(nameOf(call));
    } else ctx.count(call.do);
  }
}

function nameOf(call: ImageCall): string {
  return `${call.do} ${copyId(call.copy.key)} ${call.image.imageId} ${textOf(call)}`;
}
