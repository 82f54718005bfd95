// The layout of a policy as validate --json shows it: with all defaults, and groups expanded to regions.
import { z } from "zod";
import { count, millis as duration, texts, time } from "./parts.ts";

const tagFilter = z.record(z.string(), texts);
const tags = z.strictObject({ inherit: z.boolean(), set: z.record(z.string(), z.string()) });
const encrypt = z.union([z.literal(false), z.strictObject({ kmsKeyId: z.string().optional() })]);

export const policy = z
  .strictObject({
    name: z.string(),
    enabled: z.boolean(),
    from: texts,
    select: z.strictObject({
      type: z.enum(["custom", "shared"]),
      name: texts.optional(),
      tags: tagFilter.optional(),
      platform: texts.optional(),
      architecture: texts.optional(),
      family: z.string().optional(),
      creator: texts.optional(),
      createdAfter: time.optional(),
      minAge: duration.optional(),
      maxAge: duration.optional(),
      newest: count.optional(),
      not: z.strictObject({ name: texts.optional(), tags: tagFilter.optional() }).optional(),
    }),
    to: texts,
    crossBorder: z.enum(["never", "approved"]),
    declaredSides: z.record(z.string(), z.enum(["mainland", "outside"])),
    copy: z.strictObject({
      name: z.string(),
      description: z.string().optional(),
      tags,
      family: z.string().optional(),
      publish: z.enum(["each", "together"]),
      shareWith: texts,
      encrypt,
      regions: z.record(z.string(), z.strictObject({ encrypt: encrypt.optional(), tags: tags.partial().optional() })),
    }),
    existing: z.enum(["block", "adopt"]),
    maxSizeGiB: z.number().optional(),
    attempts: count,
    stuckAfter: duration,
    prune: z.strictObject({
      minAge: duration,
      delete: z.boolean(),
      last: z.boolean().optional(),
      shared: z.enum(["keep", "delete"]).optional(),
      keep: count.optional(),
      deprecateAfter: duration.optional(),
      templateVersions: z.enum(["default", "all"]).optional(),
    }),
    onDrift: z.enum(["repair", "report"]),
  })
  .meta({ id: "policy" });
