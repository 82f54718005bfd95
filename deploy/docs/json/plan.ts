// The layout of plan --json.
import { z } from "zod";
import {
  copyState,
  count,
  imageRef,
  millis,
  namedImage,
  outlook,
  reason,
  region,
  texts,
  time,
  variant,
} from "./parts.ts";

const copyView = {
  policy: z.string().describe("the policy that decides about the copy"),
  source: namedImage.describe("the image that the policy selected"),
  region: region.describe("the destination"),
  variant,
  intermediate: z.boolean().describe("the copy exists only so that an encrypted one can be made from it"),
};
const nextAt = time.nullable().describe("when it is tried again; null if no time is set");
const listOf = (members: z.core.$ZodShape) => z.array(z.strictObject({ ...copyView, ...members }));
const deletion = { image: namedImage, sizeGiB: z.number(), text: z.string().describe("why") };
const from = imageRef.describe("the image that is copied: the source, or for a later step of a chain a copy");

export const plan = {
  create: listOf({
    callIndex: count.describe("copies with the same index are requested by one call"),
    from,
    as: z.string().describe("the name of the copy"),
    sizeGiB: z.number().describe("what the copy adds, at most"),
    etaMs: millis.nullable().describe("until the copies of this policy in this call are ready; null if not known"),
  }).describe("copies to request"),
  update: listOf({
    do: z.enum(["tag", "untag", "modify", "share", "unshare"]),
    image: imageRef,
    text: z.string(),
  }).describe("calls that repair, finish, publish or share"),
  delete: listOf({
    ...deletion,
    after: z.literal("unshare").nullable().describe("its shares end first"),
  }).describe("images to delete, with their snapshots"),
  deleteLater: listOf(deletion).describe("existing images that apply --wait deletes after its first run"),
  retained: listOf({ image: namedImage, reason }).describe("orphaned copies that stay"),
  recordOnly: listOf({ state: copyState, event: z.string(), text: z.string() }).describe(
    "record changes without a call",
  ),
  blocked: listOf({ state: z.enum(["blocked", "failed"]), reason }).describe("copies that need manual action"),
  waiting: listOf({
    state: z.enum(["waiting", "retrying"]),
    reason,
    nextAt,
    attempts: count.describe("failed attempts"),
  }).describe("copies that are requested once their reason no longer holds"),
  inProgress: listOf({ state: z.enum(["copying", "finishing"]) }).describe("requested, and not finished"),
  pausing: listOf({ state: copyState, reason, nextAt }).describe("copies whose next step waits"),
  notSelected: z
    .array(z.strictObject({ policy: z.string(), image: namedImage, reason }))
    .describe("images that a policy considered and did not select"),
  outlook: outlook.nullable().describe("what apply --wait does in all; null if that is not known"),
  estimate: z.strictObject({
    addGiB: z.number(),
    passingGiB: z.number().describe("of intermediate copies"),
    freeGiB: z.number(),
    etaMs: z.number().nullable().describe("milliseconds until every copy is ready; null if not known"),
    measured: count.describe("the number of earlier copies that etaMs is based on"),
    monthlyCost: z.number().nullable().describe("null if a price is missing"),
    currency: z.string().nullable(),
    unpriced: texts.describe("regions without a price"),
  }),
  warnings: z.array(reason),
  problems: z.array(reason),
  unreadRegions: z
    .array(z.strictObject({ region, reason }))
    .describe("regions that could not be read: what is due there is not in the plan"),
  preflight: z
    .array(
      z.strictObject({
        from,
        region,
        variant,
        ok: z.boolean(),
        reason: reason.nullable(),
        outcome: z
          .enum(["requeue", "retry", "terminal"])
          .nullable()
          .describe("of a refusal; terminal: stays until something is changed"),
      }),
    )
    .nullable()
    .describe("each copy that would be requested; null without --preflight"),
};
