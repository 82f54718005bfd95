// Messages about finished copies: differences, and why an orphaned copy is kept or deleted.
import { catalogue, error, info } from "./define.ts";

export const upkeepReasons = {
  drift: error(
    (p: {
      imageId: string;
      region: string;
      differences: string;
      /** Repairs that had no effect, and the time of the last one. */
      tries?: number;
      lastTryAt?: string;
      /** `repair`: the repairs had no effect. `report`: the policy forbids repairs. */
      onDrift: "repair" | "report";
    }) => ({
      text: `${p.imageId} in ${p.region} differs from its desired state: ${p.differences}${p.tries === undefined ? "" : `, tried ${p.tries} times, last at ${p.lastTryAt}`}`,
      remedy:
        p.onDrift === "repair"
          ? "see the journal for the cloud's answers; the repair is retried once a day"
          : "correct it by hand, or set onDrift: repair in the policy",
    }),
  ),

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
      `orphaned for less than ${p.minAge}; it may be deleted from ${p.dueAt} on`,
  ),
  // With a region: of an image that `explain` cannot judge. With a policy: of an orphaned copy.
  unread: info((p: { policy: string } | { region: string }) =>
    "policy" in p
      ? `not every source region of policy ${p.policy} could be read`
      : `${p.region} was not read whole, so the newest images are unknown`,
  ),
  "shared-outside": info((p: { accounts: readonly string[] }) => ({
    text: `the image is shared with ${p.accounts.join(", ")}, which shareWith does not list`,
    remedy: "end that sharing",
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
  "family-wrongly-led": info(() => "family, which a newer version must lead"),
  shares: info((p: { accounts: readonly string[] }) => `shares ${p.accounts.join(", ")}`),
  "shares-removed-temporarily": info(
    (p: { accounts: readonly string[] }) => `shares ${p.accounts.join(", ")}, removed to modify the image`,
  ),
} as const;

/**
 * Names one difference between a finished copy and its desired state. Differences are stored with a
 * copy, joined by "; ", and compared later (`lib/plan/upkeep/repair.ts`), so a name must not
 * contain that separator.
 */
export const difference = catalogue(differences);
