// Why a copy waits, fails, is blocked or retired, and the warnings of a plan.
import { catalogue, error, info, warn } from "./define.ts";
import { INNER } from "./help.ts";

function nameTaken(p: {
  readonly imageId: string;
  readonly region: string;
  readonly name: string;
  readonly isOurs: boolean;
  /** Why the image cannot be adopted; shown under either setting of `existing`. */
  readonly misfit?: string | undefined;
  /** Of a copy of this program that would be renamed if it were not shared with these accounts. */
  readonly sharedWith?: readonly string[] | undefined;
}) {
  if (p.sharedWith)
    return {
      text: `${p.imageId} in ${p.region}, an older copy of this program, is named "${p.name}" and shared with ${p.sharedWith.join(", ")}, so it cannot be renamed`,
      remedy: "end that sharing, or give the copy another name (copy.name)",
    };
  const owner = p.isOurs ? ", another copy of this program," : "";
  const adoption = p.misfit ? `it cannot be adopted: ${p.misfit}` : "it would fit existing: adopt";
  const rename = "rename or delete that image";
  return {
    text: `${p.imageId} in ${p.region}${owner} is already named "${p.name}"; ${adoption}`,
    remedy: p.isOurs
      ? "give one of the two another name (copy.name)"
      : p.misfit
        ? `${rename}, or give the copy another name (copy.name)`
        : `${rename}, give the copy another name (copy.name), or set existing: adopt`,
  };
}

function uncertain(p: {
  /** Until when it waits; or for how long from the first run on that is recorded. */
  readonly until?: string;
  readonly length?: string;
  readonly cause?: "lost" | "others" | "unread" | "slow";
  readonly regions?: readonly string[];
}): string {
  // A newer version of this program may have stored another cause.
  const causes: Readonly<Record<string, string>> = {
    lost: "the state was lost or rebuilt",
    others:
      "this state is new, and the account has copies of another installation, or of this one before its state was lost",
    unread: `${p.regions?.join(", ")} could not be read when this state first met the account`,
    slow: "reading the account took too long when this state first met it",
  };
  const wait = p.until === undefined ? `waits ${p.length} from the first apply on` : `waiting until ${p.until}`;
  return `${causes[p.cause ?? "lost"] ?? causes["lost"]}; ${wait} in case this copy is already in progress`;
}

/** Why a run did not read something: its region cannot be read, or is late in a sweep, or this was a poll. */
export type Unread = "unreadable" | "late" | "poll";

const NEXT_READING: Readonly<Record<Unread, string>> = {
  unreadable: "its region could not be read, and is read again by a later run",
  late: "its region is still being read, or the next sweep reads it",
  poll: "a sweep reads it",
};

export const lifecycleReasons = {
  // Before the request.
  new: info(() => "selected by a policy"),
  "unidentified-busy": info(
    (p: { imageId: string; state: string }) =>
      `${p.imageId} exists and is ${p.state}; whether it is finished shows only when it is NORMAL`,
  ),
  "unidentified-stuck": error((p: { imageId: string; region: string; state: string; since: string }) => ({
    text: `${p.imageId} in ${p.region} has been ${p.state} since ${p.since}, so that it is unknown whether it is finished`,
    remedy: "ask the vendor's support about this image, or delete it",
  })),
  "unknown-after-loss": info(uncertain),
  "parent-not-ready": info(
    /** `cause`: why that copy needs manual action. */
    (p: { region: string; state?: string | undefined; cause?: string | undefined }) =>
      `waits for the copy in ${p.region}, which is ${p.state ?? "not requested yet"}${p.cause === undefined ? "" : `: ${p.cause}`}`,
  ),
  leftover: info((p: { imageId: string; why: string }) => `${p.imageId} is deleted first: ${p.why}`),
  "name-taken": error(nameTaken),
  "name-held": error((p: { imageId: string; region: string; name: string; state?: string }) => ({
    text: `${p.imageId} in ${p.region} still has the name "${p.name}" and cannot give it up: ${p.state === undefined ? "the policy has changed since" : `it is ${p.state}`}`,
    remedy:
      p.state === undefined
        ? "nothing, if the policy was changed a short time ago; otherwise let only one policy run for this account"
        : "if this lasts, find out what keeps that image busy",
  })),
  "adopted-twice": info(() => "the adopted image is already recorded as the copy of another image"),

  // The request and its outcome.
  "no-effect": info((p: { token: string }) => `the request for "${p.token}" created no image`),
  unidentified: error((p: { imageId: string; rootId: string; region: string }) => ({
    text: `${p.imageId} was recorded as this copy, but shows neither its temporary name nor its tags, so nothing is changed about it`,
    remedy: `if it is a copy that was renamed and lost its tags, it stays as it is; to have the copy made again: cvm-replicator retry ${p.rootId} --region ${p.region}`,
  })),
  "requested-with-others": info(
    (p: { at: string; refusal: string }) =>
      `requested again at ${p.at}: the call was refused for another destination: ${p.refusal}`,
  ),
  "request-alone": info(
    (p: { at: string; refusal: string }) =>
      `requested again, on its own, at ${p.at}: the call for several destinations was refused: ${p.refusal}`,
  ),
  "refusal-in-doubt": info(
    (p: { until: string }) =>
      `a call for several destinations was refused; waiting until ${p.until} in case it started this copy all the same`,
  ),
  "copy-failed": warn(
    (p: { imageId: string; state: string }) => `the copy failed (${p.imageId} is ${p.state})`,
    "check the source image; the cloud gives no cause. It is tried again until its attempts are used",
  ),
  stuck: error(
    (p: { imageId: string; since: string } & ({ state: string; percent: number | undefined } | { unset: string })) =>
      "unset" in p
        ? {
            text: `${p.imageId} is NORMAL, but its ${p.unset} could not be set since ${p.since}`,
            remedy: "see the journal for the responses of the cloud",
          }
        : {
            text: `${p.imageId} has been ${p.state} at ${p.percent ?? "?"} % since ${p.since}`,
            remedy: "ask the vendor's support about this image, or delete it; the cloud cannot cancel a copy",
          },
  ),

  // After it was ready.
  gone: info((p: { imageId: string; since: string; rootId?: string; region?: string }) => ({
    text: `${p.imageId} is gone: missing twice since ${p.since}`,
    ...(p.rootId && {
      remedy: `to create it again, run cvm-replicator retry ${p.rootId} --region ${p.region}, or set onDrift: repair`,
    }),
  })),
  deselected: info((p: { cause: string | undefined }) =>
    p.cause === undefined ? "no longer selected by any policy" : `no longer selected by any policy: ${p.cause}`,
  ),
  "source-deleted": info((p: { imageId: string; isShared: boolean }) =>
    p.isShared ? `its source ${p.imageId} was deleted or is no longer shared` : `its source ${p.imageId} was deleted`,
  ),
  "left-from": info((p: { policy: string; region: string }) => `policy ${p.policy} no longer copies from ${p.region}`),
  "left-to": info((p: { policy: string; region: string }) => `policy ${p.policy} no longer copies to ${p.region}`),
  "encryption-changed": info(
    (p: { policy: string; region: string }) => `policy ${p.policy} no longer asks for this encryption in ${p.region}`,
  ),
  recalled: info(() => "its source was recalled"),
  superseded: info(() => "it was an intermediate copy for encryption and is no longer needed"),
  /** `cause`: why no policy selects it; without, that is not known. */
  "unfinished-orphan": info((p: { cause?: string | undefined }) =>
    p.cause === undefined
      ? "unfinished, and which policy selects it is unknown; it is left as it is, under its current name"
      : `unfinished, and ${p.cause}; it is left as it is, under its current name`,
  ),

  // What a copy waits for, where its record does not say so.
  "region-unread": info(
    (p: { region: string; because: Unread }) =>
      `${p.region} was not read whole in this run; ${NEXT_READING[p.because]}`,
  ),
  "image-unread": info(
    (p: { imageId: string; because: Unread }) => `${p.imageId} was not read in this run; ${NEXT_READING[p.because]}`,
  ),
  "in-doubt": info(
    (p: { token: string }) => `requested as "${p.token}"; the outcome of the call is unknown, so it is searched for`,
  ),
  "not-visible-yet": info((p: { imageId: string }) => `${p.imageId} was requested and may not be visible yet`),
  missing: info(
    (p: { imageId: string; since: string }) =>
      `${p.imageId} has not been found as this copy since ${p.since}; it counts as gone once a later run confirms that, unless too many are missing at once`,
  ),
  undetermined: info(
    () => "whether a policy still selects the source is unknown, because a source region was not read whole",
  ),
  "image-busy": info(
    (p: { imageId: string; state: string }) => `${p.imageId} is ${p.state}; changed only once it is NORMAL`,
  ),
  "repair-paused": info(
    (p: { differences: readonly string[]; tries: number }) =>
      `${p.differences.join("; ")}: repaired ${p.tries === 1 ? "once" : `${p.tries} times`} and not visible yet`,
  ),

  // Of the whole plan.
  /** Without `region` the copies are only requested: the family moves once they are finished. */
  "left-out": warn((p: { family: string; rootId: string; region?: string; without: string }) => ({
    text:
      p.region === undefined
        ? `family ${p.family} will move to the copies of ${p.rootId}${p.without}`
        : `family ${p.family} moves to the copy of ${p.rootId} in ${p.region}${p.without}`,
    remedy: "see the reasons in those regions; they follow once the cause is gone",
  })),
  large: warn((p: { imageId: string; name: string; sizeGiB: number; documentedGiB: number }) => ({
    text: `${p.imageId} ("${p.name}") has ${p.sizeGiB} GiB; the cloud may refuse more than ${p.documentedGiB}`,
    remedy: "set maxSizeGiB in the policy to leave such images out",
  })),
} as const;

const texts = {
  "attempts-used": error((p: { text: string; limit: number }) => ({
    text: `${p.text}; ${p.limit} of ${p.limit} attempts used`,
    remedy: "once the cause is gone, run cvm-replicator retry",
  })),
  "shares-unread": warn(
    (p: { imageId: string; text: string }) =>
      `${p.imageId} is finished except for its shares, which cannot be read: ${p.text}`,
    INNER,
  ),
  "state-lost": warn(
    () => "not sent: the state was lost or replaced while the call was prepared",
    "nothing: the next run starts from the new state",
  ),
} as const;

/** Parts of reasons whose code comes from elsewhere, and texts of errors. */
export const lifecycleText = catalogue(texts);

const MATCHES = {
  images: "has this id, source or name",
  policies: "belongs to this policy",
  regions: "is in this region",
};

const retryProblems = {
  "nothing-to-retry": error(
    (p: { value: string; filter: keyof typeof MATCHES }) =>
      `"${p.value}": no copy that ${MATCHES[p.filter]} is failed, retrying, blocked or waits for an unreadable region; cvm-replicator status lists all copies`,
    "nothing: there is nothing to retry; status shows what the copy waits for",
  ),
  "no-copy-for-all": error(
    () => "no copy that is failed, retrying, blocked or waits for an unreadable region matches all of these filters",
    "leave out a filter; cvm-replicator status lists all copies",
  ),
} as const;

/** What is wrong with the filters of `cvm-replicator retry`. */
export const retryProblem = catalogue(retryProblems);

const misfits = {
  "encryption-invisible": info(() => "the API does not show whether an image is encrypted"),
  "copy-of-another": info(() => "it is the copy of another image"),
  "adopted-for-another": info(() => "it is recorded as the copy of another image"),
  "not-normal": info((p: { state: string }) => `it is ${p.state}`),
  "other-size": info(
    (p: { sizeGiB: number; sourceGiB: number }) => `it has ${p.sizeGiB} GiB, the source ${p.sourceGiB}`,
  ),
  "other-os": info((p: { osName: string; source: string }) => `it is ${p.osName}, the source ${p.source}`),
  "other-architecture": info(
    (p: { architecture: string; source: string }) => `it is ${p.architecture}, the source ${p.source}`,
  ),
  "data-disks": info(() => "only one of the two has data disks"),
  "too-old": info(() => "it is not younger than the source"),
} as const;

/** Why an image that has the name of a copy cannot be adopted as that copy. */
export const misfitText = catalogue(misfits);
