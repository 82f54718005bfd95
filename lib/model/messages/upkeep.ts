// Messages about finished copies: differences, and why an orphaned copy is kept or deleted.
import { catalogue, error, info, warn } from "./define.ts";

/** The vendor's command that ends the sharing of an image with some accounts. */
export function unshareCommand(p: { imageId: string; region: string; accounts: readonly string[] }): string {
  return `tccli cvm ModifyImageSharePermission --region ${p.region} --ImageId ${p.imageId} --AccountIds '${JSON.stringify(p.accounts)}' --Permission CANCEL`;
}

export const upkeepReasons = {
  drift: error(
    (p: {
      imageId: string;
      region: string;
      differences: readonly string[];
      /** Repairs that had no effect, and the time of the last one. */
      tries?: number;
      lastTryAt?: string;
      /** `repair`: the repairs had no effect. `report`: the policy forbids repairs. */
      onDrift: "repair" | "report";
    }) => ({
      text: `${p.imageId} in ${p.region} differs from its desired state: ${p.differences.join("; ")}${p.tries === undefined ? "" : `, tried ${p.tries} times, last at ${p.lastTryAt}`}`,
      remedy:
        p.onDrift === "repair"
          ? "see the journal for the cloud's answers; the repair is retried once a day"
          : "correct it by hand, or set onDrift: repair in the policy",
    }),
  ),

  "account-refused": error((p: { account: string; code: string }) => ({
    text: `the cloud refuses to share images with account ${p.account} (${p.code})`,
    remedy: "correct or remove that account in shareWith; it is tried again once a day",
  })),
  "tag-refused": error((p: { key: string; code: string }) => ({
    text: `the cloud refuses the tag ${p.key} (${p.code})`,
    remedy: "change that tag in copy.tags or on the source; it is tried again once a day",
  })),

  // Why a copy is retired, and why an image is deleted.
  pruned: info((p: { imageId: string; why: string }) => `${p.imageId} was deleted: ${p.why}`),
  "failed-image": info((p: { state: string }) => `left over from a failed attempt (${p.state})`),

  // Why an orphaned copy is not deleted. See also `unfinished`.
  adopted: info(() => "the image was created outside this program"),
  "no-lineage": info(() => "the image has no lineage tags, or those of another image"),
  "is-parent": info(() => "another copy is being made from the image"),
  "not-superseded": info(() => "its encrypted copy is not ready"),
  "policy-gone": info((p: { policy: string }) =>
    p.policy === ""
      ? "the policy that selected it is no longer in the policy file"
      : `policy ${p.policy} is no longer in the policy file`,
  ),
  "policy-disabled": info((p: { policy: string }) => `policy ${p.policy} is disabled`),
  "not-permitted": info((p: { policy: string }) => ({
    text: `policy ${p.policy} does not permit deletion`,
    remedy: "set prune: { delete: true } in that policy to have it deleted",
  })),
  "too-recent": info(
    (p: { minAge: string; dueAt: string }) =>
      `orphaned for less than ${p.minAge}; from ${p.dueAt} on it is deleted, unless accounts, instances or templates use it then`,
  ),
  // With a region: of an image that `explain` cannot judge. With a policy: of an orphaned copy.
  unread: info((p: { policy: string } | { region: string }) =>
    "policy" in p
      ? `not every source region of policy ${p.policy} could be read`
      : `${p.region} was not read whole, so the newest images are unknown`,
  ),
  "still-desired": info((p: { policy: string }) => ({
    text: `policy ${p.policy} still selects its source`,
    remedy: "change the policy, or recall the source, and wait until the copy is orphaned",
  })),
  "last-version": info((p: { region: string }) => ({
    text: `no newer version is ready in ${p.region}, so this is the last usable one there`,
    remedy:
      "to have it deleted all the same, run cvm-replicator prune with its id, or set prune.last: true; either keeps an image that is in use",
  })),
  kept: info((p: { keep: number; policy: string }) => ({
    text: `it is one of the newest ${p.keep} that policy ${p.policy} keeps after they are no longer selected`,
    remedy: "lower prune.keep in the policy",
  })),
  /** `copies`: how many are shared with these accounts; the image is one of them. */
  "shared-by-hand": warn((p: { imageId: string; region: string; accounts: readonly string[]; copies: number }) => ({
    text: `${p.imageId} in ${p.region}${p.copies > 1 ? ` and ${p.copies - 1} more are` : " is"} shared with ${p.accounts.join(", ")}, which no policy names; that stays`,
    remedy: `name them in shareWith, or end the sharing: ${unshareCommand(p)}`,
  })),
  shared: info((p: { accounts: readonly string[] }) => ({
    text: `the image is shared with ${p.accounts.join(", ")}, which may use it`,
    remedy: "end that sharing, or set prune.shared: delete in the policy",
  })),
  "replacement-unshared": info((p: { accounts: readonly string[] }) => ({
    text: `it is shared with ${p.accounts.join(", ")}, and no version that replaces it is`,
    remedy: "it is deleted once a newer version is shared with them",
  })),
  "shared-outside": info((p: { imageId: string; region: string; accounts: readonly string[] }) => ({
    text: `the image is shared with ${p.accounts.join(", ")}, which shareWith does not list`,
    remedy: `end that sharing: ${unshareCommand(p)}`,
  })),

  // What this program gave and its policy no longer says.
  "policy-too-new": info(
    (p: { until: string; differences?: readonly string[] }) =>
      `the policy takes something back only once it alone has run for two SWEEP_EVERY, at the earliest at ${p.until}${p.differences ? `: ${p.differences.join("; ")}` : ""}`,
  ),
  "unconfirmed-policy": error((p: { until: string }) => ({
    text: "another policy has run for this account before, so nothing is unshared, untagged, renamed or deleted yet",
    remedy: `confirm it by running cvm-replicator apply in a terminal, or run the command again after ${p.until}`,
  })),
  "loses-most-shares": error((p: { imageId: string; region: string; accounts: readonly string[]; total: number }) => ({
    text: `${p.imageId} in ${p.region} would lose ${p.accounts.length} of its ${p.total} accounts, so it stays shared`,
    remedy: "if shareWith is right, run cvm-replicator apply --accept-unshare",
  })),
  "deletion-refused": error((p: { imageId: string; region: string; code: string; until: string }) => ({
    text: `the cloud refuses to delete ${p.imageId} in ${p.region}, or to end its sharing for that (${p.code})`,
    remedy: `remove the cause, such as a missing permission, or delete the image by hand; it is tried again after ${p.until}, and by cvm-replicator prune`,
  })),
  "in-use": info((p: { user: string }) => `the image is used by ${p.user}`),
  "family-points-here": info((p: { family: string }) => ({
    text: `the family ${p.family} points to the image`,
    remedy: "publish another version, or run cvm-replicator rollback",
  })),
} as const;

const differences = {
  tags: info((p: { keys: readonly string[] }) => `tags ${p.keys.join(", ")}`),
  name: info(() => "name"),
  description: info(() => "description"),
  deprecation: info(() => "deprecation"),
  "deprecation-rolled-back": info(() => "deprecation after a rollback"),
  family: info((p: { family: string }) => `family ${p.family}`),
  "family-recalled": info(() => "family, which a recalled version must leave"),
  "family-wrongly-led": info(() => "family, which a newer version must lead"),
  "shares-ended": info((p: { accounts: readonly string[] }) => `shares to end ${p.accounts.join(", ")}`),
  "tags-removed": info((p: { keys: readonly string[] }) => `tags to remove ${p.keys.join(", ")}`),
  "family-left": info((p: { family: string }) => `family to leave ${p.family}`),
  shares: info((p: { accounts: readonly string[] }) => `shares ${p.accounts.join(", ")}`),
  "shares-removed-temporarily": info(
    (p: { accounts: readonly string[] }) => `shares ${p.accounts.join(", ")}, removed to modify the image`,
  ),
} as const;

/**
 * Names one difference between a finished copy and its desired state. Stored with a copy, and
 * compared later (`lib/plan/upkeep/try-repair.ts`).
 */
export const difference = catalogue(differences);
