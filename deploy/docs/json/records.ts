// The layouts of history --json and outputs --json, which are read from the records alone.
import { z } from "zod";
import {
  account,
  copyState,
  imageRef,
  maybeNamedImage,
  millis,
  namedImage,
  reason,
  region,
  run,
  time,
  variant,
} from "./parts.ts";

const line = z.strictObject({
  at: time,
  sinceBeforeMs: millis.nullable().describe("since the line before; null for the first"),
  event: z.string(),
  level: z.enum(["info", "warn", "error"]),
  text: z.string(),
  policy: z.string().nullable(),
  image: imageRef.nullable(),
  requestId: z.string().nullable().describe("the request id of the call"),
  code: z.string().nullable().describe("of a failed call"),
  runId: z.string(),
  trigger: z.string().nullable().describe("why that run started; null if it is not recorded any more"),
  process: z.string().nullable(),
});

export const history = {
  account: account.nullable().describe("null if it is not known"),
  image: z.string().nullable().describe("as given; null if the runs were asked for"),
  runs: z.array(run).describe("the latest first; empty if an image was asked for"),
  copies: z
    .array(
      z.strictObject({
        source: maybeNamedImage.describe("the image that the policy selected"),
        region: region.describe("the destination"),
        variant,
        policy: z.string().nullable().describe("null if there is no record of the copy any more, as state and imageId"),
        state: copyState.nullable(),
        imageId: z.string().nullable(),
        lines: z.array(line).describe("every decision and call, the oldest first"),
      }),
    )
    .describe("the copies of the image; empty if the runs were asked for"),
  remarks: z.array(reason).describe("what the story lacks"),
};

const owner = { kind: z.enum(["family", "policy"]), name: z.string() };
const byRegion = z.record(z.string(), z.record(z.string(), z.string()));

export const outputs = {
  account: account.nullable().describe("null if nothing is recorded"),
  lastSweepAt: time.nullable().describe("what the images are as of"),
  families: byRegion.describe("family → region → image id"),
  policies: byRegion.describe("policy → region → image id"),
  images: z.array(z.strictObject({ ...owner, region, imageId: z.string(), source: namedImage })),
  missing: z
    .array(z.strictObject({ ...owner, region, source: namedImage, state: copyState, reason: reason.nullable() }))
    .describe("regions without a usable image; if there are any, the other lists are empty without --allow-missing"),
};
