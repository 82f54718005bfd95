// This process as a claimant, and which claimants are proven dead.
import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { Replicator } from "../model/ports.ts";
import type { Claimant, Copy } from "../model/types.ts";

/**
 * This process as a claimant. On Linux it names the boot of the machine and the pid namespace, so that another process
 * there can prove it dead; elsewhere, and on SCF, nobody can, and a claim without an answer is waited out.
 */
export function thisProcess(onScf: boolean): Claimant {
  const host = onScf ? undefined : thisHost();
  return { id: randomUUID(), ...(host !== undefined && { host, pid: process.pid }) };
}

/** Whether a claimant is a process of this host that is proven to be dead. A pid that was given anew counts as alive. */
export function isDead(claimant: Claimant): boolean {
  if (claimant.host === undefined || claimant.pid === undefined || claimant.host !== thisHost()) return false;
  try {
    process.kill(claimant.pid, 0);
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

/** Claimants that can send nothing any more: earlier rounds of this replicator, and dead processes of this host. */
export function endedClaimants(copies: readonly Copy[], { me, isDead }: Replicator): ReadonlySet<string> {
  const open = copies.flatMap((copy) => (copy.state === "copying" ? [copy.claim.claimant] : []));
  return new Set(open.filter((claimant) => claimant.id === me.id || isDead(claimant)).map((claimant) => claimant.id));
}
