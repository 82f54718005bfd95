// One case of the cookbook: its policy, run by the command against an emulator of its own, on a clock that a test moves.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { callAction } from "../../emulator/api/dispatch.ts";
import { type ImageSpec, makeImages } from "../../emulator/control/console.ts";
import { startEmulator } from "../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { StoredImage } from "../../emulator/world/image.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { TOP, temporaryFolder, userEnv } from "../e2e/support.ts";
import { type FastDate, startFastDate } from "../support/fast-date.ts";
import { type Ended, runCommand, withShortWaits } from "../support/in-process.ts";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** What a policy takes back, it takes back once it alone has run for two SWEEP_EVERY (docs/policy.md). */
const TAKES_BACK_AFTER = 21 * 60_000;
export const HOME = "ap-guangzhou";
export const [US, VENDOR, TEAM, OTHER_TEAM] = DEFAULT_ACCOUNTS.map(({ uin }) => uin) as [
  string,
  string,
  string,
  string,
];

/** The emulator copies so much faster than the cloud: a copy is there when `apply --wait` looks again. */
const TIME_SCALE = 6000;
/** `apply --wait` pauses in steps of at most so many ms. Longer sleeps are time limits. */
const LONGEST_STEP = 200;
/** What a step takes at most, in ms: for the rest, the clock moves forward. */
const STEP = 2;

/** A case of the cookbook with its cloud. */
export interface Case {
  readonly world: World;
  /** Runs a command with the policy of the case, in a folder of its own. */
  run(...args: string[]): Promise<Ended>;
  /** Runs `apply --wait --yes` and expects this exit code. */
  apply(code?: number): Promise<Ended>;
  /** Lets time pass, for example for `prune.minAge`. */
  pass(ms: number): void;
  /** Lets so much time pass that the policy may take something back. */
  passUntilTakingBack(): void;
  bake(name: string, more?: Partial<ImageSpec>): StoredImage;
  /** All images of this account in a region, as `name`, sorted. */
  names(region: string): string[];
  image(region: string, name: string): StoredImage | undefined;
  /** The image that a family points to, as the cloud answers to who starts an instance of it. */
  current(region: string, family: string): string | undefined;
  /** Writes the policy with one text replaced, as a user edits it. */
  edit(before: string, after: string): void;
  setEnv(more: Readonly<Record<string, string>>): void;
  close(): Promise<void>;
}

/** Programs that are loaded from now on do not wait out the steps of their pauses. */
function skipPauses(clock: FastDate): void {
  vi.doMock("node:timers/promises", async (original) => {
    const real = await original<typeof import("node:timers/promises")>();
    const setTimeout: typeof real.setTimeout = async (ms = 0, value, options) => {
      const pause = ms > LONGEST_STEP || options?.signal ? ms : Math.min(ms, STEP);
      clock.skip(ms - pause);
      return await real.setTimeout(pause, value, options);
    };
    return { ...real, setTimeout };
  });
}

/** Opens a case, and checks that its policy and its examples are valid, without a warning. */
export async function openCase(name: string): Promise<Case> {
  const clock = startFastDate(1);
  skipPauses(clock);
  const buckets = [{ name: "state-1250000001", region: HOME }];
  const accounts = DEFAULT_ACCOUNTS.map((one) => ({ ...one, crossBorderApproved: true }));
  const world = createWorld({ now: () => Date.now(), timeScale: TIME_SCALE, seed: 3, accounts, buckets });
  const emulator = await startEmulator({ port: 0, world });
  const folder = temporaryFolder();
  const policy = join(folder.path, "policy.yaml");
  const original = readFileSync(join(TOP, "cookbook", name, "policy.yaml"), "utf8");
  writeFileSync(policy, original);
  const env = userEnv(emulator.url, { POLICY_FILE: policy, STATE_URL: `sqlite:${join(folder.path, "state.db")}` });
  const account = DEFAULT_ACCOUNTS[0];
  const owned = (region: string) =>
    [...(world.images.get(region)?.values() ?? [])].filter(({ owner }) => owner === account.uin);

  const opened: Case = {
    world,
    run: (...args) => withShortWaits(() => runCommand(args, env, folder.path)),
    async apply(code = 0) {
      const ended = await opened.run("apply", "--wait", "--yes");
      expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(code);
      return ended;
    },
    pass: (ms) => clock.skip(ms),
    passUntilTakingBack: () => clock.skip(TAKES_BACK_AFTER),
    bake(imageName, more = {}) {
      const [image] = makeImages(world, { region: HOME, name: imageName, sizeGiB: 20, ...more });
      return image as StoredImage;
    },
    names: (region) =>
      owned(region)
        .map((image) => image.name)
        .sort(),
    image: (region, imageName) => owned(region).find((image) => image.name === imageName),
    current(region, ImageFamily) {
      const answer = callAction(world, {
        account,
        service: "cvm",
        action: "DescribeImageFromFamily",
        version: "2017-03-12",
        region,
        params: { ImageFamily },
      });
      return (answer["Image"] as { ImageName: string } | null)?.ImageName;
    },
    edit(before, after) {
      expect(original).toContain(before);
      writeFileSync(policy, original.replace(before, after));
    },
    setEnv: (more) => Object.assign(env, more),
    async close() {
      await emulator.close();
      vi.doUnmock("node:timers/promises");
      clock.stop();
      folder.remove();
    },
  };
  const valid = await opened.run("validate", "--tests", join(TOP, "cookbook", name, "tests.yaml"));
  expect(valid, valid.stderr).toMatchObject({ code: 0, stderr: "" });
  expect(valid.stdout).toMatch(/^\d+ tests? passed$/m);
  return opened;
}
