// A state in memory, for the many runs of the property test.
import { copyId } from "../../lib/model/identity.ts";
import type { ReadableJournal, State } from "../../lib/model/ports.ts";
import type { AccountRecord, AwaitedImage, Copy } from "../../lib/model/types.ts";

/** A state of one account in memory, for tests that need many states. */
export function memoryState(): State & ReadableJournal {
  const copies = new Map<string, Copy>();
  let record: AccountRecord | undefined;
  let waiting: readonly AwaitedImage[] = [];
  const is = (a: AwaitedImage) => (b: AwaitedImage) => a.imageId === b.imageId && a.region === b.region;
  return {
    copies: async () => [...copies.values()],
    async saveCopy(copy) {
      const before = copies.get(copyId(copy.key));
      if ((before?.version ?? 0) !== copy.version) return undefined;
      const saved = { ...copy, version: copy.version + 1 };
      copies.set(copyId(copy.key), saved);
      return saved;
    },
    account: async () => record,
    async saveAccount(next) {
      if ((record?.version ?? 0) !== next.version) return undefined;
      record = { ...next, version: next.version + 1 };
      return record;
    },
    awaited: async () => [...waiting],
    async setAwaited(add, remove) {
      const retained = waiting.filter((one) => !remove.some(is(one)));
      waiting = [...retained, ...add.filter((one) => !retained.some(is(one)))];
    },
    async forget() {
      copies.clear();
      waiting = [];
    },
    saveRun: async () => {},
    runs: async () => [],
    deleteHistoryBefore: async () => {},
    append: async () => {},
    entries: async () => [],
    close: async () => {},
  };
}
