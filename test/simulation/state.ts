// The state of one simulated process: a gate before and after each call, and faults.
import { StateError } from "../../lib/model/errors.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { ReadableJournal, State } from "../../lib/model/ports.ts";
import type { SimulationContext } from "./context.ts";
import type { Process } from "./scheduler.ts";

type Both = State & ReadableJournal;

/**
 * The state for one process: a gate before and after each call, and a database that is slow or
 * fails half-way.
 */
export function simulatedState(sim: SimulationContext, process: Process): Both {
  const through = async <T>(verb: string, work: (state: Both) => Promise<T>): Promise<T> => {
    // Without faults nothing can happen between two calls, so gates would only cost time.
    if (!sim.faultsOn) return work(sim.state);
    const slow = sim.random.roll(sim.stateFaults / 2);
    if (slow) sim.count("state-slow");
    await sim.scheduler.at(process, `state ${verb}`, slow ? { delay: sim.random.between(1_000, 30_000) } : {});
    if (sim.random.roll(sim.stateFaults)) {
      const done = sim.random.roll(0.5);
      sim.count(done ? "state-fails-after" : "state-fails-before");
      if (done) await work(sim.state);
      throw new StateError(storedText(`simulated: the database is unreachable (${verb})`));
    }
    const result = await work(sim.state);
    await sim.scheduler.at(process, `state ${verb} done`);
    return result;
  };
  return {
    copies: (account) => through("copies", (s) => s.copies(account)),
    saveCopy: (copy) =>
      through("saveCopy", async (s) => {
        const saved = await s.saveCopy(copy);
        if (saved && "imageId" in saved && saved.imageId) sim.recorded.add(saved.imageId);
        return saved;
      }),
    account: (account) => through("account", (s) => s.account(account)),
    saveAccount: (record) => through("saveAccount", (s) => s.saveAccount(record)),
    awaited: (account) => through("awaited", (s) => s.awaited(account)),
    setAwaited: (add, remove) => through("setAwaited", (s) => s.setAwaited(add, remove)),
    forget: (account) =>
      through("forget", async (s) => {
        await s.forget(account);
        sim.recorded.clear();
        sim.stateLostAt = sim.scheduler.now;
      }),
    deleteHistoryBefore: (account, before) => through("prune", (s) => s.deleteHistoryBefore(account, before)),
    saveRun: (run) => through("saveRun", (s) => s.saveRun(run)),
    runs: (account, limit) => through("runs", (s) => s.runs(account, limit)),
    append: (entries) =>
      through("append", async (s) => {
        await s.append(entries);
        sim.journal.add(entries);
      }),
    entries: (account, limit, imageId) => through("entries", (s) => s.entries(account, limit, imageId)),
    close: async () => {},
  };
}
