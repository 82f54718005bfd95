// The layout of plan --json.
import { z } from "zod";
import { copyState, count, imageRef, isoTime, reason, region, texts, variant } from "./parts.ts";

const copyView = {
  source: imageRef.describe("the image that the policy selected"),
  sourceName: z.string(),
  region: region.describe("the destination"),
  variant,
  intermediate: z.boolean().describe("the copy exists only so that an encrypted one can be made from it"),
};
const until = isoTime.nullable().describe("the time after which it is tried again; null if none is set");
const listOf = (members: z.core.$ZodShape) => z.array(z.strictObject({ ...copyView, ...members }));

export const plan = {
  create: z
    .array(
      z.strictObject({
        callIndex: count.describe("entries with the same index are one call"),
        source: imageRef.describe("the image that is copied; for a later step of a chain, a copy"),
        name: z.string().describe("of the selected image"),
        policy: z.string(),
        as: z.string().describe("the name of the copies"),
        variant,
        destinations: texts,
        intermediate: texts.describe("the destinations where the copy is made only to be encrypted"),
        gib: z.number().describe("GiB that these copies add, at most"),
        expectedMs: z.number().nullable().describe("milliseconds until the last is ready; null if not known"),
      }),
    )
    .describe("copies to request, for each policy and name"),
  update: listOf({
    do: z.enum(["tag", "untag", "modify", "share", "unshare"]),
    image: imageRef,
    text: z.string(),
  }).describe("calls that repair, finish, publish or share"),
  delete: listOf({
    image: imageRef,
    name: z.string(),
    sizeGiB: z.number(),
    text: z.string(),
    after: z.literal("unshare").nullable().describe("its shares end first"),
  }).describe("images to delete, with their snapshots"),
  retained: listOf({ image: imageRef, name: z.string(), reason }).describe("orphaned copies that stay"),
  recordOnly: listOf({ state: copyState, event: z.string(), text: z.string() }).describe(
    "record changes without a call",
  ),
  blocked: listOf({ state: z.enum(["blocked", "failed"]), reason }).describe("copies that need manual action"),
  waiting: listOf({
    state: z.enum(["waiting", "retrying"]),
    reason,
    until,
    attempts: count.describe("failed attempts"),
  }).describe("copies that are requested once their reason no longer holds"),
  inProgress: listOf({ state: z.enum(["copying", "finishing"]) }).describe("requested, and not finished"),
  pausing: listOf({ state: copyState, reason, until }).describe("copies whose next step waits"),
  notSelected: z
    .array(z.strictObject({ policy: z.string(), image: imageRef, name: z.string(), reason }))
    .describe("images that a policy considered and did not select"),
  outlook: z
    .strictObject({ created: count, changed: count, deleted: count })
    .nullable()
    .describe("how many images apply --wait creates, changes and deletes in all"),
  estimate: z.strictObject({
    addGiB: z.number(),
    passingGiB: z.number().describe("of intermediate copies"),
    freeGiB: z.number(),
    expectedMs: z.number().nullable(),
    measured: count.describe("the number of earlier copies that expectedMs is based on"),
    monthlyCost: z.number().nullable().describe("null if a price is missing"),
    currency: z.string().nullable(),
    unpriced: texts.describe("regions without a price"),
  }),
  warnings: z.array(reason),
  problems: z.array(reason),
  preflight: z
    .array(
      z.strictObject({
        source: imageRef,
        region,
        variant,
        ok: z.boolean(),
        reason: reason.optional(),
        outcome: z
          .enum(["requeue", "retry", "terminal"])
          .optional()
          .describe("terminal: stays until something is changed"),
      }),
    )
    .optional()
    .describe("only with --preflight: each copy that would be requested"),
};
