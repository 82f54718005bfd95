// What a run, a rebuild, a rollback and a manual request report.
import { catalogue, error, info, type Message, storedText, warn } from "./define.ts";

/** Why a rollback is not complete, or what its user should know. */
export const runReasons = {
  "not-rolled-back": error((p: { family: string; region: string; current?: string; failure?: string }) => ({
    text: `the family "${p.family}" in ${p.region} is not rolled back yet: ${p.failure ?? `it points to ${p.current ?? "no image"}`}`,
    remedy: "run the rollback again in a minute; the journal has the cloud's answers",
  })),
  "previous-version-orphaned": warn((p: { imageId: string; name: string; region: string }) => ({
    text: `no policy selects the source of ${p.imageId} ("${p.name}") in ${p.region}; the copy is kept, with its present shares, while the family points to it`,
    remedy: "let a policy select its source again, or publish a newer version",
  })),
} as const;

const runMessages = {
  "timer-run-in-progress": info(() => "another timer run is in progress"),
  "too-little-time": error((p: { seconds: number; cause: string }) => ({
    text: `stopped early: the ${p.seconds} s left to the function were too few to read everything; nothing is lost`,
    remedy: `give the function a longer time limit, at least 60 s (${p.cause})`,
  })),
  "account-contended": error((p: { account: string }) => ({
    text: `other processes keep changing the record of account ${p.account}`,
    remedy: "run it again",
  })),
  "account-not-stored": error(
    (p: { account: string }) => `the record of account ${p.account} was neither stored nor found`,
  ),
  "rebuild-in-progress": error((p: { account: string }) => ({
    text: `the state of account ${p.account} is being rebuilt by another process`,
    remedy: "run it again when that rebuild has ended",
  })),
} as const;

/** Writes why a run cannot go on, or leaves its work to another run. */
export const runMessage = catalogue(runMessages);

const requestProblems = {
  "not-an-object": error(() => 'expected an object such as {"policy": "golden-linux", "dryRun": true} or {}'),
  "unknown-key": error((p: { allowed: readonly string[] }) => ({
    text: "unknown key",
    remedy: `use one of ${p.allowed.join(", ")}`,
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
  ),
} as const;

/** Writes a problem of a request by hand. `value` is passed shortened and quoted. */
export const requestProblem = catalogue(requestProblems);

/**
 * The code of a failed read: it ends with the error code of the API, e.g.
 * `unreadable-UnauthorizedOperation`.
 */
export type ReadFailureCode = `${"unreadable" | "unanswered"}-${string}`;

/**
 * The reason for a region that could not be read, or a question that was not answered, in the words
 * of the failed call.
 */
export function readFailureReason(
  kind: "unreadable" | "unanswered",
  failure: { readonly code: string; readonly message: string; readonly remedy?: string | undefined },
): Message<ReadFailureCode> {
  return {
    code: `${kind}-${failure.code}`,
    text: storedText(failure.message),
    ...(failure.remedy !== undefined && { remedy: storedText(failure.remedy) }),
  };
}
