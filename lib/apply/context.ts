// What the actions of one plan share: time limits, the ledger, and the count of what was done.
import type { CloudError } from "../model/errors.ts";
import { copyId, rootRefId } from "../model/identity.ts";
import { storedText } from "../model/messages/define.ts";
import { type JournalEvent, type JournalMessage, journal } from "../model/messages/journal.ts";
import { freshUntil } from "../model/observation.ts";
import type { CopyChange, RunDeps } from "../model/ports.ts";
import type { Copy, JournalEntry, Millis, Reason } from "../model/types.ts";
import { regionsOf } from "./action-regions.ts";
import { openLedger } from "./ledger.ts";
import type { Applied, ApplyContext, CallResult, PlanBasis } from "./types.ts";

/** Time that a call and the recording of its outcome need; with less time left, it is not made. */
export const CALL_NEEDS: Millis = 10_000;

/** Record changes that allow no other step at once. */
const QUIET: ReadonlySet<string> = new Set<JournalEvent>(["progress", "waiting", "missing", "released"]);

/** Makes the context of a plan, and the function that answers what became of it. */
export function contextOf(
  basis: PlanBasis,
  deps: RunDeps,
): { ctx: ApplyContext; result: () => Omit<Applied, "progress"> } {
  const { runId, observation, known, totals } = basis;
  const { account, firstSeenAt } = basis.record;
  const actions: Record<string, number> = {};
  const touched = new Set<string>();
  /** The copies that this plan has saved; undefined for those that another process changed first. */
  const latest = new Map<string, Copy | undefined>();
  const total = { failures: 0, moved: false, stoppedEarly: false, stale: 0 };

  const entryFor = (message: JournalMessage, isWarning: boolean, about: Partial<JournalEntry>): JournalEntry => {
    const { code: event, text } = message;
    const level = isWarning ? ("warn" as const) : journal.levelOf(event);
    return { at: deps.now(), runId, account, level, event, text, ...about };
  };
  const changeOf = (
    copy: Copy,
    message: JournalMessage,
    callResult: CallResult = {},
    followedBy: readonly JournalEntry[] = [],
  ): CopyChange => {
    const image = "imageId" in copy ? { region: copy.key.region, imageId: copy.imageId } : undefined;
    const isWarning = copy.phase === "blocked" || copy.phase === "stuck" || copy.phase === "failed";
    const about = { key: copy.key, policy: copy.policy, ...(image && { image }), ...resultFields(callResult) };
    return { copy, entries: [entryFor(message, isWarning, about), ...followedBy] };
  };
  const saved = ({ copy, entries: [own] = [] }: CopyChange, stored: Copy | undefined) => {
    const id = copyId(copy.key);
    latest.set(id, stored);
    if (!stored) return;
    const before = known.get(id)?.phase;
    if (copy.version > 0 && before !== undefined) totals.set(before, (totals.get(before) ?? 0) - 1);
    totals.set(stored.phase, (totals.get(stored.phase) ?? 0) + 1);
    known.set(id, stored);
    basis.saved.set(rootRefId(copy.key), { region: copy.key.rootRegion, imageId: copy.key.rootId });
    if (own && !QUIET.has(own.event)) total.moved = true;
    if (own?.code !== undefined) total.failures += 1;
  };
  const ledger = openLedger(account, { ...deps, saved, carried: basis.carried });
  const policyOf = (copy: Copy) => deps.policies.find(({ name }) => name === copy.policy);

  const ctx: ApplyContext = {
    ...deps,
    saveAll: (changes, entries) =>
      ledger.save(
        changes.map(({ copy, message, followedBy = [] }) => changeOf(copy, message, {}, followedBy)),
        entries,
      ),
    save: async (copy, message, callResult) => (await ledger.save([changeOf(copy, message, callResult)]))[0],
    note: (copy, message, callResult) => ledger.note({ change: changeOf(copy, message, callResult) }),
    entryOf: (message, { copy: { key, policy }, image, ...callResult }) =>
      entryFor(message, callResult.code !== undefined, { key, policy, image, ...resultFields(callResult) }),
    report(message, about) {
      if (about.code !== undefined) total.failures += 1;
      return ledger.note({ entry: ctx.entryOf(message, about) });
    },
    flush: () => ledger.flush(),
    latest: (copy) => (latest.has(copyId(copy.key)) ? latest.get(copyId(copy.key)) : copy),
    sameState: async () => (await deps.state.read(account)).record?.firstSeenAt === firstSeenAt,
    // A deletion depends on every region in which a policy may select the source, or a copy be made
    // from the image.
    freshUntil: (action) =>
      freshUntil(
        observation,
        action.do === "delete" || action.do === "unshare" ? observation.regions.keys() : regionsOf(action),
      ),
    isTooLate(needs) {
      const isTooLate = deps.now() + needs > deps.stopAt();
      total.stoppedEarly ||= isTooLate;
      return isTooLate;
    },
    mayBegin(call, needs) {
      if (ctx.isTooLate(needs)) return false;
      if (deps.now() > ctx.freshUntil(call)) total.stale += 1;
      else {
        for (const region of regionsOf(call)) touched.add(region);
        return true;
      }
      return false;
    },
    countStale() {
      total.stale += 1;
    },
    count(kind, moved = false) {
      actions[kind] = (actions[kind] ?? 0) + 1;
      total.moved ||= moved;
    },
    attemptsOf: (copy) => policyOf(copy)?.attempts ?? Number.POSITIVE_INFINITY,
    stuckAfterOf: (copy) => policyOf(copy)?.stuckAfter ?? Number.POSITIVE_INFINITY,
  };
  return { ctx, result: () => ({ ...total, actions, touched }) };
}

/** A failed call as the reason of a copy: the code of the API, its text, and the request id. */
export function refusalReason({ code, message, remedy, requestId }: CloudError): Reason {
  return {
    code,
    text: storedText(message),
    ...(remedy !== undefined && { remedy: storedText(remedy) }),
    ...(requestId !== undefined && { requestId }),
  };
}

function resultFields({ requestId, code }: CallResult): { requestId?: string; code?: string } {
  return { ...(requestId !== undefined && { requestId }), ...(code !== undefined && { code }) };
}
