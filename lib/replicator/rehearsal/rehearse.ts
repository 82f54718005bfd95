// Rehearses `apply --wait` against a model of the cloud, and counts the copies that it would change.
import { randomUUID } from "node:crypto";
import { refText } from "../../model/identity.ts";
import type { Observation } from "../../model/observation.ts";
import type { Replicator } from "../../model/ports.ts";
import type { Copy, Millis } from "../../model/types.ts";
import { isAsked } from "../../plan/guards/confirmed-deletions.ts";
import { copyViewer, type ExpectedDeletion, type Outlook, type Rehearsal } from "../../report/plan/plan-view.ts";
import { nextCheck } from "../../report/summary.ts";
import { waitOrder } from "../../report/wait-order.ts";
import { type Report, replicate } from "../reconcile.ts";
import type { RunRequest } from "../run-requests.ts";
import { type RehearsalCloud, rehearsalCloud } from "./rehearsal-cloud.ts";
import { rehearsalState } from "./rehearsal-state.ts";

/** A copy takes longer than anything else: it is finished once so many runs have changed nothing. */
const IDLE_UNTIL_FINISHED = 3;
/** So many runs in succession may change nothing: then the rest waits for something outside. */
const MOST_IDLE = 6;
/** The wait after a run that changed something. */
const PAUSE: Millis = 1_000;
/** The wait after the first idle run; each following one is twice as long. */
const FIRST_WAIT: Millis = 60_000;
/** More runs are not rehearsed. A chain takes about thirty. */
const MOST_RUNS = 200;

/** What a command asks of its runs, as far as it matters to what they do. */
export type Order = Partial<
  Pick<RunRequest, "only" | "acceptVanished" | "acceptUnshare" | "acceptRecall" | "confirmed" | "retry">
>;

/**
 * Runs what `apply --wait` runs, with the same code, from an observation. Nothing is called or stored;
 * the clock of the rehearsal moves as far as the copies have to wait. Every deletion counts as confirmed.
 */
export async function rehearse(observation: Observation, deps: Replicator, order: Order = {}): Promise<Rehearsal> {
  const { account } = observation;
  const state = await rehearsalState(account, deps.state);
  const startedAt = deps.now();
  let passed: Millis = 0;
  const now = () => startedAt + passed;
  const cloud = rehearsalCloud(observation, (await state.read(account)).copies, { cloud: deps.cloud, now });
  const { logService: _, ...others } = deps;
  const rehearsed: Replicator = {
    ...others,
    ...{ cloud, state, journal: { append: async () => {} }, now, me: { id: randomUUID() } },
    stopAt: () => Number.POSITIVE_INFINITY,
    pause: () => new Promise(() => {}),
  };
  const deleted = new Set<string>();
  const { retry, ...later } = order;
  const asked = new Map<string, ExpectedDeletion>();
  const run = async (kind: "poll" | "sweep", isFirst = false) => {
    const request = { trigger: "apply", scope: { kind }, confirmed: false, ...later } as const;
    const first = isFirst && retry ? { retry } : {};
    const report = await replicate({ ...request, ...first, ...(kind === "sweep" && { deleted }) }, rehearsed);
    for (const one of deletionsIn(report)) asked.set(refText(one.image), one);
    return report;
  };

  const follow = waitOrder();
  let report = await run("sweep", true);
  const firstRun = outlookOf(cloud);
  let next = follow(report);
  let before = "";
  let idle = 0;
  const isStopped = () => deps.now() >= deps.stopAt();
  for (let runs = 1; runs < MOST_RUNS && idle < MOST_IDLE && next !== "end" && !isStopped(); runs += 1) {
    const after = progressOf(report.copies, cloud);
    idle = after === before ? idle + 1 : 0;
    before = after;
    const due = nextCheck(report.copies, now()) ?? now();
    passed += Math.max(due - now(), idle === 0 ? PAUSE : FIRST_WAIT * 2 ** (idle - 1));
    if (idle >= IDLE_UNTIL_FINISHED) cloud.finishWork();
    report = await run(next);
    next = follow(report);
  }
  const { created, deleted: gone } = cloud.effects;
  const deletions = [...asked].flatMap(([ref, one]) => (gone.has(ref) && !created.has(ref) ? [one] : []));
  return { whole: outlookOf(cloud), firstRun, deletions };
}

/** The deletions in the plan of a run that a user is asked to confirm. */
function deletionsIn({ plan }: Report): ExpectedDeletion[] {
  const view = copyViewer(plan);
  return plan.actions.filter(isAsked).map(({ copy, image, why }) => {
    const { region, imageId, name, sizeGiB } = image;
    return { ...view(copy), image: { region, imageId }, name, sizeGiB, text: why };
  });
}

/** What tells one state of the work from another. */
function progressOf(copies: readonly Copy[], { effects }: RehearsalCloud): string {
  const { created, changed, deleted } = effects;
  return JSON.stringify([created.size, changed.size, deleted.size, ...copies.map(({ phase }) => phase)]);
}

function outlookOf({ effects: { created, changed, deleted } }: RehearsalCloud): Outlook {
  const existing = [...changed].filter((ref) => !created.has(ref) && !deleted.has(ref));
  return { created: created.size, changed: existing.length, deleted: deleted.size };
}
