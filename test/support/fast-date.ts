// A clock for everything in the process of a test: it runs faster than real time, and a test can move it forward.

/** The clock of `startFastDate`. */
export interface FastDate {
  /** Moves the clock forward by `ms`. */
  skip(ms: number): void;
  /** Puts the real clock back. */
  stop(): void;
}

/** Replaces `Date` until `stop`. Timers keep their real length. `factor`: how much faster it runs. */
export function startFastDate(factor: number): FastDate {
  const Real = Date;
  const start = Real.now();
  let skipped = 0;
  const now = () => Math.floor(start + (Real.now() - start) * factor + skipped);
  class Fast extends Real {
    constructor(value?: string | number | Date) {
      super(value ?? now());
    }
    static override now = now;
  }
  globalThis.Date = Fast as DateConstructor;
  return {
    skip(ms) {
      skipped += ms;
    },
    stop() {
      globalThis.Date = Real;
    },
  };
}
