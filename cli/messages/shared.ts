// Lines that several commands print.
import { error, info, warn } from "../../lib/model/messages/define.ts";
import { copiesOf, count } from "./words.ts";

export const sharedLines = {
  "input-error": error(
    (p: { where: string; field?: string; text: string }) =>
      `error: ${p.where}: ${p.field ? `${p.field}: ` : ""}${p.text}`,
  ),
  failed: error((p: { text: string }) => `error: ${p.text}`),
  remedy: info((p: { remedy: string }) => `  ${p.remedy}`),
  "internal-error": error(() => "Internal error. Please report it with the output of LOG_LEVEL=debug."),
  "output-failed": error((p: { text: string }) => `error: cannot write the output: ${p.text}`),
  "endpoint-unreachable": info(
    (p: { endpoint: string }) =>
      `All calls go to REPLICATOR_ENDPOINT=${p.endpoint}: start the server at this address, or correct or unset the variable.`,
  ),
  "run-again": info(
    () =>
      "Run it again in a minute: such failures pass by themselves. If it lasts, ask the vendor with the request id.",
  ),
  "network-unreachable": info(() => "Check the network and the DNS of this machine."),
  warning: warn((p: { where: string; field?: string; text: string }) => {
    return `warning: ${p.where}: ${p.field ? `${p.field}: ` : ""}${p.text}`;
  }),
  "plan-warning": warn((p: { text: string }) => `warning: ${p.text}`),
  problem: error((p: { text: string }) => `problem: ${p.text}`),
  note: info((p: { text: string }) => `note: ${p.text}`),
  unconfirmed: error((p: { effect: string }) => `${p.effect}; confirm with --yes`),
  "confirm-prompt": info((p: { effect: string }) => `This ${p.effect}. Continue? (yes/no) `),
  cancelled: error(() => "cancelled; nothing was changed"),
  /** `why`: empty if the call still waits. */
  "no-answer": warn((p: { time: string; call: string; why: string }) => {
    return p.why
      ? `${p.why}, since ${p.time} UTC; still trying`
      : `no answer from the cloud to ${p.call} since ${p.time} UTC; still trying`;
  }),
  "answers-again": info((p: { call: string; after: string }) => `${p.call} is answered again, after ${p.after}`),
  stopping: info(() => "stopping after the calls in progress; press Ctrl-C again to stop at once"),
  reading: info(() => "reading the cloud …"),
  totals: info((p: { copies: number; states: string }) => {
    return `${copiesOf(p.copies)}${p.states ? `: ${p.states}` : ""}`;
  }),
  "hidden-rows": info((p: { rows: number; isOfImages: boolean; states: string }) => {
    return `… and ${count(p.rows, p.isOfImages ? "more image" : "more row")}: ${p.states}`;
  }),
  "checked-at": info((p: { totals: string; time: string }) => `${p.totals}; checked at ${p.time} UTC`),
  /** `done`: how many of the copies that this command follows are ready, or were deleted as planned. */
  "n-of-m": info((p: { done: number; all: number; totals: string; elapsed: string }) => {
    return `${p.done} of ${p.all} ready after ${p.elapsed}; ${p.totals}`;
  }),
  changed: info(
    (p: { name: string; source: string; from: string; to: string; state: string }) =>
      `${p.name} (${p.source}) ${p.from} → ${p.to}: ${p.state}`,
  ),
  "narrowed-to": info((p: Record<"only" | "region" | "image", readonly string[]>) => {
    const named = (word: string, values: readonly string[]) =>
      values.length > 0 ? [`${word} ${values.join(" or ")}`] : [];
    return [...named("policy", p.only), ...named("region", p.region), ...named("image", p.image)].join(", ");
  }),
  "state-with-reason": info((p: { state: string; reason: string }) => `${p.state}: ${p.reason}`),
} as const;
