// Bugs to plant in what makes progress: around sick regions, and out of waits without an end.
import type { Mutation } from "./mutations.ts";

export const PROGRESS_MUTATIONS: readonly Mutation[] = [
  {
    name: "let a long list be stale before it is whole",
    find: "return [view.readAt + STALE + (pages - 1) * PAGE_TIMEOUT];",
    replace: "return [view.readAt + STALE + 0 * pages * PAGE_TIMEOUT];",
  },
  {
    name: "wait for a repair by polls, which cannot end it",
    find: "isSweep = open.every(awaitsSweep);",
    replace: "isSweep = open.length === 0;",
  },
  {
    name: "end the wait without a last sweep",
    find: 'if (!hasCalled || isRepeated || sweeps >= MOST_SWEEPS) return "end";',
    replace: 'if (!hasCalled || isRepeated || sweeps >= 0) return "end";',
  },
  {
    name: "let each sweep of a command delete as much as a run may",
    find: "const deleted = request.deleted ?? new Set<string>();",
    replace: "const deleted = new Set<string>();",
  },
  {
    name: "rehearse a family as if no call moved it",
    find: "if (!moved.has(id)) return once(",
    replace: "if (moved.size >= 0) return once(",
  },
  {
    name: "read a region for copies that never had an image",
    find: "return copy.claimCount > 0 || ",
    replace: "return copy.claimCount >= 0 || ",
  },
  {
    name: "count an interrupt as the failure of a region",
    find: "if (isInterrupted?.()) totals.stopEarly();",
    replace: "if (isInterrupted?.() === undefined) totals.stopEarly();",
  },
  {
    name: "wait for every region before anything is done",
    find: "await (patient ? settleAll(begun) : untilMostEnd(begun, now, pause));",
    replace: "await (patient ? settleAll(begun) : untilMostEnd(begun, now, () => new Promise(() => {})));",
  },
  {
    name: "let every copy wait while any region is unreadable",
    find: "if (unreadable) return waitFor(copyCase, { reason: unreadable }, ctx);",
    replace: "for (const reason of ctx.observation.unreadable.values()) return waitFor(copyCase, { reason }, ctx);",
  },
  {
    name: "let a version that is still being copied lead its family",
    find: 'if (!desired || !image || (copy.phase === "copying" && image.state !== "NORMAL")) return false;',
    replace: "if (!desired || !image) return true;",
  },
  {
    name: "let a version that waits for other regions lead its family",
    find: "return image.family === copy.family || !isHeld(desired);",
    replace: "return true;",
  },
  {
    name: "take a new reason of a copy for progress",
    find: "return copy.progressedAt; return copy.delayedSince ?? copy.updatedAt;",
    replace: "return copy.progressedAt;\n  return copy.updatedAt;",
  },
  {
    name: "take each further attempt for progress",
    find: 'if ("progressedAt" in copy && copy.attempts === 0) return',
    replace: 'if ("progressedAt" in copy) return',
  },
  {
    name: "begin to measure the delay of a copy anew with each record",
    find: "delayedSince: copy?.delayedSince ?? now,",
    replace: "delayedSince: now,",
  },
  {
    name: "let a copy be refused as busy for ever without a word",
    find: "const isOverdue = at - (copy.delayedSince ?? at) > ctx.stuckAfterOf(copy);",
    replace: "const isOverdue = at - (copy.delayedSince ?? at) > ctx.stuckAfterOf(copy) * 1e9;",
  },
  {
    name: "forget the region that arrives late",
    find: "if (late.delete(region)) arrived.add(region);",
    replace: "late.delete(region);",
  },
  {
    name: "wait for every answer before anything is done",
    find: "await (patient ? all : Promise.race([all, pause(PATIENCE)]));",
    replace: "await (patient ? all : Promise.race([all, new Promise(() => {})]));",
  },
  {
    name: "forget the answers that arrive late",
    find: "place.hasArrived = place.isLate;",
    replace: "place.hasArrived = false;",
  },
  {
    name: "ask a region for ever that answers slowly",
    find: "const isOver = () => now() > place.askedAt + ANSWER_LIMIT;",
    replace: "const isOver = () => now() > place.askedAt + ANSWER_LIMIT * 1000;",
  },
  {
    name: "ask again in the same run what took too long",
    find: "const unanswerable = failed.get(name);",
    replace: "const unanswerable = failed.get(`other ${name}`);",
  },
  {
    name: "request a copy where the quota is not known yet",
    find: "if (isLast) return onlyWithKnownQuota(plan);",
    replace: "if (isLast) return plan;",
  },
  {
    name: "take late answers for fresh ones",
    find: "readAt: Math.min(view.readAt, ...used.map(({ askedAt }) => askedAt))",
    replace: "readAt: Math.max(view.readAt, ...used.map(({ askedAt }) => askedAt))",
  },
  {
    name: "read an unreadable region again in the same run",
    find: "if (failed.has(region) || underWay.has(region)) return [];",
    replace: "if (underWay.has(region)) return [];",
  },
  {
    name: "call a region again that does not answer",
    find: "if (cause) throw notSent(cause);",
    replace: 'if (cause?.code === "") throw notSent(cause);',
  },
  {
    name: "repeat a call that had no answer within its time",
    find: 'new Set(["Network", "HttpStatus", "AuthFailure.SignatureExpire"])',
    replace: 'new Set(["Network", "HttpStatus", "Timeout", "AuthFailure.SignatureExpire"])',
  },
  {
    name: "read an unreadable region in every run",
    find: "if (!failure || isWanted(region) || !isSkipped(failure.retryAt, now)) return [];",
    replace: "if (!failure || isWanted(region) || now >= 0) return [];",
  },
  {
    name: "never read an unreadable region again between sweeps",
    find: "return failure !== undefined && !isSkipped(failure.retryAt, now);",
    replace: "return failure !== undefined && now < 0;",
  },
  {
    name: "sweep all the time while a region is unreadable",
    find: "return !failure && isOld(sweptAt);",
    replace: "return failure !== undefined || isOld(sweptAt);",
  },
  {
    name: "take a sweep whose work was dropped as stale for a whole one",
    find: 'totals.stopEarly(reason("work-left", { calls: stale }));',
    replace: 'reason("work-left", { calls: stale });',
  },
  {
    name: "count disappeared copies for each round alone",
    find: "gone + vanished <= Math.max(3,",
    replace: "gone + 0 * vanished <= Math.max(3,",
  },
  {
    name: "count requests that never appeared as disappeared copies",
    find: 'return copy.phase !== "copying" || copy.percent !== undefined;',
    replace: "return true;",
  },
  {
    name: "wait for ever for copies that have disappeared together",
    find: 'return isMissing && problems.some(({ code }) => code === "mass-disappearance");',
    replace: 'return isMissing && problems.some(({ code }) => code === "");',
  },
  {
    name: "sweep all the time because of a region that does not exist",
    find: ".filter((region) => !isAbsent(region, records.record));",
    replace: ".filter(() => true);",
  },
];
