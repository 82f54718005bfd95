// The switches for what is unverified about COS.
import type { SwitchSpec } from "./switch-spec.ts";

/** See `ALL_SWITCHES`. */
export const COS_SWITCHES = {
  cosForbidOverwrite: {
    values: ["honoured", "racy", "ignored"],
    default: "honoured",
    about:
      "`x-cos-forbid-overwrite: true` on PutObject: the second of two calls always fails; two calls that are under way together both succeed, and the last one stays; or the header has no effect.",
  },
  cosListsNewAfterMs: {
    values: [0, 1500],
    milliseconds: true,
    default: 0,
    about:
      "How long lists do not show an object that was put, or show the one that it replaced (milliseconds, not time-scaled).",
  },
  cosListsDeletedForMs: {
    values: [0, 1500],
    milliseconds: true,
    default: 0,
    about: "How long lists still show a deleted object (milliseconds, not time-scaled).",
  },
  cosExpiryLeewayMs: {
    values: [0, 60_000],
    milliseconds: true,
    default: 0,
    about: "How long after the end of its validity COS still accepts a signature (milliseconds).",
  },
  cosClockSkewMs: {
    values: [0, 120_000, -120_000],
    milliseconds: true,
    signed: true,
    default: 0,
    about:
      "How far the clock of COS is ahead of the emulator's: in Date, in Last-Modified and for signatures (milliseconds; negative if it is behind).",
  },
} as const satisfies Record<string, SwitchSpec>;
