/** A point at which the code under test waits: the test learns when it is reached, does something, and lets it go on. */
export function gate() {
  let arrive: () => void;
  let go: () => void;
  const reached = new Promise<void>((done) => (arrive = done));
  const opened = new Promise<void>((done) => (go = done));
  return {
    reached,
    open: () => go(),
    /** Waits here, the first time; later there is nothing to wait for. */
    async pass(): Promise<void> {
      arrive();
      await opened;
    },
  };
}
