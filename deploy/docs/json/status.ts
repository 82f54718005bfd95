// The layout of status --json.
import { z } from "zod";
import { account, copyMembers, count, millis, reason, region, run, summary, texts, time } from "./parts.ts";

const healthy = z.enum([
  "failed",
  "blocked",
  "stuck",
  "missing",
  "retrying",
  "repairing",
  "waiting",
  "progressing",
  "ok",
]);
const nextAt = time.nullable().describe("when the next attempt or check follows");

const record = z.strictObject({
  firstSeenAt: time.describe("when this state first saw the account"),
  lastSweepAt: time.nullable(),
  uncertainUntil: time.nullable().describe("until then, a copy that is not seen may be under way"),
  uncertainBecause: z.enum(["lost", "others", "unread", "slow"]).nullable(),
  policySince: time.nullable().describe("since when the policy that ran last alone has run"),
  policyHash: z.string().nullable(),
  installations: texts.describe("the ids of this installation, the present one first"),
  metInstallations: texts.describe("those whose copies an empty state met while REPLICATOR_INSTALLATION was not set"),
  regions: z.array(z.strictObject({ region, sweptAt: time.nullable() })).describe("when each was last read whole"),
});

export const status = {
  account: account.nullable().describe("null if it is not known"),
  asOf: time.nullable().describe("the end of the last run; null before the first one"),
  cloudAsked: z.boolean().describe("the state holds no or several accounts, so the API said whose records these are"),
  record: record.nullable().describe("null if the account was never met"),
  lateRegions: z
    .array(z.strictObject({ region, sweptAt: time.nullable(), reason: reason.nullable(), nextAt }))
    .describe("regions that cannot be read, or were not for two SWEEP_EVERY"),
  lastRun: run.nullable(),
  timer: z.strictObject({
    ranAt: time.nullable().describe("when a run of the timer last ended; null if none ever did"),
    late: z.boolean(),
    runningUntil: time.nullable().describe("a run of the timer is under way, until then at most"),
  }),
  journal: z
    .strictObject({ unsentSince: time.nullable(), late: z.boolean() })
    .nullable()
    .describe("null without CLS_TOPIC_ID"),
  copies: z.array(
    z.strictObject({
      ...copyMembers,
      asDesired: z.enum(["yes", "no", "not yet", "no longer"]),
      differences: texts.describe("what differs; empty unless asDesired is no"),
      healthy,
      percent: z.number().nullable().describe("while it is copying, as last saved; at most once in 5 minutes"),
      stage: z
        .enum(["requesting", "copying", "tagging", "renaming", "publishing", "sharing"])
        .nullable()
        .describe("where an unfinished copy stands, as far as the newest 1,000 lines of the journal say"),
      stageSince: time.nullable(),
      elapsedMs: millis.nullable().describe("how long it has been like this"),
      etaMs: z.number().min(0).nullable().describe("milliseconds that it will probably still take"),
      ageMs: millis.describe("how long it has been recorded"),
      nextAt,
      attention: count.nullable().describe("the place of its group in the list attention"),
    }),
  ),
  attention: z
    .array(
      z.strictObject({
        urgency: z
          .enum(["manual", "passing", "note"])
          .describe("manual: only a person can help; passing: it goes on by itself"),
        healthy,
        reason: reason.describe(
          "of the copy that has waited longest; requestId: of the last failed call for one of them",
        ),
        copies: count.describe("how many"),
        sources: texts.describe("the ids of their sources"),
        regions: texts,
        since: time.nullable(),
        nextAt,
      }),
    )
    .describe("groups of copies with the same reason, the most urgent first"),
  summary,
};
