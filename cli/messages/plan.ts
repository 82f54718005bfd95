// Every line that plan prints, and apply before it begins.
import { error, info, warn } from "../../lib/model/messages/define.ts";
import { copiesOf, count, imageIn, listOf } from "./words.ts";

/** Where copies go, and from which image. */
interface CopyWords {
  readonly name: string;
  readonly imageId: string;
  readonly from: string;
  readonly to: readonly string[];
}

/** How many images, in the three kinds of changes. */
interface Counts {
  readonly created: number;
  readonly changed: number;
  readonly deleted: number;
}

const MOST_PLACES = 6;

export const planLines = {
  "plan-legend": info((p: { signs: readonly string[] }) => {
    const meanings: Record<string, string> = {
      "+": "create",
      "~": "change",
      "-": "delete",
      "=": "orphaned, retained",
      "·": "no call now",
      "!": "needs manual action",
    };
    return p.signs.map((sign) => `${sign} ${meanings[sign]}`).join("   ");
  }),
  "plan-policy": info((p: { policy: string; counts: readonly string[] }) => {
    return `Policy ${p.policy}${p.counts.length > 0 ? `: ${p.counts.join(", ")}` : ""}`;
  }),
  /** `as`: the name of the copies, if it is not the name of the source. */
  "plan-create": info((p: CopyWords & { as: string | undefined; sizeGiB: number | undefined }) => {
    const as = p.as === undefined ? "" : ` as "${p.as}"`;
    const size = p.sizeGiB === undefined ? "" : `, ${p.sizeGiB} GiB${p.to.length > 1 ? " each" : ""}`;
    return `${sourceText(p)} → ${placesText(p.to)}${as}${size}`;
  }),
  "plan-change": info((p: { images: readonly string[]; name: string; text: string }) => {
    const of = p.images.length === 1 ? `, copy of "${p.name}"` : "";
    return `${listOf(p.images)}${of}: ${p.text}`;
  }),
  "plan-delete": info(
    (p: { name: string; imageId: string; region: string; sizeGiB: number; when: string | undefined; text: string }) => {
      const when = p.when === "later" ? ", later" : p.when === "after-unshare" ? ", after unsharing it" : "";
      return `${imageIn(p)}, "${p.name}", with its snapshots of ${p.sizeGiB} GiB${when}: ${p.text}`;
    },
  ),
  "plan-retained": info((p: { images: readonly string[]; reason: string }) => `${listOf(p.images)}: ${p.reason}`),
  /** One source has these copies. */
  "plan-stands": info((p: CopyWords & { state: string }) => `${sourceText(p)} → ${placesText(p.to)}: ${p.state}`),
  /** Several sources have copies of which the same is said. */
  "plan-stand": info((p: { copies: readonly string[]; state: string }) => `${listOf(p.copies)}: ${p.state}`),
  "plan-hidden": info((p: { groups: number; copies: number }) => {
    return `… and ${p.groups} more like this (${copiesOf(p.copies)}); --all shows each copy`;
  }),
  "plan-not-selected": info((p: { codes: readonly (readonly [string, number])[] }) => {
    const images = p.codes.reduce((sum, [, number]) => sum + number, 0);
    const codes = p.codes.map(([code, number]) => `${code}${p.codes.length > 1 ? ` ${number}` : ""}`).join(", ");
    return `${count(images, "image")} not selected: ${codes} (explain IMAGE says why)`;
  }),
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
  /** `now`: what the first run does, if others follow. */
  "plan-total": info((p: Counts & { now: Counts | undefined; open: readonly string[] }) => {
    const now = p.now ? ` Now: ${countsText(p.now)}; the rest follows with apply --wait, or by later runs.` : "";
    return `Plan: ${countsText(p)}${p.open.length > 0 ? `; ${p.open.join(", ")}` : ""}.${now}`;
  }),
  "nothing-to-do": info((p: { chosen: string | undefined }) => `Nothing to do${chosenText(p.chosen)}.`),
  "nothing-to-do-now": info((p: { chosen: string | undefined; open: readonly string[] }) => {
    return `Nothing to do now${chosenText(p.chosen)}; ${p.open.join(", ")}.`;
  }),
  "plan-narrowed": info((p: { chosen: string; copies: number }) => {
    return `Only ${p.chosen}: ${copiesOf(p.copies)}, with the copies that these are made from. All others stay as they are.`;
  }),
  incomplete: error((p: { regions: readonly string[] }) => {
    const regions = count(p.regions.length, "region");
    return `incomplete: ${regions} could not be read, so what is due there is not in this plan: ${p.regions.join("; ")}`;
  }),
  "policy-warnings": warn((p: { warnings: number }) => {
    return `${count(p.warnings, "warning")} about the policy; cvm-replicator validate shows ${p.warnings === 1 ? "it" : "them"}`;
  }),
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

function sourceText({ name, imageId, from }: CopyWords): string {
  return `"${name}" (${imageId}) ${from}`;
}

function placesText(places: readonly string[]): string {
  return listOf(places, MOST_PLACES);
}

function countsText({ created, changed, deleted }: Counts): string {
  return `${created} to create, ${changed} to change, ${deleted} to delete`;
}

function chosenText(chosen: string | undefined): string {
  return chosen === undefined ? "" : ` for ${chosen}`;
}
