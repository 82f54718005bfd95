// The cloud, policies and first images of a simulation.
import { addFault } from "../../emulator/api/faults.ts";
import { makeImages, shareImage } from "../../emulator/control/console.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { ALL_SWITCHES, type Switches } from "../../emulator/settings/switches.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { PAGE_TIMEOUT, STALE } from "../../lib/model/time.ts";
import type { Millis } from "../../lib/model/types.ts";
import { copySettings, policy, SETTLE } from "../support/builders.ts";
import type { SeededRandom } from "./random.ts";

export { SETTLE };
export const OURS = "100000000001";
export const PARTNER = "100000000002";
/** The oldest reading that an action may be based on: the list of HOME has two parts, one for shared images. */
export const OLDEST_READING: Millis = STALE + PAGE_TIMEOUT;
/** How often the timer sweeps. */
export const SWEEP_EVERY: Millis = 600_000;
/** The account that the policies share copies with. */
export const FRIEND = "100000000003";
/** An account that a policy names, and that does not exist. */
export const NOBODY = "100000000099";
/** An account that no policy names. */
export const STRANGER = "100000000004";
/** The family of the images made in HOME. */
export const FAMILY = "golden";
export const HOME = "ap-guangzhou";
export const REGIONS = [HOME, "ap-shanghai", "ap-beijing", "ap-singapore"];
/** Larger images are refused by the policy `golden`. */
export const MAX_GIB = 50;

/**
 * The cloud of one seed. `visibleTooLate`: copies stay invisible longer than the `SETTLE` of the
 * program.
 */
export function simulatedWorld(
  seed: number,
  random: SeededRandom,
  { visibleTooLate, manyVersions }: { readonly visibleTooLate: boolean; readonly manyVersions: boolean },
  now: () => Millis,
): World {
  return createWorld({
    now,
    seed,
    rateLimits: false,
    imageSizeGiB: 20,
    copyMinutes: [2, 15],
    quota: manyVersions ? 40 : random.pick([30, 30, 8]),
    accounts: DEFAULT_ACCOUNTS.map((account) => ({ ...account, crossBorderApproved: true })),
    switches: drawSwitches(random, visibleTooLate),
  });
}

/**
 * A random value for every switch: the combinations of unverified behaviour are unverified, too.
 */
function drawSwitches(random: SeededRandom, visibleTooLate: boolean): Partial<Switches> {
  const drawn = Object.entries(ALL_SWITCHES).map(([name, { values }]) => [
    name,
    random.pick(values as readonly (string | number)[]),
  ]);
  const copyVisibleAfterMs = random.pick(
    visibleTooLate ? [2 * SETTLE, 6 * SETTLE] : [0, 0, 5_000, SETTLE / 2, SETTLE - 5_000],
  );
  const tagsVisibleAfterMs = random.pick([0, 0, 1_500, 20_000]);
  return { ...Object.fromEntries(drawn), copyVisibleAfterMs, tagsVisibleAfterMs } as Partial<Switches>;
}

/**
 * A pair of regions that copy to each other, a second policy that desires some of the same copies,
 * a shared image with its chain, encrypted copies, families, shares, pruning, and guards that stop
 * some images.
 */
export function simulatedPolicies(random: SeededRandom, manyVersions: boolean): Policy[] {
  const shareWith = random.pick([[], [], [FRIEND], [FRIEND, NOBODY]]);
  const prune = (): Policy["prune"] => ({
    delete: random.roll(0.75),
    minAge: random.pick([180_000, 600_000]),
    last: random.roll(0.3),
    shared: random.pick(["keep", "delete"]),
    keep: random.pick([0, 0, 0, 1]),
    templateVersions: random.pick(["all", "default"]),
    ...(random.roll(0.2) && { deprecateAfter: 60_000 }),
  });
  const onDrift = () => random.pick(["repair", "repair", "report"] as const);
  const golden = policy({
    name: "golden",
    select: { type: "custom", name: ["golden-*", "!*-test"], ...(manyVersions ? {} : newest(random)) },
    to: ["ap-shanghai", "ap-beijing", "ap-singapore"],
    crossBorder: "approved",
    maxSizeGiB: MAX_GIB,
    attempts: 20,
    copy: copySettings({
      family: "inherit",
      publish: random.pick(["each", "together"]),
      shareWith,
      ...encryptedIn("ap-singapore", shareWith.length === 0 && random.roll(0.4)),
    }),
    prune: prune(),
    onDrift: onDrift(),
  });
  const also = policy({
    name: "also",
    enabled: random.roll(0.4),
    select: { type: "custom", name: ["golden-*", "!*-test"] },
    to: ["ap-beijing"],
    maxSizeGiB: MAX_GIB,
    attempts: 20,
    copy: copySettings({ family: "inherit", tags: { inherit: true, set: { env: "dr" } }, shareWith }),
    prune: prune(),
    onDrift: onDrift(),
  });
  const back = policy({
    name: "back",
    from: ["ap-shanghai"],
    select: { type: "custom", name: ["golden-*", "back-*"], ...newest(random) },
    to: [HOME, "ap-singapore"],
    attempts: 20,
    copy: copySettings({ family: "back", description: "copied back", ...encryptedIn(HOME, random.roll(0.4)) }),
    prune: prune(),
    onDrift: onDrift(),
  });
  const base = policy({
    name: "base",
    select: { type: "shared", creator: [PARTNER] },
    to: ["ap-shanghai"],
    attempts: 20,
    copy: copySettings(encryptedIn("ap-shanghai", random.roll(0.4))),
    prune: { delete: true, minAge: 300_000, last: random.roll(0.3) },
  });
  const all = [golden, also, back, base];
  return manyVersions
    ? all.map((p) => ({ ...p, prune: { delete: true, minAge: 180_000, last: true, shared: "delete" } }))
    : all;
}

/**
 * Selects only the newest version, so that all other versions are deleted: many deletions if there
 * were many versions.
 */
export function onlyNewest(policies: readonly Policy[]): Policy[] {
  const only = { type: "custom", name: ["golden-*", "!*-test"], newest: 1 } as const;
  return policies.map((p) => (p.name === "golden" || p.name === "also" ? { ...p, select: only } : p));
}

function newest(random: SeededRandom): { newest?: number } {
  return random.pick([{}, { newest: 2 }, { newest: 3 }]);
}

function encryptedIn(region: string, isEncrypted: boolean): Pick<Policy["copy"], "regions"> {
  return { regions: isEncrypted ? { [region]: { encrypt: {} } } : {} };
}

/** The policies after a random edit of the file. */
export function editedPolicies(policies: readonly Policy[], random: SeededRandom): Policy[] {
  const to = random.pick([
    ["ap-shanghai"],
    ["ap-shanghai", "ap-beijing"],
    ["ap-shanghai", "ap-beijing", "ap-singapore"],
  ]);
  const name = random.pick(["{{name}}", "{{name}}", "{{name}}-{{sourceRegion}}"]);
  const edit: (p: Policy) => Policy = random.pick([
    (p) => ({ ...p, to }),
    (p) => ({ ...p, copy: { ...p.copy, name } }),
    (p) => ({ ...p, select: { type: "custom", name: p.select.name ?? [], newest: random.between(1, 3) } }),
    (p) => ({ ...p, prune: { ...p.prune, delete: !p.prune.delete } }),
    (p) => ({ ...p, onDrift: p.onDrift === "repair" ? "report" : "repair" }),
    (p) => ({ ...p, copy: { ...p.copy, publish: p.copy.publish === "each" ? "together" : "each" } }),
    (p) => ({ ...p, copy: { ...p.copy, ...encryptedIn("ap-singapore", p.copy.shareWith.length === 0) } }),
    (p) => ({ ...p, copy: sharingTurned(p.copy) }),
  ]);
  const isFollowed = random.roll(0.7);
  const toggles = random.roll(0.3);
  const golden = edit(policies.find((p) => p.name === "golden") as Policy);
  return policies.map((p) => {
    if (p.name === "golden") return golden;
    if (p.name !== "also") return p;
    const { name: copyName, shareWith } = golden.copy;
    const copy = isFollowed ? { ...p.copy, name: copyName, shareWith } : p.copy;
    return { ...p, copy, enabled: toggles ? !p.enabled : p.enabled };
  });
}

/** Shares copies that were not shared, and none that were. An encrypted copy cannot be shared. */
function sharingTurned(copy: Policy["copy"]): Policy["copy"] {
  const shareWith = copy.shareWith.length === 0 ? [FRIEND] : [];
  return { ...copy, shareWith, ...encryptedIn("ap-singapore", false) };
}

/** Makes one more image for the policies. One in eight is too large or excluded by its name. */
export function bake(world: World, random: SeededRandom, state: "CREATING" | "NORMAL" = "NORMAL"): void {
  const region = random.pick([HOME, HOME, "ap-shanghai"]);
  const suffix = random.roll(0.06) ? "-test" : "";
  const name = `${region === HOME ? "golden" : "back"}-${random.between(1, 1e6)}${suffix}`;
  makeImages(world, {
    region,
    name,
    state,
    sizeGiB: random.roll(0.06) ? 2 * MAX_GIB : 20,
    tags: { team: "web" },
    description: "baked",
    ...(region === HOME && { family: FAMILY }),
  });
}

/** The shared image, the first images of our own, and copies that fail or stick. */
export function addFirstImages(world: World, random: SeededRandom, faulty: boolean, manyVersions: boolean): void {
  for (let i = manyVersions ? 9 : random.between(1, 3); i > 0; i -= 1) bake(world, random);
  const [shared] = makeImages(world, { region: HOME, name: "base-os", account: PARTNER, sizeGiB: 20 });
  if (shared) shareImage(world, shared, [OURS]);
  if (!faulty) return;
  const match = (probability: number) => ({ action: "SyncImages", dryRun: false, times: 0, probability });
  addFault(world, { match: match(0.08), effect: { kind: "fail-copy", percent: 40 } });
  addFault(world, { match: match(0.02), effect: { kind: "stick-copy", percent: 60 } });
  addFault(world, { match: match(0.05), effect: { kind: "lose-image-set" } });
  addFault(world, { match: match(0.05), effect: { kind: "wrong-image-id" } });
}
