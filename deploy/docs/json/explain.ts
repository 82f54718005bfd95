// The layout of explain --json.
import { z } from "zod";
import { copyState, imageRef, reason, region, texts, variant } from "./parts.ts";

const copyStatus = {
  reason: z.string().nullable(),
  next: texts.describe("the calls that the next run makes"),
};

export const explain = {
  images: z
    .array(
      z.strictObject({
        region,
        imageId: z.string(),
        image: z
          .strictObject({ name: z.string(), type: z.string(), state: z.string(), sizeGiB: z.number() })
          .nullable()
          .describe("null for an image that is gone"),
        copyOf: z
          .strictObject({
            root: imageRef,
            variant,
            installation: z.string().nullable().describe("the installation that made it; null if no mark says that"),
            policy: z.string(),
            desiredBy: texts.describe("the policies that select its source for this region now"),
            state: copyState.nullable().describe("null if the copy is not recorded"),
            ...copyStatus,
          })
          .optional()
          .describe("only for a copy, also of another installation"),
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
        unread: reason.optional().describe("why the cloud could not be asked about the image"),
        remarks: z.array(reason).optional(),
      }),
    )
    .describe("more than one where several regions have images with the same id"),
};
