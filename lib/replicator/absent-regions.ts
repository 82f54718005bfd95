// Finds the regions that the policies name and that neither this release nor the cloud knows.
import { CloudError } from "../model/errors.ts";
import { reason } from "../model/messages/reasons.ts";
import type { RunDeps } from "../model/ports.ts";
import type { AccountRecord, Millis, Reason } from "../model/types.ts";
import { didYouMean } from "../policy/values/did-you-mean.ts";
import { REGIONS, regionOf } from "../policy/values/regions.ts";
import type { KnownAccount } from "../record/account-record.ts";

/** How long the cloud's list of regions is remembered. */
const LIST_LIFE: Millis = 86_400_000;

type CloudRegions = NonNullable<AccountRecord["cloudRegions"]>;

/**
 * The regions of the enabled policies that do not exist, each with the reason. Asks the cloud for
 * its list only if a policy names a region that is not in the table of this release, and then at
 * most once a day; in a sweep also if the remembered list lacks such a region, because regions are
 * added. If the list cannot be read, no region counts as absent: reading the region shows it.
 *
 * A dry run stores nothing. Throws an abort, any error that is not a `CloudError`, and `StateError`.
 */
export async function findAbsentRegions(
  account: KnownAccount,
  { isSweep, mode }: { readonly isSweep: boolean; readonly mode?: "apply" | "dry-run" | "record-only" | undefined },
  deps: Pick<RunDeps, "cloud" | "policies" | "now">,
): Promise<ReadonlyMap<string, Reason>> {
  const named = deps.policies.flatMap(({ enabled, from, to }) => (enabled ? [...from, ...to] : []));
  const unknown = [...new Set(named)].filter((id) => regionOf(id) === undefined);
  if (unknown.length === 0) return new Map();
  const remembered = account.latest()?.cloudRegions;
  const isFresh = remembered !== undefined && Math.abs(deps.now() - remembered.readAt) < LIST_LIFE;
  const suffices = isFresh && (!isSweep || unknown.every((id) => remembered.ids.includes(id)));
  const list = suffices ? remembered : await readList(account, mode, deps);
  if (list === undefined) return new Map();
  const candidates = [...list.ids, ...REGIONS.map(({ id }) => id)];
  return new Map(
    unknown
      .filter((region) => !list.ids.includes(region))
      .map((region) => [region, reason("no-such-region", { region, near: didYouMean(region, candidates) })]),
  );
}

/** Whether the remembered list of the cloud lacks a region that this release does not know. */
export function isAbsent(region: string, record: AccountRecord | undefined): boolean {
  const ids = record?.cloudRegions?.ids;
  return ids !== undefined && regionOf(region) === undefined && !ids.includes(region);
}

/** Reads and remembers the list. Undefined if the cloud does not answer it. */
async function readList(
  account: KnownAccount,
  mode: "apply" | "dry-run" | "record-only" | undefined,
  { cloud, now }: Pick<RunDeps, "cloud" | "now">,
): Promise<CloudRegions | undefined> {
  const readAt = now();
  try {
    const cloudRegions = { ids: await cloud.regions(), readAt };
    // The first run of an account has no record yet; the next run asks again.
    if (mode !== "dry-run") await account.change((record) => record && { ...record, cloudRegions });
    return cloudRegions;
  } catch (error) {
    if (!(error instanceof CloudError) || error.code === "Aborted") throw error;
    return undefined;
  }
}
