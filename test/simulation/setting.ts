import { DEFAULT_ACCOUNTS } from "../../emulator/accounts.ts";
import { makeImages, shareImage } from "../../emulator/console.ts";
import { addFault } from "../../emulator/faults.ts";
import { ALL_SWITCHES, type Switches } from "../../emulator/switches.ts";
import { createWorld, type World } from "../../emulator/world.ts";
import type { Millis, Policy } from "../../lib/types.ts";
import { policy, SETTLE } from "../support/builders.ts";
import type { Dice } from "./dice.ts";

export { SETTLE };
export const OURS = "100000000001";
export const PARTNER = "100000000002";
export const HOME = "ap-guangzhou";
export const REGIONS = [HOME, "ap-shanghai", "ap-beijing", "ap-singapore"];
/** Larger images are refused by the policy `golden`. */
export const MAX_GIB = 50;

/** The world of one seed. `beyond`: copies stay invisible longer than the program is told to expect. */
export function simulatedWorld(seed: number, dice: Dice, beyond: boolean, now: () => Millis): World {
  return createWorld({
    now,
    seed,
    rateLimits: false,
    imageSizeGiB: 20,
    quota: dice.pick([30, 30, 8]),
    accounts: DEFAULT_ACCOUNTS.map((account) => ({ ...account, crossBorderApproved: true })),
    switches: drawSwitches(dice, beyond),
  });
}

/** A value for every switch; what is not settled is not settled in combination either. */
function drawSwitches(dice: Dice, beyond: boolean): Partial<Switches> {
  const drawn = Object.entries(ALL_SWITCHES).map(([name, { values }]) => [
    name,
    dice.pick(values as readonly (string | number)[]),
  ]);
  const copyVisibleAfterMs = dice.pick(beyond ? [2 * SETTLE, 6 * SETTLE] : [0, 0, 5_000, SETTLE / 2, SETTLE - 5_000]);
  const tagsVisibleAfterMs = dice.pick([0, 0, 1_500, 20_000]);
  return { ...Object.fromEntries(drawn), copyVisibleAfterMs, tagsVisibleAfterMs } as Partial<Switches>;
}

/** A pair of regions that copy to each other, a shared image with its chain, and guards that some images run into. */
export function simulatedPolicies(): Policy[] {
  return [
    policy({
      name: "golden",
      select: { type: "custom", name: ["golden-*", "!*-test"] },
      to: ["ap-shanghai", "ap-beijing", "ap-singapore"],
      crossBorder: "approved",
      maxSizeGiB: MAX_GIB,
      attempts: 20,
    }),
    policy({
      name: "back",
      from: ["ap-shanghai"],
      select: { type: "custom", name: ["golden-*", "back-*"] },
      to: [HOME, "ap-singapore"],
      attempts: 20,
    }),
    policy({ name: "base", select: { type: "shared", creator: [PARTNER] }, to: ["ap-shanghai"], attempts: 20 }),
  ];
}

/** The policies after somebody has edited the file. */
export function editedPolicies(policies: readonly Policy[], dice: Dice): Policy[] {
  const to = dice.pick([["ap-shanghai"], ["ap-shanghai", "ap-beijing"], ["ap-shanghai", "ap-beijing", "ap-singapore"]]);
  const name = dice.pick(["{{name}}", "{{name}}", "{{name}}-{{sourceRegion}}"]);
  return policies.map((p) => (p.name === "golden" ? { ...p, to, copy: { ...p.copy, name } } : p));
}

/** Makes one more image that the policies are about; one in eight is too large or excluded by its name. */
export function bake(world: World, dice: Dice, state: "CREATING" | "NORMAL" = "NORMAL"): void {
  const region = dice.pick([HOME, HOME, "ap-shanghai"]);
  const suffix = dice.roll(0.06) ? "-test" : "";
  const name = `${region === HOME ? "golden" : "back"}-${dice.between(1, 1e6)}${suffix}`;
  makeImages(world, {
    region,
    name,
    state,
    sizeGiB: dice.roll(0.06) ? 2 * MAX_GIB : 20,
    tags: { team: "web" },
    description: "baked",
  });
}

/** The shared image, the first images of our own, and copies that fail or stick. */
export function furnish(world: World, dice: Dice, faulty: boolean): void {
  for (let i = dice.between(1, 3); i > 0; i -= 1) bake(world, dice);
  const [shared] = makeImages(world, { region: HOME, name: "base-os", account: PARTNER, sizeGiB: 20 });
  if (shared) shareImage(world, shared, [OURS]);
  if (!faulty) return;
  const match = (probability: number) => ({ action: "SyncImages", times: 0, probability });
  addFault(world, { match: match(0.08), effect: { kind: "fail-copy", percent: 40 } });
  addFault(world, { match: match(0.02), effect: { kind: "stick-copy", percent: 60 } });
  addFault(world, { match: match(0.05), effect: { kind: "lose-image-set" } });
}
