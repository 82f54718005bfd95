// Which policy runs for an account, and since when it alone has run.
import { createHash } from "node:crypto";
import type { Policy } from "../model/policy.ts";
import type { Replicator } from "../model/ports.ts";
import { CLOCK_SKEW } from "../model/time.ts";
import type { AccountRecord, Millis } from "../model/types.ts";
import type { KnownAccount } from "./account-record.ts";

/** Since when the first policy of an account has run alone: nothing was given for another one. */
const ALWAYS: Millis = 0;

/** The policy of this run, by its hash, and whether another one ran for the account before. */
export interface PolicyInForce {
  readonly hash: string;
  readonly isOther: boolean;
}

/**
 * Records that the policy of this process runs for the account; a dry run stores nothing,
 * and neither does a run for some copies only, which does not put the policy in force. The time
 * since when it alone has run starts anew whenever two policies alternate. Throws `StateError`.
 */
export async function recordPolicy(
  known: KnownAccount,
  { mode, only }: { readonly mode?: "apply" | "dry-run" | "record-only"; readonly only?: unknown },
  { policies, now }: Pick<Replicator, "policies" | "now">,
): Promise<PolicyInForce> {
  const hash = hashOf(policies);
  let isOther = false;
  const stamped = (record: AccountRecord | undefined): AccountRecord | undefined => {
    isOther = record?.policy !== undefined && record.policy.hash !== hash;
    // A time in the future was written by a process whose clock was wrong.
    const isCurrent = record?.policy?.hash === hash && record.policy.since <= now() + CLOCK_SKEW;
    return record && !isCurrent ? { ...record, policy: { hash, since: isFirst(record) ? ALWAYS : now() } } : undefined;
  };
  if (mode === "dry-run" || only !== undefined) stamped(known.latest());
  else await known.change(stamped);
  return { hash, isOther };
}

/**
 * Whether the policy has run alone for two `SWEEP_EVERY`, so that a run may take back what it no
 * longer says; otherwise until when it may not. `confirmed`: see `RunRequest`.
 */
export function brakeOf(
  record: AccountRecord,
  { hash, isOther }: PolicyInForce,
  { confirmed }: { readonly confirmed?: boolean },
  { now, sweepEvery }: Replicator,
): { readonly since: number; readonly until: number; readonly isUnconfirmed: boolean } | undefined {
  const { policy } = record;
  const since = policy?.hash === hash ? policy.since : isFirst(record) ? ALWAYS : now();
  const until = since + 2 * sweepEvery;
  if (confirmed || now() >= until) return undefined;
  return { since, until, isUnconfirmed: confirmed === false && isOther };
}

/** Whether no policy can have run before: the account was new to this program, and no state was lost. */
function isFirst({ policy, uncertainUntil }: AccountRecord): boolean {
  return policy === undefined && uncertainUntil === undefined;
}

function hashOf(policies: readonly Policy[]): string {
  return createHash("sha256").update(JSON.stringify(policies)).digest("hex").slice(0, 16);
}
