// Which claimants are proven dead: a mistake takes a process for dead whose request may still arrive.
import { spawnSync } from "node:child_process";
import { describe, expect, it, vi } from "vitest";
import type { Claimant } from "../../lib/model/types.ts";
import { endedClaimants, isDead, thisProcess } from "../../lib/record/claimants.ts";
import { isLeased, LEASE_DURATION } from "../../lib/record/timer-lease.ts";
import { NOW } from "../support/builders.ts";
import { recordOf } from "../support/plan-copy.ts";

const me = thisProcess(false);
const [name = "", boot = "", pidNamespace = ""] = me.host?.split("/") ?? [];
/** The id of a process of this host that has ended. */
const deadPid = spawnSync(process.execPath, ["--version"]).pid;
const on = (host = "", pid = deadPid): Claimant => ({ id: "other", host, pid });

describe.skipIf(process.platform !== "linux")("a claimant", () => {
  it("names the host, its boot and the pid namespace", () => {
    expect(me).toMatchObject({ pid: process.pid });
    expect(boot).toMatch(/^[0-9a-f-]{36}$/);
    expect(pidNamespace).toMatch(/^pid:\[\d+\]$/);
    expect(thisProcess(false).id).not.toBe(me.id);
  });

  it("is dead if no process of this host, boot and namespace has its pid", () => {
    expect(isDead(on(me.host))).toBe(true);
  });

  it.each<[string, Claimant]>([
    ["runs, under a pid that may have been reused", on(me.host, process.pid)],
    ["is on another host", on(`other/${boot}/${pidNamespace}`)],
    ["is of another boot of this host, or on a host of the same name", on(`${name}/${"0".repeat(36)}/${pidNamespace}`)],
    ["is in another container of this host", on(`${name}/${boot}/pid:[1]`)],
    ["is on no known host", { id: "other", pid: deadPid }],
    ["has no known pid", { id: "other", host: me.host ?? "" }],
    ["has a pid that can be none", on(me.host, -deadPid)],
  ])("is not dead if it %s", (_, claimant) => {
    expect(isDead(claimant)).toBe(false);
  });

  it("is not dead if it runs as another user, whose processes it may not signal", () => {
    // Root may signal every process, so the refusal of kill(2) has to be feigned.
    const kill = vi.spyOn(process, "kill").mockImplementation(() => {
      throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
    });
    try {
      expect(isDead(on(me.host))).toBe(false);
    } finally {
      kill.mockRestore();
    }
  });

  it("cannot be proven dead if it ran on SCF, where instances share nothing", () => {
    const onScf = thisProcess(true);
    expect(Object.keys(onScf)).toEqual(["id"]);
    expect(isDead(onScf)).toBe(false);
  });
});

describe("the claimants that can send nothing any more", () => {
  const copy = (region: string, claimant: Claimant) => recordOf(region, "requested", { claim: { claimant } });
  const [mine, dead, alive] = ["me", "dead", "alive"].map((id) => ({ id })) as [Claimant, Claimant, Claimant];

  it("are this one, whose requests have ended, and dead ones, but no other", () => {
    const copies = [copy("ap-shanghai", mine), copy("ap-beijing", dead), copy("ap-tokyo", alive)];
    const ended = endedClaimants(copies, { me: mine, isDead: ({ id }) => id === "dead" });
    expect([...ended].sort()).toEqual(["dead", "me"]);
  });
});

describe.skipIf(process.platform !== "linux")("the lease of a timer run", () => {
  it("stays with a holder on another host", () => {
    const held = (by: Claimant) => isLeased({ by, until: NOW + LEASE_DURATION }, me, NOW, isDead);
    expect([held(on(`other/${boot}/${pidNamespace}`)), held(on(me.host))]).toEqual([true, false]);
  });
});
