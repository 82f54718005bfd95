// The state of one simulated process: a gate before and after each call, and faults.
import { randomUUID } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { openState } from "../../lib/adapters/state/open.ts";
import { StateError } from "../../lib/model/errors.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { State } from "../../lib/model/ports.ts";
import { memoryState } from "../support/memory-state.ts";
import type { Actor, SimulationContext } from "./context.ts";

const IN_MEMORY = "/dev/shm";

/** `SIMULATE_STATE=cos` or `sqlite`: every seed has its state there. Otherwise one of sixteen each. */
export const isInCos = (seed: number) =>
  env["SIMULATE_STATE"] === "cos" || (env["SIMULATE_STATE"] === undefined && seed % 16 === 11);

/**
 * The empty state of one seed. In memory, which is quick; in one of sixteen seeds in SQLite, so that
 * every fault meets a database, too. Both keep the contract of the state.
 */
export async function emptyState(seed: number): Promise<State> {
  if (env["SIMULATE_STATE"] !== "sqlite" && seed % 16 !== 3) return memoryState();
  const path = join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), `cvm-replicator-sim-${randomUUID()}.db`);
  const state = await openState(`sqlite:${path}`);
  const close = async () => {
    await state.close();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
  };
  return { ...state, close };
}

/**
 * The state for one process: a gate before and after each call, and a database that is slow or
 * fails half-way.
 */
export function simulatedState(sim: SimulationContext, process: Actor): State {
  let own: Promise<State> | undefined;
  // A database is one for all; of a bucket each process knows what it has seen.
  const store = (): Promise<State> => (own ??= sim.bucket?.open(process) ?? Promise.resolve(sim.state));
  const through = async <T>(verb: string, work: (state: State) => Promise<T>): Promise<T> => {
    // Without faults nothing can happen between two calls, so gates would only cost time.
    if (!sim.faultsOn) return work(await store());
    const slow = sim.random.roll(sim.stateFaults / 2);
    if (slow) sim.count("state-slow");
    await sim.scheduler.at(process, `state ${verb}`, slow ? { delay: sim.random.between(1_000, 30_000) } : {});
    if (sim.random.roll(sim.stateFaults)) {
      const done = sim.random.roll(0.5);
      sim.count(done ? "state-fails-after" : "state-fails-before");
      if (done) await work(await store());
      throw new StateError(storedText(`simulated: the database is unreachable (${verb})`));
    }
    const result = await work(await store());
    await sim.scheduler.at(process, `state ${verb} done`);
    return result;
  };
  return {
    read: (account, which) => through("read", (s) => s.read(account, which)),
    save: (account, changes) =>
      through("save", async (s) => {
        const saved = await s.save(account, changes);
        for (const copy of saved.copies)
          if (copy && "imageId" in copy && !sim.recorded.has(copy.imageId))
            sim.recorded.set(copy.imageId, sim.scheduler.now);
        if (saved.record) {
          sim.takingBack.noteAccount(saved.record, process.name);
          sim.installations.noteAccount(saved.record, process.member);
        }
        const written = (changes.copies ?? []).flatMap(({ entries = [] }, at) => (saved.copies[at] ? entries : []));
        const lines = [...written, ...(changes.entries ?? [])];
        sim.journal.add(lines);
        // A process from before the loss may have written into the lost state.
        if (process.member.startedAt > sim.stateLostAt) sim.journal.expect(lines);
        return saved;
      }),
    forget: (account) =>
      through("forget", async (s) => {
        await s.forget(account);
        sim.recorded.clear();
        sim.stateLostAt = sim.scheduler.now;
      }),
    deleteHistoryBefore: (account, before) => through("prune", (s) => s.deleteHistoryBefore(account, before)),
    accounts: async () => (await store()).accounts(),
    runs: (account, limit) => through("runs", (s) => s.runs(account, limit)),
    entries: (account, limit, imageId) => through("entries", (s) => s.entries(account, limit, imageId)),
    // Without gates: the faults of the log are its own, and the seeds stay what they were.
    unsent: async (account, limit) => (await store()).unsent(account, limit),
    markSent: async (account, ids) => sim.journal.mark(async () => (await store()).markSent(account, ids)),
    close: async () => {},
  };
}
