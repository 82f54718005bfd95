// Runs one invocation of a cloud function on SCF, within its deadline.
import { join } from "node:path";
import { lineJournal } from "../adapters/journal/json-lines.ts";
import { groupBy } from "../model/collections.ts";
import { CloudError, StartError } from "../model/errors.ts";
import { imageIdOf } from "../model/identity.ts";
import { fullText } from "../model/messages/define.ts";
import type { Ignored } from "../model/messages/event.ts";
import { runMessage } from "../model/messages/run.ts";
import type { Journal, Replicator, State } from "../model/ports.ts";
import type { Copy, ImageRef, JournalEntry, Millis, Run } from "../model/types.ts";
import type { Plan } from "../plan/types.ts";
import { type Policies, readCompiledPolicies } from "../policy/compiled.ts";
import { version } from "../record/program.ts";
import { type Answer, answerOf, helloWorldAnswer, type NoRunAnswer, noRunAnswer } from "../report/answer/answer.ts";
import type { NamedImage } from "../report/answer/image-results.ts";
import { thrownError } from "../report/answer/thrown-error.ts";
import { changeOf } from "../report/plan/changes.ts";
import { viewOf } from "../report/plan/plan-view.ts";
import { type Config, readConfig } from "./config.ts";
import { type Opened, openReplicator } from "./open/open-replicator.ts";
import { readInput } from "./open/read-input.ts";
import { replicate } from "./reconcile.ts";
import type { RunRequest } from "./run-requests.ts";

export type { Answer, NoRunAnswer } from "../report/answer/answer.ts";

/** The part of SCF's context that is used. A local caller passes none. */
export interface Context {
  readonly getRemainingTimeInMillis?: () => number;
  readonly time_limit_in_ms?: number;
}

/** What an invocation is for. */
export interface Invocation {
  readonly event: unknown;
  readonly context: Context | undefined;
  /** A test event of this function that leads to a run: for a user who sends the console's first one. */
  readonly example: string;
  /** The run that the event asks for. May throw `InputError`. */
  readonly requestFor: (deps: Replicator, sweepEvery: Millis) => Promise<RunRequest> | RunRequest;
  /** What was read of an event that names images: without an image nothing runs. */
  readonly named?: { readonly images: readonly ImageRef[]; readonly ignored: readonly Ignored[] };
}

/** Reserved for closing and answering before SCF kills the function. */
const CLOSING: Millis = 3_000;
/** The longest time limit of a function (scf 2018-04-16, CreateFunction, Timeout). */
const LONGEST: Millis = 900_000;

/**
 * The deadline came before the cloud was read. Nothing is lost, but the same time limit may be too
 * short every time.
 */
function tooLittleTime(left: Millis, cause: CloudError): StartError {
  const seconds = Math.round(left / 100) / 10;
  return new StartError(fullText(runMessage("too-little-time", { seconds, cause: cause.message })), { cause });
}

/**
 * The policies of the package, unless `POLICY_FILE` names others. In a bundle `import.meta.dirname` is its folder, so
 * that it does not matter where a package was unpacked.
 */
async function readPolicies({ policyFile }: Config): Promise<Policies> {
  const file = policyFile ?? join(import.meta.dirname, "policy.json");
  const option = policyFile === undefined ? undefined : "POLICY_FILE";
  return readCompiledPolicies(await readInput(file, "the policy", option), file, version);
}

/** Lines for what this run could not do. Only its record has them otherwise, and a log is where one looks first. */
function problemEntries({ id, account, endedAt, problems }: Run): JournalEntry[] {
  const entry = { at: endedAt, runId: id, account, level: "warn", event: "problem" } as const;
  return problems.map(({ code, ...problem }) => ({ ...entry, code, text: fullText(problem) }));
}

/** Counts the changes that the journal reports, and the copies that became ready. */
function doneCounter(): Journal & { readonly done: Record<string, number> } {
  const done: Record<string, number> = {};
  const count = (kind: string) => {
    done[kind] = (done[kind] ?? 0) + 1;
  };
  return {
    done,
    async append(entries) {
      for (const entry of entries) {
        const change = entry.event === "ready" ? "finished" : changeOf(entry);
        if (change !== undefined) count(change);
      }
    },
  };
}

/** The images that an event names, with what the run found out about each. */
function namedImages(images: readonly ImageRef[], { scope }: RunRequest, plan: Plan): NamedImage[] {
  const idOf = ({ region, imageId }: ImageRef) => `${region}/${imageId}`;
  const read = new Set(scope.kind === "images" ? scope.images.map(idOf) : []);
  const reasons = groupBy(plan.notSelected(), ({ image }) => idOf(image));
  return images.map(({ region, imageId }) => {
    const id = idOf({ region, imageId });
    return { region, imageId, isRead: read.has(id), notSelected: reasons.get(id) ?? [] };
  });
}

/** Adds what an image is a copy of. The records of images that the run did not read are read here. */
async function withCopies(images: readonly NamedImage[], state: State, account: string): Promise<NamedImage[]> {
  const unread = images.filter(({ isRead }) => !isRead);
  if (unread.length === 0) return [...images];
  const { copies } = await state.read(account, { images: unread });
  return images.map((image) => {
    const copy = copies.find((one) => one.key.region === image.region && imageIdOf(one) === image.imageId);
    return copy && !image.isRead ? { ...image, copyOf: copy } : image;
  });
}

/**
 * Runs one invocation of a function: opens a replicator from the environment, does one run within
 * the remaining time, and closes everything. An event about images, and a request that is limited, are answered with
 * their copies, any other with those of the account. An event that leads to no run is answered with the reason.
 * Errors are rethrown, so that SCF counts the invocation as failed and repeats it.
 */
export async function invoke(invocation: Invocation): Promise<Answer | NoRunAnswer> {
  const { event, example, named } = invocation;
  if (named && named.images.length === 0) return noRunAnswer(named.ignored);
  if (!named && Object.hasOwn(Object(event) as object, "key1")) return helloWorldAnswer(example);
  try {
    return await run(invocation);
  } catch (error) {
    throw thrownError(error, process.env["LOG_LEVEL"] === "debug");
  }
}

async function run({ context, requestFor, named }: Invocation): Promise<Answer> {
  const left = context?.getRemainingTimeInMillis?.() ?? context?.time_limit_in_ms ?? LONGEST;
  const stopAt = Date.now() + left - CLOSING;
  const config = readConfig(process.env);
  const printed = lineJournal((line) => process.stdout.write(line), config.logLevel);
  const counter = doneCounter();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), Math.max(0, left - CLOSING));
  let opened: Opened | undefined;
  try {
    opened = await openReplicator(
      config,
      process.env,
      { at: () => stopAt, signal: stop.signal },
      { contents: await readPolicies(config), journals: [printed, counter] },
    );
    const request = await requestFor(opened.replicator, config.sweepEvery);
    const { account, run, plan, copies, totals, problems } = await replicate(request, opened.replicator);
    await printed.append(problemEntries(run));
    const images = named && (await withCopies(namedImages(named.images, request, plan), opened.state, account));
    const { only } = request;
    const ids = named && new Set(named.images.map(({ region, imageId }) => `${region}/${imageId}`));
    const isConcerned = ({ key, policy }: Copy) =>
      (ids?.has(`${key.rootRegion}/${key.rootId}`) ?? true) && (only?.(key, policy) ?? true);
    return answerOf({
      account,
      run,
      copies: copies.filter(isConcerned),
      isPart: Boolean(named ?? only),
      totals,
      problems,
      done: counter.done,
      ...(request.mode === "dry-run" && { plan: viewOf(plan, { prices: opened.prices }) }),
      ...(named && images && { event: { images, ignored: named.ignored } }),
    });
  } catch (error) {
    throw stop.signal.aborted && error instanceof CloudError ? tooLittleTime(left, error) : error;
  } finally {
    clearTimeout(timer);
    await opened?.close();
  }
}
