// The states of a copy, as users and other programs see them.

/** Every state, in the order in which they are counted. */
export const COPY_STATES = [
  "waiting",
  "copying",
  "finishing",
  "ready",
  "retrying",
  "blocked",
  "failed",
  "retired",
] as const;

/** The name of a phase outside of the program: in `apply --json`, counts and exit codes. */
export type CopyState = (typeof COPY_STATES)[number];
