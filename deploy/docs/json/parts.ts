// The parts that several layouts of --json share. Strict: a member that is not described here is an error.
import { z } from "zod";

export const count = z.int().min(0);
export const millis = z.int().describe("milliseconds since 1970, UTC");
export const isoTime = z.iso.datetime().describe("a time in UTC");
export const region = z.string().describe("the id of a region");
export const texts = z.array(z.string());

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

/** One copy, as `apply`, `status`, `rebuild` and the functions list it. */
export const copyLine = z
  .strictObject({
    policy: z.string().describe("the policy that selects the source"),
    source: imageRef.describe("the image that the policy selected"),
    region: region.describe("the destination"),
    variant,
    state: copyState,
    imageId: z.string().nullable().describe("null while there is no image"),
    attempts: count.describe("failed attempts"),
    reason: z.string().nullable().describe("why it is in its state, and what to do next"),
  })
  .meta({ id: "copy" });

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

/** The changes that a command made in the cloud, by kind; kinds with none are left out. */
export const done = z
  .strictObject({
    requested: count.describe("copies"),
    tagged: count,
    untagged: count,
    modified: count.describe("name, description, family, deprecation"),
    shared: count,
    unshared: count,
    deleted: count,
    refused: count.describe("copies whose call failed"),
  })
  .partial();

/** The record of one run. */
export const run = z.strictObject({
  id: z.string(),
  account: z.string(),
  trigger: z.string().describe("timer, event, manual, or the name of a command"),
  startedAt: millis,
  endedAt: millis,
  actions: z.record(z.string(), count).describe("by kind: record, send, tag, untag, modify, share, unshare, delete"),
  failures: count.describe("failed calls that would have changed something"),
  stoppedEarly: z.boolean().describe("the run left work to the next one"),
  problems: z.array(reason),
  skipped: z.string().optional().describe("why the run left its work to another one"),
  program: z.string().optional().describe("the version and the commit of the program"),
});
