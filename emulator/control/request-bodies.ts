// The schemas of all control API bodies.
import { z } from "zod";
import { EmulatorInputError } from "../errors.ts";
import { IMAGE_STATES } from "../world/image.ts";

const text = z.string();
const name = z.string().min(1);
const gib = z.number().int().positive();
const percent = z.number().min(0).max(100);
const state = z.enum(IMAGE_STATES);
const tags = z.record(text, text);
const silent = z.boolean();

/** Body of POST /_emulator/images. */
export const imageBody = z
  .strictObject({
    account: text,
    region: text,
    name,
    count: z.number().int().min(1).max(10_000),
    state,
    minutes: z.number().positive(),
    description: text,
    tags,
    sizeGiB: gib,
    family: text,
    deprecated: z.boolean(),
    creator: text,
    dataDisks: z.array(gib),
    encrypted: z.boolean(),
    kmsKeyId: text,
    platform: text,
    osName: text,
    architecture: text,
    licenseType: z.enum(["TencentCloud", "BYOL"]),
    source: z.enum(["CREATE_IMAGE", "EXTERNAL_IMPORT"]),
    createdAt: z.number(),
    silent,
  })
  .partial()
  .required({ region: true, name: true });

/** Body of PATCH /_emulator/images/{region}/{id}. */
export const imageChangeBody = z
  .strictObject({ name, description: text, family: text, deprecated: z.boolean(), tags, state, silent })
  .partial();

/** Body of POST /_emulator/share. */
export const shareBody = z.strictObject({
  region: text,
  imageId: text,
  accounts: z.array(text).min(1),
  permission: z.enum(["SHARE", "CANCEL"]).default("SHARE"),
  silent: silent.default(false),
});

const user = { region: text, account: text.optional(), name: name.optional() };

/** Body of POST /_emulator/instances. */
export const instanceBody = z.strictObject({
  ...user,
  imageId: name,
  count: z.number().int().min(1).max(10_000).optional(),
});

/** Body of POST /_emulator/launch-templates. */
export const launchTemplateBody = z.strictObject({
  ...user,
  imageIds: z.array(name),
  defaultVersion: z.number().int().min(1).optional(),
});

/** Body of POST /_emulator/launch-configurations. */
export const launchConfigurationBody = z.strictObject({
  ...user,
  imageId: name.optional(),
  imageFamily: name.optional(),
});

/** Body of POST /_emulator/buckets. */
export const bucketBody = z.strictObject({
  name,
  region: text,
  versioning: z.enum(["Enabled", "Suspended"]).optional(),
});

/** Body of PUT /_emulator/quota. */
export const quotaBody = z
  .strictObject({ region: text, quota: z.number().int().min(0) })
  .partial()
  .required({ quota: true });

/** Body of PUT /_emulator/kms-keys. */
export const kmsKeysBody = z.strictObject({ region: text, keys: z.array(text) });

/** Body of PUT /_emulator/secrets. Without `text` the version is removed. */
export const secretBody = z.strictObject({
  account: text.optional(),
  region: text,
  name,
  version: name,
  text: text.optional(),
});

/** Body of POST /_emulator/clock. */
export const clockBody = z.strictObject({ advanceMs: z.number().min(0) });

const effect = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("error"), code: name, message: text.optional(), after: z.boolean().optional() }),
  z.strictObject({
    kind: z.literal("http"),
    status: z.union([z.literal(500), z.literal(502), z.literal(503)]),
    after: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal("delay"), ms: z.number().min(0) }),
  z.strictObject({ kind: z.literal("hang") }),
  z.strictObject({ kind: z.literal("drop-before") }),
  z.strictObject({ kind: z.literal("drop-after") }),
  z.strictObject({ kind: z.literal("hold-after"), ms: z.number().min(0).optional() }),
  z.strictObject({ kind: z.literal("lose-image-set"), count: z.number().int().min(1).optional() }),
  z.strictObject({ kind: z.literal("wrong-image-id"), imageId: text.optional() }),
  z.strictObject({ kind: z.literal("not-json") }),
  z.strictObject({ kind: z.literal("fail-copy"), percent, destination: text.optional() }),
  z.strictObject({ kind: z.literal("stick-copy"), percent: percent.max(99), destination: text.optional() }),
  z.strictObject({ kind: z.literal("deliver-times"), count: z.number().int().min(0).max(100) }),
  z.strictObject({ kind: z.literal("deliver-late"), ms: z.number().min(0) }),
]);

/** Body of POST /_emulator/faults. */
export const faultBody = z.strictObject({
  match: z
    .strictObject({
      service: text,
      action: text,
      region: text,
      account: text,
      dryRun: z.boolean(),
      nth: z.number().int().min(1),
      times: z.number().int().min(0),
      probability: z.number().min(0).max(1),
    })
    .partial()
    .default({}),
  effect,
});

// JSON has no undefined. An optional field is present or absent, as the emulator's own types
// require.
type Exact<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]: Exact<Exclude<T[K], undefined>> }
    : T;

/** Validates a body. Throws `EmulatorInputError` that lists every problem. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): Exact<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data as Exact<T>;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  throw new EmulatorInputError(problems.join("\n"));
}
