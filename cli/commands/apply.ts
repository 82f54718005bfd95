// The command apply: shows the plan, asks before it deletes, then one run, or with --wait as many as the copies need.

import { copyId, imageIdOf, refText } from "../../lib/model/identity.ts";
import { fullText } from "../../lib/model/messages/define.ts";
import { LEFT_OUT, UNCONFIRMED_POLICY } from "../../lib/model/messages/reasons.ts";
import type { Copy } from "../../lib/model/types.ts";
import type { Opened } from "../../lib/replicator/open/open-replicator.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import type { RunRequest } from "../../lib/replicator/run-requests.ts";
import type { PlanView } from "../../lib/report/plan/plan-view.ts";
import { message } from "../messages/catalogue.ts";
import { untilInterrupted, update, wait, watched } from "../runs/follow.ts";
import { type LookAhead, lookAhead } from "../runs/look-ahead.ts";
import type { NarrowingOptions } from "../runs/narrowing.ts";
import { withReplicator } from "../runs/with-replicator.ts";
import { type Applied, printApplied } from "../ui/apply/apply-result.ts";
import { type ChangeCounts, watchChanges } from "../ui/apply/change-counter.ts";
import { type Progress, showProgress } from "../ui/apply/progress.ts";
import { watchAnswers } from "../ui/apply/watch-answers.ts";
import { Cancelled } from "../ui/cancelled.ts";
import { ask, canAsk } from "../ui/confirm.ts";
import { planText } from "../ui/plan-text.ts";
import { print } from "../ui/print.ts";
import { roomOf } from "../ui/room.ts";
import { clean } from "../ui/text.ts";
import { printWarnings } from "../ui/warnings.ts";

/** The options of `apply`. */
export interface ApplyOptions extends NarrowingOptions {
  readonly policy?: string;
  readonly json?: boolean;
  readonly wait?: boolean;
  /** Delete what the policies say without asking. */
  readonly yes?: boolean;
  readonly acceptVanished?: boolean;
  readonly acceptUnshare?: boolean;
  readonly acceptRecall?: boolean;
}

/**
 * Adjusts the first run of a command, depending on the records before it. `say` prints a notice.
 */
export type Begin = (
  copies: readonly Copy[],
  say: (text: string) => void,
) => Partial<Pick<RunRequest, "trigger" | "acceptVanished" | "retry" | "readAnyway">>;

/** What the runs of one command share. */
interface Session {
  readonly options: ApplyOptions;
  readonly opened: Opened;
  readonly progress: Progress;
  readonly interrupted: () => boolean;
  /** The copies that were changed since the last call; undefined if none was. */
  readonly changedCopies: () => Promise<readonly Copy[] | undefined>;
}

/**
 * Runs `apply`. The plan, questions and progress go to standard error, the result to standard output.
 * Answers the exit code: 3 also if an image was not deleted because that was not confirmed, 130 after an
 * interrupt. Throws `InputError` for unknown values, and `Cancelled` if the first question is not answered.
 */
export async function apply(options: ApplyOptions, begin: Begin = () => ({})): Promise<0 | 1 | 3 | 130> {
  const progress = showProgress(process.stderr);
  let changed = false;
  const say = (text: string) => progress.say(text);
  const changes = watchChanges(say, () => {
    changed = true;
  });
  const work: Parameters<typeof withReplicator<0 | 1 | 3 | 130>>[1] = async (inner, interrupted) => {
    const watch = watchAnswers(inner.replicator.cloud, say);
    const opened = { ...inner, replicator: { ...inner.replicator, cloud: watch.cloud } };
    const changedCopies = async () => {
      if (!changed) return undefined;
      changed = false;
      return await recorded(opened);
    };
    try {
      return await applyWith({ options, opened, progress, interrupted, changedCopies }, begin, changes);
    } finally {
      watch.close();
    }
  };
  return withReplicator(options.policy, work, { say, journals: [changes.journal] });
}

async function recorded({ replicator, state }: Opened): Promise<readonly Copy[]> {
  return (await state.read(await replicator.cloud.account(), { all: true })).copies;
}

async function applyWith(session: Session, begin: Begin, changes: ChangeCounts): Promise<0 | 1 | 3 | 130> {
  const { options, opened, progress, interrupted } = session;
  const before = await recorded(opened);
  const firstRun = begin(before, (text) => progress.say(text));
  const accepted = {
    ...(options.acceptVanished && { acceptVanished: true }),
    ...(options.acceptUnshare && { acceptUnshare: true }),
    ...(options.acceptRecall && { acceptRecall: true }),
    confirmed: false,
  };
  const ahead = await lookAheadIf(session, { ...accepted, ...firstRun });
  if (interrupted()) return 130;
  const confirmed = await confirmDeletions(ahead?.view, options);
  const order = { ...accepted, ...(ahead?.only && { only: ahead.only }) };
  const known = (ahead?.view.warnings ?? []).map(({ text }) => text);
  const runs = startRuns({ ...session, known }, before, {
    ...order,
    ...(confirmed && { confirmedDeletions: confirmed }),
  });
  progress.begin(before.filter(({ key }) => ahead?.only?.(key) ?? true));
  let report = await runs.run(firstRun);
  let isCancelled = false;
  const askLater = async (question: string) => {
    if (options.json || !canAsk() || interrupted() || isCancelled) return false;
    return ask(question).catch((error: unknown) => {
      if (!(error instanceof Cancelled)) throw error;
      isCancelled = true;
      return false;
    });
  };
  const isHeldBack = report.run.problems.some(({ code }) => code === UNCONFIRMED_POLICY);
  if (isHeldBack && (await askLater(message("take-back-prompt").text))) report = await runs.run({ confirmed: true });
  if (options.wait && !isCancelled) report = await runs.wait(report);
  // A deletion that the plan did not show: because another program has changed something, or time has passed.
  const refused = new Set((ahead ? deletionsOf(ahead.view) : []).map(refText).filter((ref) => !confirmed?.has(ref)));
  let allConfirmed: ReadonlySet<string> = confirmed ?? new Set();
  for (let more = further(report, refused); more.length > 0; more = further(report, refused)) {
    for (const { image } of more) refused.add(refText(image));
    const sizeGiB = more.reduce((sum, { image }) => sum + image.sizeGiB, 0);
    if (!(await askLater(message("delete-prompt", { images: more.length, sizeGiB, isLater: true }).text))) break;
    allConfirmed = new Set([...allConfirmed, ...more.map(({ image }) => refText(image))]);
    report = await runs.run({ confirmedDeletions: allConfirmed });
    if (options.wait) report = await runs.wait(report);
  }
  const isOver = !interrupted() && !isCancelled;
  const applied: Applied = { report, changes, names: namesOf(ahead), narrowing: ahead?.narrowing, isOver };
  return printApplied(applied, options);
}

/** With --json nobody reads the plan, so it is made only if the command is narrowed by it. */
async function lookAheadIf(
  { options, opened, interrupted }: Session,
  order: Parameters<typeof lookAhead>[2],
): Promise<LookAhead | undefined> {
  const isNarrowed = [options.only, options.region, options.image].some((values) => values && values.length > 0);
  if (options.json && !isNarrowed) return undefined;
  if (!options.json) print(process.stderr, message("reading").text);
  const looking = lookAhead(opened, options, order);
  const ahead = await Promise.race([looking, untilInterrupted(interrupted, looking)]);
  if (options.json || !ahead) return ahead;
  printWarnings(opened);
  const { width, color } = roomOf(process.stderr);
  process.stderr.write(`${planText(ahead.view, { width, color, narrowing: ahead.narrowing })}\n`);
  return ahead;
}

/** The images whose deletion the user confirms; undefined if everything may be deleted. Throws `Cancelled`. */
async function confirmDeletions(
  view: PlanView | undefined,
  { yes, json }: ApplyOptions,
): Promise<ReadonlySet<string> | undefined> {
  if (yes) return undefined;
  const deletions = view ? deletionsOf(view) : [];
  if (json || deletions.length === 0 || !canAsk()) return new Set();
  const sizeGiB = deletions.reduce((sum, one) => sum + one.sizeGiB, 0);
  const isConfirmed = await ask(message("delete-prompt", { images: deletions.length, sizeGiB, isLater: false }).text);
  return new Set(isConfirmed ? deletions.map(refText) : []);
}

/** The deletions that the plan shows, now and later. */
function deletionsOf(view: PlanView) {
  return [...view.delete, ...view.deleteLater].map(({ image, name, sizeGiB }) => ({ ...image, name, sizeGiB }));
}

function namesOf(ahead: LookAhead | undefined): ReadonlyMap<string, string> {
  return new Map((ahead ? deletionsOf(ahead.view) : []).map((image) => [refText(image), image.name]));
}

/** The images that were not deleted and about which the user was not asked yet. */
function further({ unconfirmed }: Report, refused: ReadonlySet<string>) {
  return unconfirmed.filter(({ image }) => !refused.has(refText(image)));
}

/** The runs of the command, one after the other, and what they share. */
function startRuns(
  session: Session & { readonly known: readonly string[] },
  before: readonly Copy[],
  order: Partial<RunRequest>,
) {
  const { opened, progress, interrupted, changedCopies } = session;
  const { replicator, state } = opened;
  const isPart = ({ key, policy }: Copy) => order.only?.(key, policy) ?? true;
  const latest = new Map(before.map((copy) => [copyId(copy.key), copy]));
  const leftOut = new Set<string>(session.known);
  let kept: Report["unconfirmed"] = [];
  let request: RunRequest = { trigger: "apply", scope: { kind: "sweep" }, deleted: new Set(), ...order };
  // A poll plans no deletions, so what the last sweep has kept stays kept, unless another program has deleted it.
  const isStillThere = ({ copy: { key }, image }: Report["unconfirmed"][number]) => {
    const copy = latest.get(copyId(key));
    return copy !== undefined && imageIdOf(copy) === image.imageId;
  };
  const runOnce = async (request: RunRequest): Promise<Report> => {
    const changedPart = async () => (await changedCopies())?.filter(isPart);
    const ended = await watched(replicate(request, replicator), changedPart, progress);
    const account = await replicator.cloud.account();
    await update(latest, ended.copies, async (images) => (await state.read(account, { images })).copies);
    kept = request.scope.kind === "sweep" ? ended.unconfirmed : kept.filter(isStillThere);
    const report = { ...ended, copies: [...latest.values()].filter(isPart), unconfirmed: kept };
    for (const warning of report.plan.warnings.filter(({ code }) => code === LEFT_OUT)) {
      if (!leftOut.has(warning.text)) progress.say(clean(message("plan-warning", { text: fullText(warning) }).text));
      leftOut.add(warning.text);
    }
    progress.show(report.copies);
    return report;
  };
  return {
    /** A sweep; what is confirmed in it stays so, what else is asked of it is asked once. */
    run({ confirmed, confirmedDeletions, ...once }: Partial<RunRequest>): Promise<Report> {
      if (confirmed !== undefined) request = { ...request, confirmed };
      if (confirmedDeletions) request = { ...request, confirmedDeletions };
      return runOnce({ ...request, ...once });
    },
    /** Runs until nothing is left to wait for. */
    wait(report: Report): Promise<Report> {
      const { deleted: _, ...poll } = { ...request, scope: { kind: "poll" } as const };
      return wait(report, (kind) => runOnce(kind === "sweep" ? request : poll), interrupted, progress);
    },
  };
}
