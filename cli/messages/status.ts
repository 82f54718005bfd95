// Every line that status prints.
import { error, info } from "../../lib/model/messages/define.ts";
import { copiesOf, count } from "./words.ts";

export const statusLines = {
  "no-copies": info((p: { failure?: string | undefined }) => {
    const asked = p.failure === undefined ? "" : ` (the account is not known: ${p.failure})`;
    return `No copies recorded for this account yet. Run cvm-replicator apply.${asked}`;
  }),
  "no-match": info(() => "No copy matches these filters."),
  "as-of": info((p: { account: string; at: string | undefined; ago: string; wasAsked: boolean }) => {
    const records = p.at === undefined ? "no run is recorded yet" : `the records are of ${p.at}, ${p.ago} ago`;
    const asked = p.wasAsked ? "the cloud was asked for the account alone" : "the cloud was not asked";
    return `account ${p.account}: ${records}; ${asked}`;
  }),
  "late-region": info((p: { region: string; ago: string | undefined; reason: string; next: string | undefined }) => {
    const read = p.ago === undefined ? "never read whole" : `last read ${p.ago} ago`;
    return `${p.region}: ${read}${p.reason}${p.next === undefined ? "" : `; read again in ${p.next}`}`;
  }),
  "retired-hidden": info((p: { copies: number }) => `${copiesOf(p.copies)} retired, not shown: --all`),
  summarised: info(() => "by image; each copy: --wide, or a filter (--policy, --region, --image, --state)"),
  "group-title": info(
    (p: { healthy: string; code: string; where: string; copies: number }) =>
      `${p.healthy}${p.code === p.healthy ? "" : `: ${p.code}`} in ${p.where}: ${copiesOf(p.copies)}`,
  ),
  "group-for-example": info((p: { text: string }) => `for example: ${p.text}`),
  "more-names": info((p: { more: number }) => `and ${count(p.more, "more", "more")}`),
  "group-copies": info((p: { ids: readonly string[] }) => `copies: ${p.ids.join(", ")}`),
  "group-last-call": info((p: { text: string }) => `last call: ${p.text}`),
  "group-stage": info((p: { stage: string; ago: string | undefined }) => {
    return `stands at ${p.stage}${p.ago === undefined ? "" : ` for ${p.ago}`}`;
  }),
  "group-since": info((p: { ago: string }) => `like this for ${p.ago}`),
  "group-next": info((p: { next: string | undefined }) => {
    return p.next === undefined ? "next check due now" : `next check in ${p.next}`;
  }),
  "group-request": info((p: { requestId: string }) => `RequestId ${p.requestId}`),
  "group-hidden": info((p: { groups: number; copies: number }) => {
    return `… and ${count(p.groups, "more group")} with ${copiesOf(p.copies)}: --wide, or a filter`;
  }),
  "more-like-it": info((p: { text: string; more: number; otherRegions: readonly string[] }) => {
    const others =
      p.otherRegions.length > 0 ? `the same in ${p.otherRegions.join(", ")}` : `and ${p.more} more like it`;
    return `${p.text} (${others})`;
  }),
  "last-run": info((p: { trigger: string; endedAt: string; stoppedEarly: boolean }) => {
    return `last run: ${p.trigger}, ${p.endedAt}${p.stoppedEarly ? ", stopped early" : ""}`;
  }),
  "watch-json": error(
    () => "cannot be combined with --json, which prints one document; run status --json again and again instead",
  ),
  watching: info((p: { time: string; totals: string }) => `${p.time} UTC  ${p.totals}`),
  "watch-cut": info((p: { lines: number }) => `… ${count(p.lines, "more line")}: enlarge the terminal, or filter`),
  "watch-change": info(
    (p: { time: string; name: string; source: string; to: string; before: string; after: string }) =>
      `${p.time} UTC  ${p.name} (${p.source}) → ${p.to}: ${p.before} → ${p.after}`,
  ),
  "watch-failed": error((p: { time: string; text: string }) => `${p.time} UTC  cannot read the state: ${p.text}`),
} as const;
