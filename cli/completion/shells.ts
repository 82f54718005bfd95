// The shells that have completion scripts. Loaded with the declarations, so it imports nothing.

/** The shells that `completion` knows. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of them. */
export type Shell = (typeof SHELLS)[number];
