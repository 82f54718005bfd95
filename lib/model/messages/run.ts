// What a run, a rebuild, a rollback and a manual request report.
import { catalogue, error, info, type Message, storedText, warn } from "./define.ts";

/** Why a region is not read; why a rollback is not complete, or what its user should know. */
export const runReasons = {
  /** `near`: a region that the cloud has and that may be meant. */
  "no-such-region": error((p: { region: string; near?: string | undefined }) => ({
    text: `Tencent Cloud lists no region ${p.region} for CVM`,
    remedy: `${p.near === undefined ? "" : `use ${p.near}, if that is meant; or `}correct ${p.region} in the policy file, or remove it`,
  })),
  "not-rolled-back": error((p: { family: string; region: string; current?: string; failure?: string }) => ({
    text: `the family "${p.family}" in ${p.region} is not rolled back yet: ${p.failure ?? `it points to ${p.current ?? "no image"}`}`,
    remedy: "run the rollback again in a minute; the journal has the cloud's answers",
  })),
  "work-left": warn((p: { calls: number }) => ({
    text: `${p.calls} calls were not made: what they are based on was older than allowed each time, because the cloud answers slowly`,
    remedy: "run it again; if that does not help, look for a region or an API that is slow",
  })),
  "previous-version-orphaned": warn((p: { imageId: string; name: string; region: string }) => ({
    text: `no policy selects the source of ${p.imageId} ("${p.name}") in ${p.region}; the copy is kept, with its present shares, while the family points to it`,
    remedy: "let a policy select its source again, or publish a newer version",
  })),
} as const;

/** What each kind of question is about. */
const SUBJECTS = {
  quota: "how many images it may hold",
  shares: "with which accounts all its images are shared",
  uses: "what uses its images",
  family: "which images all its families point to",
} as const;

const runMessages = {
  "timer-run-in-progress": info(() => "another timer run is in progress"),
  "too-little-time": error((p: { seconds: number; cause: string }) => ({
    text: `stopped early: the ${p.seconds} s left to the function were too few to read everything; nothing is lost`,
    remedy: `give the function a longer time limit, at least 60 s (${p.cause})`,
  })),
  /** `kind`: what the failure depends on, if the call itself has no remedy. */
  "call-failed": error((p: { text: string; remedy?: string; kind: "connection" | "passes" | "stays" }) => {
    const byKind = {
      connection: "check that the network of the function (VPC, NAT gateway) reaches the hosts of the API",
      passes: "this passes by itself; run it again, or let the timer continue",
      stays: "run it again when this is corrected",
    };
    return `${p.text}; nothing is lost; ${p.remedy ?? byKind[p.kind]}`;
  }, "follow the remedy in the text"),
  "internal-error": error(
    (p: { name: string; text: string }) =>
      `internal error (${p.name}: ${p.text}); nothing is lost; set LOG_LEVEL=debug, run it again, and report the output`,
    "report it, as the text says",
  ),
  "still-reading": warn((p: { region: string }) => ({
    text: `the images of ${p.region} were still being read when the time of the run was over`,
    remedy: "give the function a longer time limit, or run cvm-replicator apply",
  })),
  "still-asking": warn((p: { region: string; ask: "quota" | "shares" | "uses" | "family"; limit: string }) => ({
    text: `${p.region} did not say within ${p.limit} ${SUBJECTS[p.ask]}; nothing that depends on that was done`,
    remedy: "run it again; if that does not help, look for what slows down the API in that region",
  })),
  "region-skipped": info(
    (p: { at: string }) => `it is read again after ${p.at}; to read it at once, run cvm-replicator retry`,
  ),
  "region-read-next": info(
    () => "the next run reads it again; if that fails for long, check the region with the vendor",
  ),
  "account-contended": error((p: { account: string }) => ({
    text: `other processes keep changing the record of account ${p.account}`,
    remedy: "run it again",
  })),
  "account-not-stored": error(
    (p: { account: string }) => `the record of account ${p.account} was neither stored nor found`,
    "check the state with cvm-replicator doctor, and run it again",
  ),
  "rebuild-in-progress": error((p: { account: string }) => ({
    text: `the state of account ${p.account} is being rebuilt by another process`,
    remedy: "run it again when that rebuild has ended",
  })),
} as const;

/** Writes why a run cannot go on, or leaves its work to another run. */
export const runMessage = catalogue(runMessages);

const requestProblems = {
  "not-an-object": error(
    () => 'expected an object such as {"policy": "golden-linux", "dryRun": true} or {}',
    "send an object as the text shows",
  ),
  "unknown-key": error((p: { allowed: readonly string[]; example: string }) => ({
    text: "unknown key",
    remedy: `use ${p.allowed.length === 1 ? "only" : "one of"} ${p.allowed.join(", ")}, e.g. ${p.example}`,
  })),
  "no-copy-of": error((p: { imageId: string }) => ({
    text: `no copy of ${JSON.stringify(p.imageId)} is recorded`,
    remedy: "name a source, or a copy that cvm-replicator status shows",
  })),
  "copies-gone": error((p: { imageId: string }) => ({
    text: `no copy of ${JSON.stringify(p.imageId)} is left to prune: none of the recorded ones has an image any more`,
    remedy: "cvm-replicator explain with that id shows what became of them",
  })),
  "unknown-policy": error((p: { value: string; policies: readonly string[] }) => ({
    text: `${p.value} is not the name of a policy`,
    remedy: `use one of ${p.policies.join(", ")}`,
  })),
  "not-a-source-region": error((p: { value: string; regions: readonly string[] }) => ({
    text: `${p.value} is not a region that the policies copy from`,
    remedy: `use one of ${p.regions.join(", ")}`,
  })),
  "not-a-boolean": error((p: { value: string }) => ({
    text: `${p.value} is not allowed`,
    remedy: "use true or false",
  })),
  "not-image-ids": error(
    (p: { value: string }) => `expected one or more image ids such as ["img-8toqc6s3"], got ${p.value}`,
    "send the ids in a list, as the text shows",
  ),
} as const;

/** Writes a problem of a request by hand. `value` is passed shortened and quoted. */
export const requestProblem = catalogue(requestProblems);

/**
 * The code of a failed read: it ends with the error code of the API, e.g.
 * `unreadable-UnauthorizedOperation`.
 */
export type ReadFailureCode = `${"unreadable" | "unanswered"}-${string}`;

/** The reason of an unreadable region that a run does not try to read again yet. */
export function skippedReason(failure: Message<string>, retryAt: string): Message<string> {
  const next = runMessage("region-skipped", { at: retryAt }).text;
  const remedy = failure.remedy === undefined ? next : storedText(`${failure.remedy}; ${next}`);
  return { ...failure, remedy };
}

/** The reason of a region that a run could not read, before it is recorded when the next run reads it. */
export function unreadReason(failure: Message<string>): Message<string> {
  return { ...failure, remedy: failure.remedy ?? runMessage("region-read-next").text };
}

/**
 * The reason for a region that could not be read, or a question that was not answered, in the words
 * of the failed call.
 */
export function readFailureReason(
  kind: "unreadable" | "unanswered",
  failure: {
    readonly code: string;
    readonly message: string;
    readonly remedy?: string | undefined;
    readonly requestId?: string | undefined;
  },
): Message<ReadFailureCode> {
  return {
    code: `${kind}-${failure.code}`,
    text: storedText(failure.message),
    ...(failure.remedy !== undefined && { remedy: storedText(failure.remedy) }),
    ...(failure.requestId !== undefined && { requestId: failure.requestId }),
  };
}
