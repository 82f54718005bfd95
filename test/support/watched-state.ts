// A state that remembers what was read and saved: on a database each is one query.
import type { Changes, State, Which } from "../../lib/model/ports.ts";

/** A state, and what it was asked. `forget` is for what comes next. */
export interface Watched {
  readonly state: State;
  readonly reads: Which[];
  readonly saves: Changes[];
  forget(): void;
  /** How many reads and saves there were. */
  queries(): number;
}

/** Watches a state. `onSave` hears of each save before it is made. */
export function watched(inner: State, onSave: (changes: Changes) => unknown = () => {}): Watched {
  const reads: Which[] = [];
  const saves: Changes[] = [];
  const state: State = {
    ...inner,
    read(account, which = {}) {
      reads.push(which);
      return inner.read(account, which);
    },
    async save(account, changes) {
      saves.push(changes);
      await onSave(changes);
      return inner.save(account, changes);
    },
  };
  const forget = () => {
    reads.length = 0;
    saves.length = 0;
  };
  return { state, reads, saves, forget, queries: () => reads.length + saves.length };
}
