// Bugs to plant in what a run reads and saves of the state, and when.
import type { Mutation } from "./mutations.ts";

export const STATE_MUTATIONS: readonly Mutation[] = [
  {
    name: "send without recording the claim",
    find: 'next.map((copy) => ({ copy, message: journal("claimed", { token: copy.claim.token }) })),\n  );',
    replace: "[],\n  ).then(() => next);",
  },
  {
    name: "write the journal only after the call",
    find: "alone.map((call) => entryOf(call, ctx)),",
    replace: "[],",
  },
  {
    name: "ignore that the state was lost during a run",
    find: "const isSame = await ctx.sameState();",
    replace: "const isSame = (await ctx.sameState()) || true;",
  },
  {
    name: "send a copy that another run has claimed",
    find: "return stored ? [[copyId(copy.key), { ...copy, version: stored.version }] as const] : [];",
    replace: "return [[copyId(copy.key), { ...copy, version: (stored ?? copy).version }] as const];",
  },
  {
    name: "take a poll for idle although images are awaited",
    find: 'if (scope.kind !== "poll" || !record || awaited.length > 0) return false;',
    replace: 'if (scope.kind !== "poll" || !record) return false;',
  },
  {
    name: "take a poll for idle although an unreadable region is due",
    find: "if (regionsToProbe(record.regions, regionsOfPolicies(deps.policies), deps.now()).length > 0) return false;",
    replace: "",
  },
  {
    name: "take every poll for idle",
    find: "return copies.every((copy) => (dueAt(copy) ?? Number.POSITIVE_INFINITY) > deps.now());",
    replace: "return true;",
  },
  {
    name: "forget the new policy in an idle poll",
    find: "await recordPolicy(known, request, deps);",
    replace: "",
  },
  {
    name: "mark lines as sent that the log has not taken",
    find: "await state.markSent(account, delivery.taken);",
    replace: "await state.markSent(account, lines.map(({ id }) => id));",
  },
  {
    name: "send the journal in no run",
    find: "const problem = deps.outbox.mayHaveLines() ? await shipJournal(deps.known.account, deps) : undefined;",
    replace: "const problem = undefined as Reason | undefined;",
  },
  {
    name: "keep the lease after the end of a run",
    find: "...withoutLease(before, deps),",
    replace: "...before,",
  },
  {
    name: "read no other copies of the families that a copy may join",
    find: "const families = familiesToJoin(records.copies, observation, policies);",
    replace: "const families = familiesToJoin([], observation, policies);",
  },
  {
    name: "read no older copies with the name of a new one",
    find: '"claim" in copy ? [{ region: copy.key.region, name: copy.claim.settings.name }] : [],',
    replace: '"claim" in copy ? [] : [],',
  },
  {
    name: "read no copies of the regions that were read whole",
    find: "return readMore(records, { images, regions, families }, asked, { account, state });",
    replace: "return readMore(records, { images, families }, asked, { account, state });",
  },
  {
    name: "reset only the copies that are due when a user retries",
    find: "const which = request.retry ? { all: true as const } : firstWhich(request.scope, deps.now());",
    replace: "const which = firstWhich(request.scope, deps.now());",
  },
  {
    name: "never save the progress of a copy after the first time",
    find: "return isCopying && copy.progressedAt - before.progressedAt >= SAVE_PROGRESS;",
    replace: "return false;",
  },
  {
    name: "save every progress of a copy at once",
    find: "const progress = changes.filter((change) => isMereProgress(change, known));",
    replace: "const progress = changes.filter((change) => isMereProgress(change, known) && false);",
  },
  {
    name: "lose the outcomes of calls if another one fails",
    find: "await flush().catch((error: unknown) => errors.push(error));",
    replace: "if (errors.length === 0) await flush();",
  },
  {
    name: "write the entry of a copy that was not saved to the other journals",
    find: "copies.flatMap(({ entries = [] }, i) => (stored[i] ? entries : []))",
    replace: "copies.flatMap(({ entries = [] }) => entries)",
  },
  {
    name: "count the loss of copies by those that a poll has read",
    find: "const total = Math.max(copies.filter(isShown).length, ctx.sweep ? 0 : inTotal(ctx.totals));",
    replace: "const total = copies.filter(isShown).length;",
  },
  {
    name: "learn the record of before the lease",
    find: "run.first = undefined;",
    replace: "run.first = undefined; account.learn(first.record);",
  },
  {
    name: "forget the rollback of an orphaned copy when a poll does not see its tag",
    find: "if (!ctx.sweep || rolledBackFrom === record.rolledBackFrom || isAboutToBeMarked(record)) return",
    replace: "if (ctx.sweep || rolledBackFrom === record.rolledBackFrom || isAboutToBeMarked(record)) return",
  },
  {
    name: "change the account record by what the run knew, although another process changed it",
    find: "if (tries > 0) latest = (await state.read(account)).record;",
    replace:
      "if (tries > 0 && latest) latest = { ...latest, version: (await state.read(account)).record?.version ?? 0 };",
  },
  {
    name: "save the run again with each try to change the account record",
    find: "toSave = undefined;",
    replace: "",
  },
  {
    name: "save the outcomes of calls only after the last one",
    find: "Math.abs(now() - notedSince) >= PATIENCE",
    replace: "Math.abs(now() - notedSince) < 0",
  },
  {
    name: "save two outcomes of a copy at once",
    find: "if (change && changes.some(({ copy }) => copyId(copy.key) === copyId(change.copy.key))) await saveNoted();",
    replace: "",
  },
  {
    name: "read no copies of the images that are awaited",
    find: 'const images = scope.kind === "poll" ? records.awaited : [];',
    replace: "const images: readonly ImageRef[] = [];",
  },
  {
    name: "read no copies of the images that were observed",
    find: ".filter((ref) => !known.has(refText(ref)) && !own.has(refText(ref)));",
    replace: ".filter(() => false);",
  },
  {
    name: "report how many copies there were before the run",
    find: "totals.set(stored.phase, (totals.get(stored.phase) ?? 0) + 1);",
    replace: "",
  },
  {
    name: "report a copy as it was before the run saved it",
    find: "known.set(id, stored);",
    replace: "",
  },
  {
    name: "send what was claimed together with others after the end of the run",
    find: "const error = isSame ? (ctx.isTooLate(SEND_NEEDS) ? runEnded(one) : undefined) : stateLost(one);",
    replace: "const error = isSame ? undefined : stateLost(one);",
  },
  {
    name: "make an announced call after the end of the run",
    find: "if (ctx.isTooLate(CALL_NEEDS)) {",
    replace: "if (ctx.isTooLate(Number.NEGATIVE_INFINITY)) {",
  },
  {
    name: "record a refused modification beside the shares that were refused after it",
    find: "      await ctx.flush();\n",
    replace: "",
  },
  {
    name: "wait until a time that a wrong clock recorded",
    find: " && notBefore <= now + longest;",
    replace: ";",
  },
  {
    name: "look for a name as it is",
    find: 'typeof value === "string" ? searchable(value) : value',
    replace: "value",
  },
  {
    name: "ask again in a later round for none of what was asked for",
    find: "return { ...firstWhich(scope, now), images, names, families, regions: [...asked.regions] };",
    replace: "return { ...firstWhich(scope, now), images };",
  },
  {
    name: "never renew the lease of a long run",
    find: "return until > now + LEASE_DURATION / 2 && until <= now + LEASE_DURATION;",
    replace: "return true;",
  },
  {
    name: "let an older version lead while a stuck one is completed",
    find: "(LIVE.has(copy.phase) || isCompleted(copy) || isRevived(copy, desiredCopies))",
    replace: "(LIVE.has(copy.phase) || isRevived(copy, desiredCopies))",
  },
];
