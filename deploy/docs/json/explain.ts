// The layout of explain --json.
import { z } from "zod";
import { copyState, maybeNamedImage, reason, region, texts, time, variant } from "./parts.ts";

const copyStatus = {
  reasons: z.array(reason).describe("why it is in its state, the most important first"),
  next: texts.describe("the calls that the next run makes"),
};

const copyOf = z.strictObject({
  source: maybeNamedImage.describe("the image that the policy selected"),
  variant,
  installation: z.string().nullable().describe("the installation that made it; null if no mark says that"),
  policy: z.string(),
  desiredBy: texts.describe("the policies that select its source for this region now"),
  state: copyState.nullable().describe("null if the copy is not recorded"),
  ...copyStatus,
});

const origin = z.strictObject({
  how: z.enum(["requested", "recovered", "adopted"]),
  at: time,
  requestId: z.string().nullable().describe("of SyncImages"),
  policy: z.string().nullable().describe("the policy for which it was requested then"),
  trigger: z.string().nullable().describe("why that run started; null if it is not recorded any more"),
  process: z.string().nullable(),
});

export const explain = {
  user: z
    .strictObject({
      id: z.string(),
      region,
      imageIds: texts.describe("of a launch template, those of its default and its latest version"),
    })
    .nullable()
    .describe("the instance, launch template or launch configuration that was asked for; else null"),
  images: z
    .array(
      z.strictObject({
        region,
        imageId: z.string(),
        image: z
          .strictObject({ name: z.string(), type: z.string(), state: z.string(), sizeGiB: z.number() })
          .nullable()
          .describe("null for an image that is gone"),
        unread: reason.nullable().describe("why the cloud could not be asked about the image"),
        copyOf: copyOf.nullable().describe("null unless it is a copy, also of another installation"),
        origin: origin.nullable().describe("how the copy came to be, as far as the journal tells"),
        remarks: z.array(reason),
        policies: z.array(
          z.strictObject({
            policy: z.string(),
            selects: z.boolean(),
            reasons: z.array(reason).describe("why it does not select the image"),
            regions: z.array(
              z.strictObject({
                region,
                variant,
                intermediate: z.boolean(),
                state: z.union([copyState, z.literal("to be requested")]),
                imageId: z.string().nullable(),
                ...copyStatus,
              }),
            ),
          }),
        ),
      }),
    )
    .describe("more than one for a name, and where several regions have images with the same id"),
};
