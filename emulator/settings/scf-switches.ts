// The switches for what is unverified about SCF.
import type { SwitchSpec } from "./switch-spec.ts";

/** See `ALL_SWITCHES`. */
export const SCF_SWITCHES = {
  cronZone: {
    values: ["beijing", "utc"],
    default: "beijing",
    about: "The time zone of the cron expressions of timers.",
  },
} as const satisfies Record<string, SwitchSpec>;
