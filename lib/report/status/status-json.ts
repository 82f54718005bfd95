// What status says, in the format of status --json: every time is text in UTC, every length milliseconds.
import { copyId } from "../../model/identity.ts";
import { iso } from "../../model/time.ts";
import type { AccountRecord, Copy, Millis } from "../../model/types.ts";
import { conditionOf } from "../copies/copy-condition.ts";
import { runLine } from "../history/run-history.ts";
import { measurements } from "../plan/estimate.ts";
import type { CopyLine } from "../summary.ts";
import type { AttentionGroup } from "./attention.ts";
import type { JournalFacts } from "./journal-facts.ts";
import { remainingTime } from "./remaining.ts";
import { factsOf, requestIdIn, type StatusReport } from "./status-report.ts";

/** The members of `status --json`. `wasAsked`: whether the cloud said whose records these are. */
export function statusJson(report: StatusReport, account: string | undefined, wasAsked: boolean) {
  const { record, lastRun, timer, journal, asOf, late, summary, unsentSince } = report;
  const { copies, attention } = statusLines(report);
  return {
    account: account ?? null,
    asOf: timeOf(asOf),
    cloudAsked: wasAsked,
    record: record ? recordJson(record) : null,
    lateRegions: late.map(({ region, sweptAt, reason, retryAt }) => {
      return { region, sweptAt: timeOf(sweptAt), reason, nextAt: timeOf(retryAt) };
    }),
    lastRun: lastRun ? runLine(lastRun) : null,
    timer: {
      ranAt: timeOf(timer.ranAt),
      late: timer.problem !== undefined,
      runningUntil: timeOf(record?.timer?.until),
    },
    journal: journal ? { unsentSince: timeOf(unsentSince), late: journal.problem !== undefined } : null,
    copies,
    attention,
    summary,
  };
}

/** What the state knows of the account. The rest of the record is for runs alone. */
function recordJson({ installations, metInstallations = [], regions = {}, ...record }: AccountRecord) {
  return {
    firstSeenAt: iso(record.firstSeenAt),
    lastSweepAt: timeOf(record.lastSweepAt),
    uncertainUntil: timeOf(record.uncertainUntil),
    uncertainBecause: record.uncertainBecause?.cause ?? null,
    policySince: timeOf(record.policy?.since),
    policyHash: record.policy?.hash ?? null,
    installations,
    metInstallations,
    regions: Object.keys(regions)
      .sort()
      .map((region) => ({ region, sweptAt: timeOf(regions[region]?.sweptAt) })),
  };
}

function timeOf(at: Millis | null | undefined): string | null {
  return at === null || at === undefined ? null : iso(at);
}

/** One copy in `status --json`: a line of `apply --json`, and what depends on the present. */
interface StatusLine extends CopyLine {
  readonly asDesired: ReturnType<typeof conditionOf>["asDesired"];
  readonly differences: readonly string[];
  readonly healthy: ReturnType<typeof conditionOf>["healthy"];
  /** While it is being copied, if the cloud tells it. */
  readonly percent: number | null;
  /** Where an unfinished copy stands, as far as the newest lines of the journal say. */
  readonly stage: JournalFacts["stage"] | null;
  readonly stageSince: string | null;
  readonly elapsedMs: Millis | null;
  readonly etaMs: Millis | null;
  readonly ageMs: Millis;
  readonly nextAt: string | null;
  /** The place of its group in `attention`; null if it needs none. */
  readonly attention: number | null;
}

/** A group in `status --json`. */
interface AttentionLine extends Pick<AttentionGroup, "urgency" | "healthy" | "regions"> {
  /** That of the copy that has waited longest; with the request id of the last failed call for one of them. */
  readonly reason: {
    readonly code: string;
    readonly text: string;
    readonly remedy?: string;
    readonly requestId?: string;
  };
  readonly since: string | null;
  readonly nextAt: string | null;
  /** How many. */
  readonly copies: number;
  /** The ids of the sources, each once. */
  readonly sources: readonly string[];
}

function statusLines(report: StatusReport): { copies: StatusLine[]; attention: AttentionLine[] } {
  const { now, copies, measured, attention, facts, lines } = report;
  const durationOf = measurements(measured);
  const groupOf = new Map(
    attention.flatMap((group, at) => group.copies.map((copy) => [copyId(copy.key), at] as const)),
  );
  const byId = new Map(copies.map((copy) => [lineId(copy.key.rootRegion, copy.key.rootId, copy.key), copy]));
  return {
    copies: lines.flatMap((line): StatusLine[] => {
      const copy = byId.get(lineId(line.source.region, line.source.imageId, line));
      if (!copy) return [];
      const { asDesired, differences, healthy, elapsedMs, nextAt } = conditionOf(copy, now);
      const { stage = null, stageSince = null } = factsOf(copy, facts);
      return [
        {
          ...line,
          asDesired,
          differences,
          healthy,
          percent: copy.phase === "copying" ? (copy.percent ?? null) : null,
          stage,
          stageSince: timeOf(stageSince),
          elapsedMs,
          etaMs: remainingTime(copy, durationOf, now) ?? null,
          ageMs: Math.max(0, now - copy.createdAt),
          nextAt: timeOf(nextAt),
          attention: groupOf.get(copyId(copy.key)) ?? null,
        },
      ];
    }),
    attention: attention.map(({ urgency, healthy, code, text, remedy, copies: members, regions, since, nextAt }) => {
      const requestId = requestIdIn(members, facts);
      return {
        urgency,
        healthy,
        reason: { code, text, ...(remedy !== null && { remedy }), ...(requestId !== undefined && { requestId }) },
        copies: members.length,
        sources: [...new Set(members.map(({ key }) => key.rootId))],
        regions,
        since: timeOf(since),
        nextAt: timeOf(nextAt),
      };
    }),
  };
}

function lineId(rootRegion: string, rootId: string, { region, variant }: Pick<Copy["key"], "region" | "variant">) {
  return JSON.stringify([rootRegion, rootId, region, variant]);
}
