// A point at which the code under test waits for the test.
import type { Changes, State } from "../../lib/model/ports.ts";

/**
 * A gate in the code under test. The test waits for `reached`, does something, and calls `open` so
 * that the code continues.
 */
export function gate() {
  let arrive: () => void;
  let go: () => void;
  const reached = new Promise<void>((done) => (arrive = done));
  const opened = new Promise<void>((done) => (go = done));
  return {
    reached,
    open: () => go(),
    /** Waits until the gate is open; an open gate stays open. */
    async pass(): Promise<void> {
      arrive();
      await opened;
    },
  };
}

/** A call of the state: a save of copies or of the account record, a read of the record alone, or `forget`. */
export type StateCall = "save copies" | "save record" | "read record" | "forget";

/** The state, which stops at the n-th such call, before or after it does its work. */
export function stopsAtCall(state: State, call: StateCall, when: "before" | "after" = "before", nth = 1) {
  const here = gate();
  let calls = 0;
  const through = async <T>(isMeant: boolean, work: () => Promise<T>): Promise<T> => {
    const isStopped = isMeant && ++calls === nth;
    if (isStopped && when === "before") await here.pass();
    const answer = await work();
    if (isStopped && when === "after") await here.pass();
    return answer;
  };
  const isSave = ({ copies = [], record }: Changes) =>
    (call === "save copies" && copies.length > 0) || (call === "save record" && record !== undefined);
  const stopping: State = {
    ...state,
    read: (account, which) => through(call === "read record" && !which, () => state.read(account, which)),
    save: (account, changes) => through(isSave(changes), () => state.save(account, changes)),
    forget: (account) => through(call === "forget", () => state.forget(account)),
  };
  return { state: stopping, here };
}
