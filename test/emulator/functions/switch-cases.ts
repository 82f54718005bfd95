// The behaviour of each value of each switch of SCF.
import { expect } from "vitest";
import { fireTimers } from "../../../emulator/services/functions/run-due-work.ts";
import type { SCF_SWITCHES } from "../../../emulator/settings/scf-switches.ts";
import type { Switches } from "../../../emulator/settings/switches.ts";
import type { Bench } from "../support.ts";
import { creation, SCF } from "./deployed.ts";

type ScfSwitch = keyof typeof SCF_SWITCHES;

export const SCF_CASES: { [K in ScfSwitch]: (value: Switches[K], b: Bench) => void } = {
  cronZone(value, b) {
    b.call("CreateFunction", creation(), SCF);
    b.tick(5000);
    // The clock of the bench begins at 8:00 UTC, which is 16:00 in Beijing.
    const trigger = { FunctionName: "fn", TriggerName: "t", Type: "timer", TriggerDesc: "0 0 20 * * * *" };
    b.call("CreateTrigger", trigger, SCF);
    const hoursUntilIt = value === "utc" ? 12 : 4;
    b.tick((hoursUntilIt - 0.5) * 3_600_000);
    fireTimers(b.world, () => true);
    expect(b.world.asyncEvents).toEqual([]);
    b.tick(3_600_000);
    fireTimers(b.world, () => true);
    expect(b.world.asyncEvents).toHaveLength(1);
  },
};
