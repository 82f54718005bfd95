// Applies a plan: record changes, requests, calls on images; safe to be killed at any point.
import PQueue from "p-queue";
import { CloudError } from "../model/errors.ts";
import { copyId } from "../model/identity.ts";
import { type JournalEvent, type JournalMessage, journal } from "../model/messages/journal.ts";
import type { RunDeps } from "../model/ports.ts";
import { STALE } from "../model/time.ts";
import type { AccountRecord, Copy, JournalEntry, Millis } from "../model/types.ts";
import { announce, confirm, textOf } from "../plan/describe.ts";
import type { Action, Plan, RecordChange } from "../plan/types.ts";
import { callCloud, imageOf, recordDeletion, recordRefusal } from "./change-image.ts";
import type { ApplyContext, CallResult } from "./context.ts";
import { SEND_NEEDS, send } from "./send-copies.ts";

/** What a plan was made from, as far as its application depends on that. */
export interface PlanBasis {
  readonly runId: string;
  readonly record: AccountRecord;
  /** When reading the cloud began. The process may have been frozen since then. */
  readonly readAt: Millis;
  /**
   * The calls on images that this run has made. A call without a visible effect is left to the next
   * run.
   */
  readonly changed: Set<string>;
}

/** The result of applying a plan. */
export interface Applied {
  /** Number of applied actions, by kind. */
  readonly actions: Readonly<Record<string, number>>;
  readonly failures: number;
  /** Something changed that may allow another step at once. */
  readonly moved: boolean;
  /** The deadline was reached before the plan was applied completely. */
  readonly stoppedEarly: boolean;
}

const CALL_NEEDS: Millis = 10_000;
/**
 * The kinds of actions in their order. The record of a copy changes before its call is made, and
 * the calls that take the cloud longest come first.
 */
const ORDER: readonly (readonly Action["do"][])[] = [
  ["record"],
  ["send"],
  ["tag", "modify", "share", "unshare"],
  ["delete"],
];
/** Record changes that allow no other step at once. */
const QUIET: ReadonlySet<JournalEvent> = new Set(["progress", "waiting", "missing", "released"]);

/**
 * Applies a plan. Every action can be interrupted before and after each of its effects. If another
 * process changes a record first, the copy is left to that process. No promise is left running.
 */
export async function applyPlan(plan: Plan, basis: PlanBasis, deps: RunDeps): Promise<Applied> {
  const { runId, readAt, changed } = basis;
  const { account, firstSeenAt } = basis.record;
  const actions: Record<string, number> = {};
  const latest = new Map<string, Copy | undefined>();
  let failures = 0;
  let moved = false;
  let stoppedEarly = false;

  const append = async (message: JournalMessage, isWarning: boolean, about: Partial<JournalEntry>) => {
    const { code: event, text } = message;
    const level = isWarning ? "warn" : journal.levelOf(event);
    if (about.code !== undefined) failures += 1;
    await deps.journal.append([{ at: deps.now(), runId, account, level, event, text, ...about }]);
  };
  const ctx: ApplyContext = {
    ...deps,
    sameState: async () => (await deps.state.account(account))?.firstSeenAt === firstSeenAt,
    attemptsOf: (copy) => deps.policies.find((p) => p.name === copy.policy)?.attempts ?? Number.POSITIVE_INFINITY,
    async save(copy, message, callResult = {}) {
      const saved = await deps.state.saveCopy(copy);
      latest.set(copyId(copy.key), saved);
      if (!saved) return undefined;
      if (!QUIET.has(message.code)) moved = true;
      const image = "imageId" in copy && copy.imageId ? { region: copy.key.region, imageId: copy.imageId } : undefined;
      const isWarning = copy.state === "blocked" || copy.state === "failed";
      await append(message, isWarning, { key: copy.key, ...(image && { image }), ...resultFields(callResult) });
      return saved;
    },
    report: (message, { key, image, ...callResult }) =>
      append(message, callResult.code !== undefined, { key, image, ...resultFields(callResult) }),
  };

  const enoughTime = (needs: Millis) => deps.now() + needs <= deps.stopAt();
  const announced = new Map(
    plan.actions.flatMap((one) => (one.do === "record" && one.before ? [[one.before, one]] : [])),
  );
  const applyAction = async (action: Action): Promise<void> => {
    if (!enoughTime(action.do === "send" ? SEND_NEEDS : action.do === "record" ? 0 : CALL_NEEDS)) {
      stoppedEarly = true;
      return;
    }
    if (action.do !== "record" && deps.now() - readAt > STALE) {
      moved = true;
      return;
    }
    if (action.do === "record") {
      await ctx.save(action.copy, messageOf(action));
    } else if (action.do === "send") {
      await send(action, ctx);
    } else {
      const id = copyId(action.copy.key);
      const call = `${action.do} ${id} ${action.image.imageId} ${textOf(action)}`;
      if (changed.has(call)) return;
      changed.add(call);
      const announcement = announced.get(action);
      if (announcement) {
        if (!(await ctx.save(announcement.copy, messageOf(announcement)))) return;
        actions["record"] = (actions["record"] ?? 0) + 1;
      }
      const copy = latest.has(id) ? latest.get(id) : action.copy;
      if (!copy) return;
      const about = { key: copy.key, image: imageOf(action) };
      // Before the call, so that the journal shows it even if the process is killed in between.
      await ctx.report(announce(action), about);
      try {
        const requestId = await callCloud(action, copy, account, ctx, readAt + STALE);
        moved = true;
        await ctx.report(confirm(action), { ...about, requestId });
        if (action.do === "delete") await recordDeletion(action, copy, ctx);
      } catch (error) {
        if (!(error instanceof CloudError)) throw error;
        await recordRefusal(action, latest.get(id) ?? copy, error, ctx);
      }
    }
    actions[action.do] = (actions[action.do] ?? 0) + 1;
  };

  const queue = new PQueue({ concurrency: deps.concurrency });
  const errors: unknown[] = [];
  for (const kinds of ORDER) {
    for (const action of plan.actions.filter((a) => kinds.includes(a.do) && !(a.do === "record" && a.before))) {
      void queue.add(() => applyAction(action).catch((error: unknown) => errors.push(error)));
    }
    await queue.onIdle();
    if (errors.length > 0) throw errors[0];
  }
  return { actions, failures, moved, stoppedEarly };
}

function messageOf({ event, text }: RecordChange): JournalMessage {
  return { code: event, text };
}

function resultFields({ requestId, code }: CallResult): { requestId?: string; code?: string } {
  return { ...(requestId !== undefined && { requestId }), ...(code !== undefined && { code }) };
}
