// The parts that several layouts of --json share. Strict: a member that is not described here is an error.
import { z } from "zod";

export const count = z.int().min(0);
export const millis = z.int().min(0).describe("milliseconds");
export const time = z.iso.datetime().describe("a time in UTC, such as 2026-11-28T08:37:26.919Z");
export const region = z.string().describe("the id of a region");
export const texts = z.array(z.string());
export const account = z.string().describe("the UIN of the account");

export const reason = z
  .strictObject({
    code: z.string().describe("stable, for programs"),
    text: z.string().describe("what happened to which resource, and why"),
    remedy: z.string().optional().describe("what to do next; absent where nothing has to be done"),
    requestId: z.string().optional().describe("the request id of the call that failed"),
  })
  .meta({ id: "reason" });

export const problem = z
  .strictObject({
    where: z.string().describe("file:line:column, a variable, an option, or a command"),
    field: z.string().optional().describe("the place within a policy file, such as policies[0].to[1]"),
    code: z.string().optional().describe("stable, for programs"),
    text: z.string(),
    remedy: z.string().optional(),
    requestId: z.string().optional().describe("the request id of the call that failed"),
  })
  .meta({ id: "problem" });

export const imageRef = z.strictObject({ region, imageId: z.string() }).meta({ id: "image" });
export const namedImage = z.strictObject({ region, imageId: z.string(), name: z.string() }).meta({ id: "namedImage" });
export const maybeNamedImage = z.strictObject({
  region,
  imageId: z.string(),
  name: z.string().nullable().describe("null if it is neither recorded nor selected now"),
});

export const variant = z
  .string()
  .regex(/^(plain|encrypted:.+)$/)
  .describe("plain, encrypted:default (the account's default key) or encrypted:KEY");

export const copyState = z.enum([
  "waiting",
  "copying",
  "finishing",
  "ready",
  "retrying",
  "blocked",
  "failed",
  "retired",
]);

/** The members of a copy, as `apply`, `status`, `rebuild` and the functions list it. */
export const copyMembers = {
  policy: z.string().describe("the policy that selects the source"),
  source: namedImage.describe("the image that the policy selected"),
  region: region.describe("the destination"),
  variant,
  state: copyState,
  imageId: z.string().nullable().describe("null while there is no image"),
  attempts: count.describe("failed attempts"),
  reason: reason.nullable().describe("why it is in its state, and what to do next"),
};
export const copyLine = z.strictObject(copyMembers).meta({ id: "copy" });

export const summary = z.strictObject({
  total: count,
  waiting: count,
  copying: count,
  finishing: count,
  ready: count,
  retrying: count,
  blocked: count,
  failed: count,
  retired: count,
  problems: z.array(reason),
});

const images = {
  created: count,
  changed: count.describe("those that exist already, and stay"),
  deleted: count,
};
/** Numbers of images. */
export const imageCounts = z.strictObject(images);
export const outlook = z.strictObject({ ...images, now: imageCounts.describe("of these, what the first run does") });

/** The changes that a command made in the cloud, by kind. */
export const done = z.strictObject({
  requested: count.describe("copies"),
  tagged: count,
  untagged: count,
  modified: count.describe("name, description, family, deprecation"),
  shared: count,
  unshared: count,
  deleted: count,
  refused: count.describe("copies whose call failed"),
});

/** One run, as `history` and `status` list it. */
export const run = z
  .strictObject({
    id: z.string().describe("runs of one kind that changed nothing share one, and only the latest is recorded"),
    trigger: z.string().describe("timer, event, manual, or the name of a command"),
    startedAt: time,
    durationMs: millis,
    actions: z
      .record(z.string(), count)
      .describe("by kind: record, send, tag, untag, modify, share, unshare, delete; those with none are left out"),
    failures: count.describe("failed calls that would have changed something"),
    stoppedEarly: z.boolean().describe("the run left work to the next one"),
    skipped: z.string().nullable().describe("why the run left its work to another one"),
    problems: z.array(reason),
    program: z.string().nullable().describe("the version and the commit; null if the sources ran as they are"),
    process: z.string().nullable().describe("the machine and the process; null in old records"),
  })
  .meta({ id: "run" });
