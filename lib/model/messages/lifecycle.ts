// Why a copy waits, fails, is blocked or retired, and the warnings of a plan.
import { catalogue, error, info, warn } from "./define.ts";

const variantOf = (imageId: string) => `${imageId}, another variant of this copy,`;

function nameTaken(p: {
  readonly imageId: string;
  readonly region: string;
  readonly name: string;
  readonly isOurs: boolean;
  /** Why the image cannot be adopted; shown under either setting of `existing`. */
  readonly misfit?: string | undefined;
}) {
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

function cannotRename(p: { readonly variantId: string; readonly region: string; readonly name: string }) {
  return {
    text: `${variantOf(p.variantId)} has the name "${p.name}" in ${p.region} and could not be renamed`,
    remedy:
      "if that image is shared with other accounts, stop sharing it (a shared image cannot be renamed) and run " +
      "cvm-replicator retry; it is also retried every ten minutes",
  };
}

export const lifecycleReasons = {
  // Before the request.
  new: info(() => "selected by a policy"),
  "unidentified-busy": info(
    (p: { imageId: string; state: string }) =>
      `${p.imageId} exists and is ${p.state}; whether it is finished shows only when it is NORMAL`,
  ),
  "unknown-after-loss": info(
    (p: { until: string }) =>
      `the state was rebuilt; waiting until ${p.until} in case this copy is already in progress`,
  ),
  "parent-not-ready": info(
    (p: { region: string; state?: string | undefined }) =>
      `waits for the copy in ${p.region}, which is ${p.state ?? "not requested yet"}`,
  ),
  leftover: info((p: { imageId: string; why: string }) => `${p.imageId} is deleted first: ${p.why}`),
  "freeing-name": info((p: { imageId: string }) => `${variantOf(p.imageId)} is renamed first`),
  "name-taken": error((p: Parameters<typeof nameTaken>[0] | Parameters<typeof cannotRename>[0]) =>
    "variantId" in p ? cannotRename(p) : nameTaken(p),
  ),
  "adopted-twice": info(() => "the adopted image is already recorded as the copy of another image"),

  // The request and its outcome.
  "no-effect": info((p: { token: string }) => `the request for "${p.token}" created no image`),
  "requested-with-others": info(
    (p: { at: string; refusal: string }) =>
      `requested again at ${p.at}: the call was refused for another destination: ${p.refusal}`,
  ),
  "request-alone": info(
    (p: { at: string; refusal: string }) =>
      `requested again, on its own, at ${p.at}: the call for several destinations was refused: ${p.refusal}`,
  ),
  "copy-failed": warn((p: { imageId: string; state: string }) => `the copy failed (${p.imageId} is ${p.state})`),
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
  deselected: info(() => "no longer selected by any policy"),
  superseded: info(() => "it was an intermediate copy for encryption and is no longer needed"),
  "unfinished-orphan": info(
    () => "unfinished, and not selected by any policy; it is left as it is, under its current name",
  ),

  // Of the whole plan.
  "left-out": warn((p: { family: string; rootId: string; region: string; without: string }) => ({
    text: `family ${p.family} moves to the copy of ${p.rootId} in ${p.region}${p.without}`,
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
  ),
  "state-lost": warn(() => "not sent: the state was lost or replaced while the call was prepared"),
} as const;

/** Parts of reasons whose code comes from elsewhere, and texts of errors. */
export const lifecycleText = catalogue(texts);

const MATCHES = { image: "matches this image id", policy: "belongs to this policy", region: "is in this region" };

const retryProblems = {
  "no-such-copy": error(
    (p: { value: string; filter: keyof typeof MATCHES }) =>
      `"${p.value}": no recorded copy ${MATCHES[p.filter]}; cvm-replicator status lists all copies`,
  ),
  "nothing-to-retry": error(
    (p: { value: string; filter: keyof typeof MATCHES }) =>
      `"${p.value}": no copy that ${MATCHES[p.filter]} is failed or blocked; cvm-replicator status lists all copies`,
  ),
  "no-copy-for-all": error(() => "no failed or blocked copy matches all of these filters"),
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
