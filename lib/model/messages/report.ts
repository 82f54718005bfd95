// Texts of status, explain and summary: why an image is not selected, timer health, parts of reasons.
import { catalogue, error, info } from "./define.ts";

/** Reasons that only a report gives. A plan and the records hold none of them. */
export const reportReasons = {
  disabled: info(() => ({ text: "the policy is disabled", remedy: "set enabled: true" })),
  public: info(() => ({
    text: "public images are not replicated, only custom and shared ones",
    remedy: "create a custom image from an instance that runs this image",
  })),
  "other-region": info((p: { region: string }) => ({
    text: `the policy does not read ${p.region}`,
    remedy: `add ${p.region} to its \`from\``,
  })),
  "source-gone": info(() => "the image was deleted, or is no longer shared with this account"),
  "no-destination": info(() => ({
    text: "the policy names no region other than the image's own",
    remedy: "add regions to its `to`",
  })),
  "timer-late": error((p: { ranAt: string; ago: string }) => ({
    text: `the timer has not finished a run since ${p.ranAt}, ${p.ago}`,
    remedy: "check the trigger of poll-copies and the log of that function",
  })),
} as const;

const reportTexts = {
  requested: info(() => "requested; not visible in the cloud yet"),
  "rolled-back": info((p: { family: string; isFinished: boolean; isDeprecated: boolean }) => {
    const change = p.isFinished ? `removed from family ${p.family}` : `will not join family ${p.family}`;
    return `rolled back (${change}${p.isDeprecated ? ", deprecated" : ""})`;
  }),
  deprecated: info((p: { because: "age" | "recall" | "said" }) => {
    if (p.because === "said") return "deprecated";
    return p.because === "age"
      ? "deprecated, as prune.deprecateAfter says"
      : "deprecated, because its source was recalled";
  }),
  repairing: info(
    (p: { differences: readonly string[]; tries: number }) =>
      `being repaired: ${p.differences.join("; ")}${p.tries > 1 ? ` (tried ${p.tries} times)` : ""}`,
  ),
  adopted: info(() => "adopted: created outside this program, so never changed or deleted"),
  "not-deleted": info((p: { reason: string }) => `not deleted: ${p.reason}`),
  "duplicate-of": info((p: { imageId: string }) => `${p.imageId} is the recorded copy`),
  "next-attempt": info((p: { attempt: number; at: string }) => `attempt ${p.attempt} follows after ${p.at}`),
  "repair-step": info((p: { change: string; differences: readonly string[] }) => {
    return `${p.change} (all differences: ${p.differences.join("; ")})`;
  }),
  "timer-never-ran": info(() => "timer: has not run yet (function poll-copies)"),
  "timer-ran": info((p: { ago: string }) => `timer: ran ${p.ago}`),
} as const;

/** Writes a part of a longer text: what a report adds to the reason of a copy. */
export const reportText = catalogue(reportTexts);

/** So many known values are named in a problem. */
const MOST_KNOWN = 8;

const choiceProblems = {
  "unknown-value": error(
    (p: { value: string; meant: string | undefined; known: readonly string[]; most?: number | undefined }) => {
      const { most = MOST_KNOWN } = p;
      const more = p.known.length - most;
      const listed = p.known.slice(0, most).join(", ") + (more > 0 ? ` and ${more} more` : "");
      const known = p.known.length > 0 ? `known: ${listed}` : "no copy is recorded yet: run cvm-replicator apply";
      return `"${p.value}" fits no copy; ${p.meant === undefined ? "" : `did you mean ${p.meant}? `}${known}`;
    },
    "name a value that the text lists",
  ),
} as const;

const accountProblems = {
  "several-accounts": error((p: { accounts: readonly string[]; why: string }) => ({
    text: `the state holds ${p.accounts.length} accounts (${p.accounts.join(", ")}), and the cloud did not say whose the credentials are (${p.why})`,
    remedy: `name one: --account ${p.accounts[0]}`,
  })),
  "account-not-recorded": error((p: { account: string; accounts: readonly string[] }) => ({
    text: `nothing is recorded for account ${p.account}`,
    remedy: p.accounts.length > 0 ? `recorded: ${p.accounts.join(", ")}` : "run cvm-replicator apply",
  })),
} as const;

/** Why it is not clear whose records to show. */
export const accountProblem = catalogue(accountProblems);

/** What is wrong with a filter of copies (`--only`, `--region`, `--image`, `--state`). */
export const choiceProblem = catalogue(choiceProblems);
