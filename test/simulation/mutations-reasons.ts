// Bugs to plant in reasons and counts: what hides a cause, names a false one, or miscounts a plan.
import type { Mutation } from "./mutations.ts";

export const REASON_MUTATIONS: readonly Mutation[] = [
  {
    name: "hide a full region behind a busy source",
    find: "return isReserved || !isCertain(copyCase, ctx) ? step : { ...step, pending: unrequested(copyCase, ctx) };",
    replace: "return isReserved || unrequested(copyCase, ctx) ? step : step;",
  },
  {
    name: "hide a name that another image keeps behind a wait",
    find: 'if (!isCertain(copyCase, ctx) || isHeldByUnfinished(copyCase.desired, ctx)) return "done";',
    replace: 'if (isHeldByUnfinished(copyCase.desired, ctx) || isCertain(copyCase, ctx)) return "done";',
  },
  {
    name: "do not say that other copies take the room",
    find: "ahead += needs;",
    replace: "ahead += 0;",
  },
  {
    name: "let a waiting copy take the room of one that can be requested",
    find: 'copy.key.variant !== "plain" ? 0 : isPending ? 2 : 1',
    replace: 'copy.key.variant !== "plain" || isPending ? 0 : 1',
  },
  {
    name: "retire a copy whose shared source is revoked in mid-chain",
    find: "if (why.code === SOURCE_REVOKED) return recordReason(record, blocked(unmadeBase(copyCase, ctx), why));",
    replace: "",
  },
  {
    name: "name newest as the cause of a changed encryption",
    find: 'return isSame ? undefined : reason("encryption-changed", { policy: name, region: key.region });',
    replace: "return isSame || name ? undefined : undefined;",
  },
  {
    name: "call every retired intermediate copy superseded",
    find: "const isSuperseded = isStep && hasEncrypted(copyCase, ctx);",
    replace: "const isSuperseded = isStep;",
  },
  {
    name: "count recovered orphans as ready",
    find: "if (!isOver) return finished;",
    replace: "if (isOver || !isOver) return finished;",
  },
  {
    name: "end the wait while a copy is being repaired",
    find: "return SETTLED.has(copy.phase) && !isBeingRepaired(copy);",
    replace: "return SETTLED.has(copy.phase);",
  },
  {
    name: "rehearse only the first run",
    find: 'idle < MOST_IDLE && next !== "end"',
    replace: 'idle < 0 && next !== "end"',
  },
  {
    name: "show a wait of an empty state with a time that moves",
    find: "isAccountStored ? { until: iso(uncertainUntil) }",
    replace: "isAccountStored || true ? { until: iso(uncertainUntil) }",
  },
  {
    name: "show the problems of another image",
    find: "region === image?.region && imageId === image.imageId",
    replace: "region === image?.region || imageId === image?.imageId",
  },
  {
    name: "report an unreadable region without the time of its next reading",
    find: "if (!first.has(id)) first.set(id, one);",
    replace: "first.set(id, one);",
  },
  {
    name: "hide when the next attempt follows",
    find: 'copy.phase === "retrying" && nextAttempt(copy.attempts, iso(copy.notBefore)),',
    replace: "undefined,",
  },
  {
    name: "plan with an unreadable region without a next step",
    find: 'remedy: failure.remedy ?? runMessage("region-read-next").text',
    replace: "...(failure.remedy !== undefined && { remedy: failure.remedy })",
  },
  {
    name: "hide from status that a person shares a copy",
    find: 'copy.phase === "ready" && copy.sharedByOthers?.length && sharedReason(copy),',
    replace: "undefined,",
  },
  {
    name: "report the share of a person for ever",
    find: "if (shareWith.length === 0 && stored.given && !stored.sharedByOthers?.length) return undefined;",
    replace: "if (shareWith.length === 0 && stored.given) return undefined;",
  },
  {
    name: "hide that new sources wait for an unreadable region",
    find: "...sourcesThatWait(ctx.policies, undecided, ctx.observation),",
    replace: "",
  },
  {
    name: "report sources that wait for a late region",
    find: "if (!first || regions.length === 0) return [];",
    replace: "if (!first) return [];",
  },
  {
    name: "name the age of an orphan before a reason that stays",
    find: "  whyParent,\n  whyNeeded,\n  whyTooSoon,\n];",
    replace: "  whyParent,\n  whyTooSoon,\n  whyNeeded,\n];",
  },
  {
    name: "keep the first reason of an orphan for ever",
    find: "    ...refreshOrphan(copyCase, ctx),",
    replace: "",
  },
  {
    name: "call the state lost that met another installation",
    find: '{ cause: areOthers ? "others" : "lost" }',
    replace: '{ cause: "lost" }',
  },
  {
    name: "let a sweep that could not read a region wait for a sweep",
    find: 'if (observation.unreadable.has(region)) return "unreadable";',
    replace: "",
  },
  {
    name: "offer the family of another installation for a rollback",
    find: "installation !== undefined && !names.has(family)",
    replace: 'installation === ""',
  },
  {
    name: "say that a copy is deprecated before it is",
    find: 'if ("repair" in copy && copy.repair?.differences.includes(difference("deprecation").text)) return undefined;',
    replace: "",
  },
  {
    name: "say only at the end that a family moves without a region",
    find: "changes.get(key) ?? ctx.copyOf(key);",
    replace: "ctx.copyOf(key);",
  },
  {
    name: "wait for a busy source for ever",
    find: "now - record.updatedAt <= policy.stuckAfter) return undefined;",
    replace: "now > 0) return undefined;",
  },
  {
    name: "wait for a busy image of unknown origin for ever",
    find: "const isLong = isWaiting && ctx.now - record.updatedAt > desired.policy.stuckAfter;",
    replace: "const isLong = false;",
  },
];
