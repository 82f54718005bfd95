// The sentences with which the answer of a function begins: what happened, and what to do next.
import { answerText } from "../../model/messages/answer.ts";
import { fullText } from "../../model/messages/define.ts";
import type { Ignored } from "../../model/messages/event.ts";
import { areSentLater } from "../../model/messages/log.ts";
import type { Totals } from "../../model/ports.ts";
import type { Copy, Reason, Run } from "../../model/types.ts";
import type { PlanView } from "../plan/plan-view.ts";
import type { CopyLine, Counts } from "../summary.ts";
import type { ImageResult, NamedImage } from "./image-results.ts";

/** A run, as far as its answer shows it. */
export interface AnswerInput {
  readonly account: string;
  readonly run: Run;
  /** The copies that the answer is about. */
  readonly copies: readonly Copy[];
  /** Whether these are a part of the copies of the account. */
  readonly isPart: boolean;
  /** The copies of the whole account by phase. */
  readonly totals: Totals;
  readonly problems: readonly Reason[];
  readonly done: Readonly<Record<string, number>>;
  /** Of a dry run: its plan. */
  readonly plan?: PlanView;
  /** Of an event: the images that it names, and the parts of it that name none. */
  readonly event?: { readonly images: readonly NamedImage[]; readonly ignored: readonly Ignored[] };
}

/** What an answer is made of. */
export type AnswerFacts = Omit<AnswerInput, "copies"> & {
  readonly counts: Counts;
  readonly copies: readonly CopyLine[];
  readonly images?: readonly ImageResult[];
};

/** The most characters of a sentence: a reason can hold long texts of the cloud. */
const LONGEST = 800;

/** A text that is not longer than a person reads. */
export function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** What happened. */
export function summaryOf(facts: AnswerFacts): string {
  const { run, plan, done, counts, images = [] } = facts;
  if (run.skipped !== undefined) return answerText("nothing-done", { why: run.skipped }).text;
  const copying = counts.waiting + counts.retrying + counts.copying + counts.finishing;
  const about = { of: facts.isPart && !plan ? "part" : "account", counts, isContinued: copying > 0 && !plan } as const;
  const [lost, ...others] = images.filter(({ copies }) => copies === 0);
  const isOnlyLost = lost !== undefined && others.length + 1 === images.length;
  return [
    ...(plan ? [dryRunText(plan)] : []),
    ...(run.stoppedEarly ? [answerText("stopped-early").text] : []),
    ...(plan ? [] : [changesText(done)]),
    ...(lost ? [answerText("image-without-copies", { ...lost, more: others.length }).text] : []),
    ...(isOnlyLost ? [] : [answerText("copy-counts", about).text]),
  ].join(" ");
}

function dryRunText({ create, update, delete: deleted }: NonNullable<AnswerFacts["plan"]>): string {
  const requested = create.reduce((sum, { destinations }) => sum + destinations.length, 0);
  return answerText("dry-run", { requested, changed: update.length, deleted: deleted.length }).text;
}

function changesText(done: AnswerFacts["done"]): string {
  return Object.keys(done).length === 0
    ? answerText("nothing-to-change").text
    : answerText("changed", { counts: done }).text;
}

/** What a person has to do; null if nothing. */
export function nextOf({ problems: all, copies, counts, run, plan }: AnswerFacts): string | null {
  const problems = all.filter((problem) => !areSentLater(problem));
  const stopped = copies.filter(({ state }) => state === "blocked" || state === "failed");
  const firsts = [
    ...problems.map(fullText),
    ...stopped.map(
      ({ source, region, reason }) => `${source.imageId} to ${region}: ${reason ? fullText(reason) : null}`,
    ),
  ];
  const [first] = firsts;
  // The counts of a dry run are as they are recorded, without the copies that it would block.
  const count = problems.length + Math.max(stopped.length, counts.blocked + counts.failed);
  const hasWork = plan !== undefined && plan.create.length + plan.update.length + plan.delete.length > 0;
  const sentences = [
    ...(first === undefined ? [] : [needsYou(count, cut(first), stopped.length > 0)]),
    ...(first === undefined && count > 0 ? [answerText("blocked-elsewhere", { count }).text] : []),
    ...(run.stoppedEarly ? [answerText("run-again").text] : []),
    ...(hasWork ? [answerText("apply-dry-run").text] : []),
  ];
  return sentences.length > 0 ? sentences.join(" ") : null;
}

function needsYou(count: number, first: string, canRetry: boolean): string {
  return answerText("needs-you", { count, first, canRetry }).text;
}

/** What is said of an event that names no image: the first of the reasons. */
export function noRunSentences([first]: readonly Ignored[]): { summary: string; next: string | null } {
  const summary = cut(answerText("nothing-done", { why: first?.text ?? "" }).text);
  return { summary, next: first?.remedy === undefined ? null : sentence(cut(first.remedy)) };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.?$/, ".")}`;
}
