// The plan of a small round from the records that it reads, and from all records: the oracle of selective reading.
import { dueAt } from "../../lib/model/copy/due.ts";
import { copyId, rootRefId } from "../../lib/model/identity.ts";
import type { Scope } from "../../lib/model/observation.ts";
import type { Records, Replicator } from "../../lib/model/ports.ts";
import type { Copy, CopyKey } from "../../lib/model/types.ts";
import { answerReader } from "../../lib/observe/answer-reader.ts";
import { observe } from "../../lib/observe/observe.ts";
import { regionReader } from "../../lib/observe/region-reader.ts";
import type { Action } from "../../lib/plan/types.ts";
import { endedClaimants } from "../../lib/record/claimants.ts";
import { type Asked, askedIn, firstWhich, withNamesakes, withObserved } from "../../lib/record/read-records.ts";
import { planWithAnswers } from "../../lib/replicator/rounds/plan-with-answers.ts";
import { ACCOUNT } from "../support/builders.ts";

const MODE = { reuse: true, patient: true };

/** The copies that may decide about the reading of the cloud, by the rule in the words of the port, out of all. */
function mayDecide(scope: Scope, copies: readonly Copy[], now: number): (copy: Copy) => boolean {
  if (scope.kind === "images") return () => true;
  const due = copies.filter((copy) => (dueAt(copy) ?? Number.POSITIVE_INFINITY) <= now);
  const roots = new Set(due.map(({ key }) => rootRefId(key)));
  // What is open and not due is left to a later poll; of what is not open, only the names decide.
  return (copy) => roots.has(rootRefId(copy.key)) || dueAt(copy) === undefined;
}

/** Plans a round that reads these records before the cloud, as `playRound` does. */
async function planFrom(scope: Scope, first: Records, all: Records | undefined, deps: Replicator & { asked: Asked }) {
  const { record } = first;
  if (!record) throw new Error("the account has no record");
  const reader = regionReader(new Map(), deps);
  const observation = await observe(scope, first, MODE, { ...deps, account: ACCOUNT, reader });
  const { copies, totals } = all ?? (await withObserved(scope, first, observation, deps));
  const sets = { deleted: new Set<string>(), vanished: 0, recalled: new Set<string>(), sweep: false };
  const ended = endedClaimants(copies, deps);
  const { policies, settle } = deps;
  const input = { ...{ observation, copies, totals, record, policies, settle, ended, now: deps.now() }, ...sets };
  const { actions } = await planWithAnswers(input, answerReader(deps), MODE);
  return { actions, copies, observation };
}

const keysOf = (action: Action) =>
  action.do === "send" ? action.claimRequests.map(({ copy }) => copy.key) : [action.copy.key];

/**
 * What a round does with the records that it reads, and what it would do with all. That may be more
 * only about copies which are not its business: not read, and in a region that was not read whole.
 */
export async function bothPlans(scope: Scope, deps: Replicator): Promise<{ some: string[]; all: string[] }> {
  const all = await deps.state.read(ACCOUNT, { all: true });
  const first = await deps.state.read(ACCOUNT, firstWhich(scope, deps.now()));
  const asked = askedIn(scope);
  const named = await withNamesakes(scope, first, asked, { account: ACCOUNT, state: deps.state });
  const some = await planFrom(scope, named, undefined, { ...deps, asked });
  const deciding = all.copies.filter(mayDecide(scope, all.copies, deps.now()));
  const whole = await planFrom(scope, { ...all, copies: deciding }, all, { ...deps, asked });
  const isRead = new Set(some.copies.map(({ key }) => copyId(key)));
  const isLeftOut = new Set(all.copies.map(({ key }) => copyId(key)).filter((id) => !isRead.has(id)));
  const concerns = (key: CopyKey) =>
    !isLeftOut.has(copyId(key)) || whole.observation.regions.get(key.region)?.complete.has("custom");
  const textsOf = (actions: readonly Action[]) => actions.map((action) => JSON.stringify(action)).sort();
  return {
    some: textsOf(some.actions),
    all: textsOf(whole.actions.filter((action) => keysOf(action).some(concerns))),
  };
}
