// The command plan: shows pending changes, skipped images, size, cost and duration.

import { type Preflight, preflight } from "../../lib/apply/requests/preflight.ts";
import { fullText } from "../../lib/model/messages/define.ts";
import type { CopyState, Reason } from "../../lib/model/types.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { rehearse } from "../../lib/replicator/rehearsal/rehearse.ts";
import { copyLabel, placeText } from "../../lib/report/copy-label.ts";
import type { Estimate } from "../../lib/report/estimate.ts";
import { type CopyView, type CreateView, hasWork, type PlanView, viewOf } from "../../lib/report/plan-view.ts";
import { nextAttemptText } from "../../lib/report/summary.ts";

import { writeJson } from "../json.ts";
import { message } from "../messages/catalogue.ts";
import { lineOf } from "../ui/text.ts";
import { withReplicator } from "../with-replicator.ts";

/**
 * The plan lists every copy in these states, so it does not list record changes that lead to them.
 */
const LISTED_STATES = new Set<CopyState>(["blocked", "failed", "waiting", "retrying"]);

/** States of copies that are not finished. */
const OPEN: readonly CopyState[] = ["copying", "finishing", "waiting", "retrying", "blocked", "failed"];

/**
 * Runs `plan`, which changes nothing in the cloud or in the state. Answers the exit code: 3 if
 * manual action is required, 4 if changes are pending and `--detailed-exitcode` is set.
 */
export async function plan(options: {
  policy?: string;
  json?: boolean;
  preflight?: boolean;
  detailedExitcode?: boolean;
}): Promise<0 | 3 | 4> {
  return withReplicator(
    options.policy,
    async ({ replicator, warnings, prices }) => {
      const report = await replicate({ trigger: "plan", scope: { kind: "sweep" }, mode: "dry-run" }, replicator);
      const outlook = report.observation ? await rehearse(report.observation, replicator) : null;
      const view = viewOf(report.plan, prices, outlook);
      const preflights = options.preflight ? await preflight(report.plan, replicator) : undefined;
      if (options.json) {
        writeJson("plan", { ...view, ...(preflights && { preflight: preflights }) });
      } else {
        for (const warning of warnings) process.stderr.write(lineOf(message("warning", warning).text));
        process.stdout.write(textOf(view, preflights));
      }
      if (view.problems.length > 0 || preflights?.some(({ outcome }) => outcome === "terminal")) return 3;
      return options.detailedExitcode && hasWork(view) ? 4 : 0;
    },
    { readOnly: true },
  );
}

/**
 * A plan as text. Every line is safe to print: other people choose the names, ids and texts in it.
 */
export function textOf(view: PlanView, preflights?: readonly Preflight[]): string {
  const lines: string[] = [
    ...view.create.map(createText),
    ...view.update.map((change) => {
      const { image, region, text } = change;
      return message("plan-update", { imageId: image.imageId, region, source: sourceText(change), text }).text;
    }),
    ...view.delete.map(({ image, name, sizeGiB, text, after }) => {
      return message("plan-delete", { ...image, name, sizeGiB, unshareFirst: after !== null, text }).text;
    }),
    ...view.recordOnly
      .filter((change) => !isShownElsewhere(change, view))
      .map((change) => {
        return message("plan-state-only", { copy: copyText(change), state: change.state, text: change.text }).text;
      }),
    ...[...grouped(view.waiting, waitText), ...grouped(view.pausing, stateText)].map(([reason, copies]) => {
      return message("plan-waiting", { copies: shortList(copies.map(copyText)), reason }).text;
    }),
    ...[...grouped(view.blocked, stateText)].map(([reason, copies]) => {
      return message("plan-blocked", { copies: shortList(copies.map(copyText)), reason }).text;
    }),
    ...[...grouped(view.retained, ({ reason }) => fullText(reason))].map(([reason, copies]) => {
      const images = shortList(copies.map(({ image }) => `${image.imageId} in ${image.region}`));
      return message("plan-retained", { images, reason }).text;
    }),
    ...notSelectedTexts(view),
    ...(preflights ? preflightTexts(preflights, view) : []),
    ...view.warnings.map((warning) => message("plan-warning", { text: fullText(warning) }).text),
    ...view.problems.map((problem) => message("problem", { text: fullText(problem) }).text),
    ...totalTexts(view),
    estimateText(view.estimate),
  ];
  return lines.filter(Boolean).map(lineOf).join("");
}

function createText({ source, name, as, policy: by, variant, destinations, intermediate }: CreateView): string {
  const { imageId, region } = source;
  const isIntermediate = intermediate.length === destinations.length;
  const common = { name, imageId, as: as === name || isIntermediate ? undefined : as, by };
  if (variant !== "plain") return message("plan-encrypt", { ...common, region }).text;
  const to = destinations.map((one) => placeText(one, copyLabel(variant, intermediate.includes(one))));
  return message("plan-copy", { ...common, from: region, to }).text;
}

function sourceText({ source, sourceName, variant, intermediate }: CopyView): string {
  const label = copyLabel(variant, intermediate);
  return message("plan-source", { ...source, name: sourceName, label }).text;
}

function copyText({ source, region, variant, intermediate }: CopyView): string {
  return `${source.imageId} → ${placeText(region, copyLabel(variant, intermediate))}`;
}

function stateText({ state, reason }: { state: CopyState; reason: Reason }): string {
  return message("state-with-reason", { state, reason: fullText(reason) }).text;
}

/** A copy that failed shows its next attempt. */
function waitText(copy: PlanView["waiting"][number]): string {
  const { state, until, attempts } = copy;
  const next = state === "retrying" && until !== null ? [nextAttemptText(attempts, until)] : [];
  return [stateText(copy), ...next].join("; ");
}

/**
 * Whether the plan shows a record change with all copies in its state, as a warning, or with the call
 * that belongs to it.
 */
function isShownElsewhere(change: PlanView["recordOnly"][number], { update }: PlanView): boolean {
  if (LISTED_STATES.has(change.state) || change.event === "shared-by-others") return true;
  const isSameCopy = (one: CopyView) => sourceText(one) === sourceText(change) && one.region === change.region;
  return change.event === "drift" && update.some(isSameCopy);
}

function notSelectedTexts({ notSelected }: PlanView): string[] {
  const groups = grouped(notSelected, ({ policy, reason }) => JSON.stringify([policy, reason.code]));
  const lines = [...groups.values()].flatMap((images): string[] => {
    const [first] = images;
    if (!first) return [];
    const { policy, reason } = first;
    return [message("plan-not-selected", { images: images.length, policy, code: reason.code }).text];
  });
  return lines.length > 0 ? [...lines, message("plan-explain-hint").text] : [];
}

function preflightTexts(preflights: readonly Preflight[], { waiting }: PlanView): string[] {
  const lines = preflights.map(({ source: { imageId }, region, outcome, reason }): string => {
    if (!reason) return message("preflight-accepted", { imageId, region }).text;
    const code = outcome === "terminal" ? "preflight-refused" : "preflight-inconclusive";
    return message(code, { imageId, region, reason: fullText(reason) }).text;
  });
  return waiting.length > 0 ? [...lines, message("preflight-waiting", { copies: waiting.length }).text] : lines;
}

/** What is done now and by `apply --wait` in all; and what is open, if nothing is done now. */
function totalTexts(view: PlanView): string[] {
  const { outlook } = view;
  const total = message("plan-total", {
    copies: outlook?.created ?? view.create.reduce((sum, { destinations }) => sum + destinations.length, 0),
    calls: new Set(view.create.map(({ callIndex }) => callIndex)).size,
    updates: outlook?.changed ?? view.update.length,
    deletions: outlook?.deleted ?? view.delete.length,
    waiting: view.waiting.length,
  }).text;
  if (hasWork(view)) return [total];
  const copies = [...view.waiting, ...view.inProgress, ...view.blocked];
  const open = OPEN.flatMap((state) => {
    const number = copies.filter((one) => one.state === state).length;
    return number > 0 ? [`${number} ${state}`] : [];
  });
  const isLater = outlook !== null && outlook.created + outlook.changed + outlook.deleted > 0;
  return [
    (open.length > 0 ? message("nothing-to-do-now", { open }) : message("nothing-to-do")).text,
    ...(isLater ? [total] : []),
  ];
}

/** Size, cost and duration of the plan in one line; empty if it adds and frees nothing. */
function estimateText(estimate: Estimate): string {
  const { addGiB, passingGiB, freeGiB, expectedMs, measured } = estimate;
  const parts: string[] = [];
  if (addGiB > 0) parts.push(message("estimate-adds", { gib: addGiB, cost: costText(estimate) }).text);
  if (passingGiB > 0) {
    parts.push(message("estimate-adds-temporarily", { gib: passingGiB, isMore: addGiB > 0 }).text);
  }
  const minutes = Math.max(1, Math.round((expectedMs ?? 0) / 60_000));
  const time = expectedMs === null ? message("estimate-no-time") : message("estimate-time", { minutes, measured });
  const sentences: string[] = [];
  if (parts.length > 0) sentences.push(`${[...parts, time.text].join("; ")}.`);
  if (freeGiB > 0) sentences.push(message("estimate-frees", { gib: freeGiB }).text);
  return sentences.join(" ");
}

function costText({ monthlyCost, currency, unpriced }: Estimate): string {
  if (unpriced.length > 0) return message("estimate-cost-unknown", { regions: unpriced }).text;
  if (monthlyCost === null) return "";
  return message("estimate-cost", { cost: monthlyCost.toFixed(2), currency: currency ?? "" }).text;
}

function grouped<T>(items: readonly T[], textFor: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(textFor(item), [...(groups.get(textFor(item)) ?? []), item]);
  return groups;
}

/** At most three texts whole; of more, the first two and the number of the others. */
function shortList(texts: readonly string[]): string {
  if (texts.length <= 3) return texts.join(", ");
  return message("and-more", { first: texts.slice(0, 2), more: texts.length - 2 }).text;
}
