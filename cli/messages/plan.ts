// Every line that plan prints.
import { error, info, warn } from "../../lib/model/messages/define.ts";
import { copiesOf, count, imageIn } from "./words.ts";

export const planLines = {
  "plan-copy": info(
    (p: { name: string; imageId: string; from: string; to: readonly string[]; as: string | undefined; by: string }) =>
      `+ copy "${p.name}" (${p.imageId}) ${p.from} → ${p.to.join(", ")}${renamed(p.as)}, by ${p.by}`,
  ),
  "plan-encrypt": info(
    (p: { name: string; imageId: string; region: string; as: string | undefined; by: string }) =>
      `+ encrypt "${p.name}" (${p.imageId}) in ${p.region}${renamed(p.as)}, by ${p.by}`,
  ),
  "plan-update": info((p: { imageId: string; region: string; source: string; text: string }) => {
    return `~ ${imageIn(p)}, copy of ${p.source}: ${p.text}`;
  }),
  "plan-source": info(
    (p: { name: string; imageId: string; region: string; label: string }) =>
      `"${p.name}" (${p.imageId}) in ${p.region}${p.label && ` (${p.label})`}`,
  ),
  "plan-delete": info(
    (p: { name: string; imageId: string; region: string; sizeGiB: number; unshareFirst: boolean; text: string }) => {
      const first = p.unshareFirst ? ", after unsharing it" : "";
      return `- delete "${p.name}" (${p.imageId}) in ${p.region} with its snapshots, ${p.sizeGiB} GiB${first}: ${p.text}`;
    },
  ),
  "plan-state-only": info((p: { copy: string; state: string; text: string }) => {
    return `· (state only) ${p.copy}: ${p.state}: ${p.text}`;
  }),
  "plan-waiting": info((p: { copies: string; reason: string }) => `· ${p.copies}: ${p.reason}`),
  "plan-blocked": error((p: { copies: string; reason: string }) => `! ${p.copies}: ${p.reason}`),
  "plan-retained": info((p: { images: string; reason: string }) => `= not deleted: ${p.images}: ${p.reason}`),
  "plan-not-selected": info((p: { images: number; policy: string; code: string }) => {
    return `  ${count(p.images, "image")} not selected: ${p.policy}: ${p.code}`;
  }),
  "plan-explain-hint": info(() => "  (cvm-replicator explain IMAGE shows the reason and the remedy)"),
  "and-more": info((p: { first: readonly string[]; more: number }) => `${p.first.join(", ")} and ${p.more} more`),
  "preflight-accepted": info((p: { imageId: string; region: string }) => {
    return `? ${p.imageId} → ${p.region}: would be accepted`;
  }),
  "preflight-refused": error((p: { imageId: string; region: string; reason: string }) => {
    return `? ${p.imageId} → ${p.region}: would be refused: ${p.reason}`;
  }),
  "preflight-inconclusive": warn((p: { imageId: string; region: string; reason: string }) => {
    return `? ${p.imageId} → ${p.region}: inconclusive: ${p.reason}`;
  }),
  "preflight-waiting": info((p: { copies: number }) => {
    const copies = count(p.copies, "waiting copy was", "waiting copies were");
    return `? ${copies} not checked, because a run would not request them now`;
  }),
  "plan-total": info(
    (p: { copies: number; calls: number; updates: number; deletions: number; waiting: number }) =>
      `Plan: ${p.copies} to copy (${count(p.calls, "API call")} now), ${p.updates} to update, ${p.deletions} to delete, ${p.waiting} waiting.`,
  ),
  "nothing-to-do": info(() => "Nothing to do."),
  "nothing-to-do-now": info((p: { open: readonly string[] }) => `Nothing to do now; ${p.open.join(", ")}.`),
} as const;

export const estimateLines = {
  "estimate-adds": info((p: { gib: number; cost: string }) => `Adds at most ${p.gib} GiB of snapshots${p.cost}`),
  "estimate-adds-temporarily": info((p: { gib: number; isMore: boolean }) => {
    return p.isMore ? `${p.gib} GiB more until encryption is done` : `Adds ${p.gib} GiB until encryption is done`;
  }),
  "estimate-no-time": info(() => "no time estimate yet"),
  "estimate-time": info((p: { minutes: number; measured: number }) => {
    return `takes about ${p.minutes} min (${copiesOf(p.measured)} measured)`;
  }),
  "estimate-frees": info((p: { gib: number }) => `Frees at most ${p.gib} GiB.`),
  "estimate-cost": info((p: { cost: string; currency: string }) => `, ${p.cost} ${p.currency} a month`),
  "estimate-cost-unknown": info((p: { regions: readonly string[] }) => {
    return ` (cost unknown: \`prices\` has no entry for ${p.regions.join(", ")})`;
  }),
} as const;

function renamed(as: string | undefined): string {
  return as === undefined ? "" : ` as "${as}"`;
}
