// A point at which the code under test waits for the test.

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
