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
  stopping: info(() => "stopping after the calls in progress; press Ctrl-C again to stop at once"),
  reading: info(() => "reading the cloud …"),
  totals: info((p: { copies: number; states: string }) => {
    return `${copiesOf(p.copies)}${p.states ? `: ${p.states}` : ""}`;
  }),
  "hidden-images": info((p: { images: number; states: string }) => {
    return `… and ${count(p.images, "more image")}: ${p.states}`;
  }),
  "checked-at": info((p: { totals: string; time: string }) => `${p.totals}; checked at ${p.time} UTC`),
  changed: info(
    (p: { name: string; source: string; from: string; to: string; state: string }) =>
      `${p.name} (${p.source}) ${p.from} → ${p.to}: ${p.state}`,
  ),
  "state-with-reason": info((p: { state: string; reason: string }) => `${p.state}: ${p.reason}`),
} as const;
