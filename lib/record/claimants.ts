// This process as a claimant, and which claimants can send nothing any more.
import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { Replicator } from "../model/ports.ts";
import type { Claimant, Copy } from "../model/types.ts";

/**
 * This process as a claimant. On Linux `host` names the boot of the machine and the pid namespace,
 * so that another process on it can prove this one dead. Elsewhere and on SCF there is no such
 * proof, so a claim without an answer has to expire.
 */
export function thisProcess(onScf: boolean): Claimant {
  const host = onScf ? undefined : thisHost();
  return { id: randomUUID(), ...(host !== undefined && { host, pid: process.pid }) };
}

/**
 * Whether a claimant is proven to be a dead process of this host. A pid that was reused counts as
 * alive.
 */
export function isDead(claimant: Claimant): boolean {
  const { host, pid } = claimant;
  if (host === undefined || pid === undefined || host !== thisHost()) return false;
  // A negative number names a process group (kill(2)), which is no claimant.
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

function thisHost(): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${hostname()}/${boot}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return undefined;
  }
}

/**
 * The ids of the claimants that can send nothing any more: this replicator in its earlier rounds,
 * whose requests have all ended, and dead processes of this host.
 */
export function endedClaimants(
  copies: readonly Copy[],
  { me, isDead }: Pick<Replicator, "me" | "isDead">,
): ReadonlySet<string> {
  const claimants = copies.flatMap((copy) => (copy.phase === "requested" ? [copy.claim.claimant] : []));
  const ended = claimants.filter((claimant) => claimant.id === me.id || isDead(claimant));
  return new Set(ended.map((claimant) => claimant.id));
}
