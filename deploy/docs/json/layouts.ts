// Every layout of --json, by its name and version: what the documents and the contract tests are made from.
import { z } from "zod";
import { explain } from "./explain.ts";
import {
  account,
  copyLine,
  count,
  done,
  imageCounts,
  imageRef,
  namedImage,
  problem,
  reason,
  region,
  summary,
  texts,
  time,
} from "./parts.ts";
import { plan } from "./plan.ts";
import { policy } from "./policies.ts";
import { history, outputs } from "./records.ts";
import { status } from "./status.ts";

function layout<Shape extends z.core.$ZodShape>(name: string, description: string, members: Shape) {
  return z.strictObject({ schema: z.literal(`cvm-replicator/${name}/1`), ...members }).describe(description);
}

const ending = { copies: z.array(copyLine), summary };
const named = namedImage.shape;

/** By the name of the layout; every command has one with its own name, `retry` that of `apply`. */
export const LAYOUTS = {
  validate: layout("validate", "The policies with defaults and groups expanded, or every error in the files.", {
    policies: z.array(policy).describe("empty if there are errors"),
    warnings: z.array(problem),
    problems: z.array(problem).describe("the errors; exit code 2 if there are any"),
    tests: z
      .array(
        z.strictObject({
          name: z.string(),
          where: z.string(),
          ok: z.boolean(),
          expected: texts,
          got: texts,
          reasons: texts,
        }),
      )
      .nullable()
      .describe("each example; null without --tests"),
  }),
  plan: layout("plan", "What apply would do now, and what is left as it is.", plan),
  apply: layout("apply", "How the copies stand after apply or retry, and what the command changed.", {
    ...ending,
    narrowedTo: z.string().nullable().describe("the options that narrow the command"),
    applied: imageCounts.describe("how many images the command created, changed and deleted, as outlook of plan"),
    deleted: z.array(z.strictObject({ ...imageRef.shape, text: z.string().describe("why") })),
    notDeleted: z
      .array(z.strictObject({ ...named, sizeGiB: z.number(), reason }))
      .describe("images that stay because their deletion was not confirmed; exit code 3 if there are any"),
    done: done.describe("the calls that took effect"),
  }),
  status: layout("status", "How the copies stand, from the records.", status),
  history: layout("history", "The latest runs, or all that happened to the copies of an image.", history),
  outputs: layout("outputs", "Which image to start from in each region.", outputs),
  explain: layout("explain", "Why one image is, or is not, copied.", explain),
  doctor: layout("doctor", "Each check in the order of the lines.", {
    checks: z.array(
      z.strictObject({
        subject: z.string().describe("what was examined"),
        status: z.enum(["ok", "warning", "wrong", "not-checked"]),
        code: z.string().describe("stable, for programs"),
        text: z.string(),
        remedy: z.string().optional().describe("absent where nothing has to be done"),
      }),
    ),
    counts: z.strictObject({ ok: count, warning: count, wrong: count, "not-checked": count }),
  }),
  prune: layout("prune", "Which copies of an image were deleted.", {
    imageId: z.string().describe("as given"),
    images: z.array(
      z.strictObject({
        ...named,
        sizeGiB: z.number(),
        isShared: z.boolean(),
        text: z.string().describe("why"),
        done: z.boolean().describe("whether the image is gone"),
      }),
    ),
    retained: z.array(z.strictObject({ ...named, reason })).describe("the other copies of the image"),
  }),
  rebuild: layout("rebuild", "The copies that were found again in the cloud.", {
    account,
    uncertainUntil: time.nullable().describe("until then, a copy that is not seen may be under way"),
    ...ending,
  }),
  rollback: layout("rollback", "Which image a family points to in each region.", {
    family: z.string(),
    regions: z.array(
      z.strictObject({
        region,
        from: z.strictObject(named).describe("the image that leaves the family"),
        to: z.strictObject(named).describe("the previous image"),
        done: z.boolean().describe("the cloud confirms it; never true in a dry run"),
      }),
    ),
    problems: z.array(reason).describe("these need manual action"),
    remarks: z.array(reason),
  }),
  version: layout("version", "What runs.", {
    version: z.string(),
    build: z.string().nullable().describe("the version and the commit; null if the sources run as they are"),
    node: z.string(),
    platform: z.string(),
    arch: z.string(),
  }),
  error: layout("error", "The error that ended a command. Standard error has the same as text.", {
    error: z.strictObject({
      exitCode: z.union([z.literal(1), z.literal(2), z.literal(130)]),
      message: z.string(),
      problems: z.array(problem).min(1).describe("all problems at once"),
    }),
  }),
} as const;
