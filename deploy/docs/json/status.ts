// The layout of status --json.
import { z } from "zod";
import { copyLine, count, millis, reason, run, summary, texts } from "./parts.ts";

const claimant = z.strictObject({ id: z.string(), host: z.string().optional(), pid: z.int().optional() });

const record = z.strictObject({
  account: z.string(),
  firstSeenAt: millis,
  uncertainUntil: millis.optional().describe("until then, a copy that is not seen may be under way"),
  uncertainBecause: z
    .strictObject({ cause: z.enum(["lost", "others", "unread", "slow"]), regions: texts.optional() })
    .optional(),
  lastSweepAt: millis.optional(),
  regions: z
    .record(
      z.string(),
      z.strictObject({
        sweptAt: millis.optional(),
        failure: z.strictObject({ count, retryAt: millis, reason }).optional(),
      }),
    )
    .optional(),
  problems: z.array(reason).optional().describe("those of the last sweep"),
  policy: z
    .strictObject({ hash: z.string(), since: millis })
    .optional()
    .describe("the policy that ran last, and since when it alone has run"),
  cloudRegions: z.strictObject({ ids: texts, readAt: millis }).optional(),
  heartbeatAt: millis.optional().describe("when the last run of the timer ended"),
  timer: z.strictObject({ by: claimant, until: millis }).optional().describe("the timer run that is under way"),
  installations: texts.describe("the ids of this installation, the present one first"),
  metInstallations: texts.optional(),
  version: count,
});

export const status = {
  account: z.string(),
  record: record.nullable().describe("null if the account was never met"),
  lastRun: run.nullable(),
  timer: z.strictObject({ ranAt: millis.nullable(), late: z.boolean() }),
  journal: z
    .strictObject({ unsentSince: millis.nullable(), late: z.boolean() })
    .optional()
    .describe("only with CLS_TOPIC_ID"),
  copies: z.array(copyLine),
  summary,
};
