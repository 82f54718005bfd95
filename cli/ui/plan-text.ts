// A plan as text: a diff of copies by policy, then what it adds up to.

import picocolors from "picocolors";
import type { Preflight } from "../../lib/apply/requests/preflight.ts";
import { fullText } from "../../lib/model/messages/define.ts";
import { copyLabel, placeText } from "../../lib/report/copies/copy-label.ts";
import type { Estimate } from "../../lib/report/plan/estimate.ts";
import {
  type DiffLine,
  diffOf,
  groupsOf,
  type LineGroup,
  type PolicyDiff,
  SIGNS,
  type Sign,
} from "../../lib/report/plan/plan-diff.ts";
import { hasWork, type PlanView } from "../../lib/report/plan/plan-view.ts";
import { nextAttempt } from "../../lib/report/summary.ts";
import { message } from "../messages/catalogue.ts";
import { problemTexts } from "./status/problem-texts.ts";
import { clean, wrap } from "./text.ts";

/** How a plan is printed. The defaults are those of a pipe. */
export interface PlanTextOptions {
  /** Columns of the terminal; nothing is wrapped without. */
  readonly width?: number;
  readonly color?: boolean;
  /** Each copy has a line of its own, however many there are. */
  readonly all?: boolean;
  /** The answers of DryRun calls. */
  readonly preflights?: readonly Preflight[] | undefined;
  /** What the command is narrowed to, as text, and how many copies that are. */
  readonly narrowing?: { readonly text: string; readonly copies: number } | undefined;
}

/** What a line begins with, and what follows; `indent`: of what is wrapped. */
interface Row {
  readonly sign?: Sign;
  readonly text: string;
  readonly indent?: number;
  readonly isHeading?: boolean;
}

/** A plan as text. Every line is safe to print: other people choose the names, ids and texts in it. */
export function planText(view: PlanView, options: PlanTextOptions = {}): string {
  const { width = Number.POSITIVE_INFINITY, color = false, preflights, narrowing } = options;
  const policies = diffOf(view);
  const signs = SIGNS.filter((sign) => policies.some(({ lines }) => lines.some((line) => line.sign === sign)));
  const rows: Row[] = [
    ...(narrowing
      ? [{ text: message("plan-narrowed", { chosen: narrowing.text, copies: narrowing.copies }).text }]
      : []),
    ...(signs.length > 0 ? [{ text: message("plan-legend", { signs }).text }] : []),
    ...policies.flatMap((policy) => policyRows(policy, options.all ?? false)),
    ...(policies.length > 0 ? [{ text: "" }] : []),
    ...(preflights ? preflightTexts(preflights, view).map((text) => ({ text, indent: 2 })) : []),
    ...view.warnings.map((one) => ({ text: message("plan-warning", { text: fullText(one) }).text, indent: 2 })),
    ...problemLines(view).map((text) => ({ text, indent: 2 })),
    ...totalTexts(view, narrowing?.text).map((text) => ({ text, indent: 2 })),
    ...[estimateText(view.estimate)].filter(Boolean).map((text) => ({ text, indent: 2 })),
  ];
  const paint = picocolors.createColors(color);
  const signed: Record<Sign, (text: string) => string> = {
    ...{ "+": paint.green, "~": paint.yellow, "-": paint.red },
    ...{ "=": paint.dim, "·": paint.dim, "!": (text: string) => paint.bold(paint.red(text)) },
  };
  const lines = rows.flatMap(({ sign, text, indent = 0, isHeading }) => {
    const [first = "", ...rest] = wrap(clean(sign ? `  ${sign} ${text}` : text), width, indent);
    if (isHeading) return [paint.bold(first), ...rest];
    return [sign ? `  ${signed[sign](sign)}${first.slice(3)}` : first, ...rest];
  });
  return lines.map((line) => `${line}\n`).join("");
}

function policyRows({ policy, lines, notSelected }: PolicyDiff, all: boolean): Row[] {
  const number = (sign: Sign) => lines.filter((line) => line.sign === sign).length;
  const words: readonly (readonly [Sign, string])[] = [
    ...([
      ["+", "to create"],
      ["~", "to change"],
      ["-", "to delete"],
      ["=", "retained"],
    ] as const),
    ...([
      ["·", "waiting or under way"],
      ["!", "for manual action"],
    ] as const),
  ];
  const counts = words.flatMap(([sign, word]) => (number(sign) > 0 ? [`${number(sign)} ${word}`] : []));
  const codes = [...notSelected];
  return [
    { text: "" },
    { text: message("plan-policy", { policy, counts }).text, isHeading: true },
    ...groupsOf(lines, all).flatMap((group): Row[] => [
      { sign: group.lines[0].sign, text: groupText(group), indent: 6 },
      ...(group.hidden ? [{ text: `    ${message("plan-hidden", group.hidden).text}`, indent: 6 }] : []),
    ]),
    ...(codes.length > 0 ? [{ text: `    ${message("plan-not-selected", { codes }).text}`, indent: 6 }] : []),
  ];
}

function groupText({ lines }: LineGroup): string {
  const [first] = lines;
  const { sign, source, sourceName: name, image, text, when } = first;
  const from = source.region;
  const to = lines.map(placeOf);
  const isOneSource = lines.every((line) => line.source.imageId === source.imageId && line.source.region === from);
  const copies = { name, imageId: source.imageId, from, to };
  const images = lines.map((line) => (line.image ? `${line.image.imageId} in ${line.image.region}` : copyText(line)));
  if (sign === "+") return message("plan-create", { ...copies, as: first.as, sizeGiB: image?.sizeGiB }).text;
  if (sign === "-" && image) {
    const { imageId, region, name: own = name, sizeGiB = 0 } = image;
    return message("plan-delete", { name: own, imageId, region, sizeGiB, when, text }).text;
  }
  if (sign === "~") return message("plan-change", { images, name, text }).text;
  if (sign === "=" && image) return message("plan-retained", { images, reason: text }).text;
  const state = stateText(first);
  if (isOneSource) return message("plan-stands", { ...copies, state }).text;
  return message("plan-stand", { copies: lines.map(copyText), state }).text;
}

function placeOf({ region, variant, intermediate }: DiffLine): string {
  return placeText(region, copyLabel(variant, intermediate));
}

function copyText(line: DiffLine): string {
  return `${line.source.imageId} → ${placeOf(line)}`;
}

/** A copy that failed shows its next attempt. */
function stateText({ state = "waiting", text, next }: DiffLine): string {
  const all = [text, ...(next ? [nextAttempt(next.attempts, next.until).text] : [])].filter(Boolean).join("; ");
  return all === "" ? state : message("state-with-reason", { state, reason: all }).text;
}

function preflightTexts(preflights: readonly Preflight[], { waiting }: PlanView): string[] {
  const lines = preflights.map(({ source: { imageId }, region, outcome, reason }): string => {
    if (!reason) return message("preflight-accepted", { imageId, region }).text;
    const code = outcome === "terminal" ? "preflight-refused" : "preflight-inconclusive";
    return message(code, { imageId, region, reason: fullText(reason) }).text;
  });
  return waiting.length > 0 ? [...lines, message("preflight-waiting", { copies: waiting.length }).text] : lines;
}

/** Each problem; and of all regions that could not be read one line, as they make the plan incomplete. */
function problemLines({ problems, incomplete }: PlanView): string[] {
  const regions = incomplete.map(({ region, reason }) => `${region}: ${fullText(reason)}`);
  const others = incomplete.length > 0 ? problems.filter(({ code }) => !code.startsWith("unreadable-")) : problems;
  return [...problemTexts(others), ...(regions.length > 0 ? [message("incomplete", { regions }).text] : [])];
}

/** What is done now and by `apply --wait` in all; and what is open, if nothing is done now. */
function totalTexts(view: PlanView, chosen: string | undefined): string[] {
  const { outlook } = view;
  const planned = {
    created: view.create.reduce((sum, { destinations }) => sum + destinations.length, 0),
    changed: view.update.length,
    deleted: view.delete.length,
  };
  const all = outlook ?? planned;
  const now = outlook?.now ?? planned;
  const isMore = all.created !== now.created || all.changed !== now.changed || all.deleted !== now.deleted;
  const open = openTexts(view);
  const total = message("plan-total", { ...all, now: isMore ? now : undefined, open }).text;
  if (hasWork(view) || all.created + all.changed + all.deleted > 0) return [total];
  if (open.length > 0) return [message("nothing-to-do-now", { chosen, open }).text];
  return view.incomplete.length > 0 ? [] : [message("nothing-to-do", { chosen }).text];
}

function openTexts({ waiting, inProgress, blocked }: PlanView): string[] {
  const copies = [...waiting, ...inProgress, ...blocked];
  const states = ["copying", "finishing", "waiting", "retrying", "blocked", "failed"] as const;
  return states.flatMap((state) => {
    const number = copies.filter((one) => one.state === state).length;
    return number > 0 ? [`${number} ${state}`] : [];
  });
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
