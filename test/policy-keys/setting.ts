// The setting of a test of a policy key: one policy file in an emulated cloud.
import { callAction } from "../../emulator/api/dispatch.ts";
import { ApiError } from "../../emulator/errors.ts";
import { type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import type { WorldOptions } from "../../emulator/world/types.ts";
import type { Problem } from "../../lib/model/errors.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT } from "../support/builders.ts";
import { cloudIn, type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const HOME = "ap-guangzhou";
export const THERE = "ap-shanghai";
export const TEAM = "100000000003";
export const OTHER = "100000000002";
export const KEY = "01234567-89ab-cdef-0123-456789abcdef";

/** Key of the policy file → title of a test → the test. */
export type KeyTests = Readonly<Record<string, Readonly<Record<string, () => Promise<void>>>>>;

/** The default keys of a policy in these tests; each value is YAML. */
const DEFAULTS = { from: `[${HOME}]`, select: '{name: ["golden-*"], newest: 9}', to: `[${THERE}]` };

/** A file with one policy. `keys`: keys that replace the defaults, each with its value in YAML. */
export function policyText(keys: Readonly<Record<string, string>> = {}): string {
  return `version: 1\npolicies:\n${policyEntry(keys)}`;
}

/** One entry of the list of policies. */
export function policyEntry(keys: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ name: "golden", ...DEFAULTS, ...keys }).map(([key, value]) => `${key}: ${value}`);
  return `  - ${lines.join("\n    ")}\n`;
}

/** A policy file in an emulated cloud: the whole program runs with it, on its own clock. */
export interface Trial extends TestWorld {
  readonly program: Instance;
  readonly policies: readonly Policy[];
  readonly warnings: readonly Problem[];
  /** Replaces the policy file. */
  follow(text: string): void;
  readonly sweep: () => Promise<Report>;
  /**
   * Sweeps every `step` minutes, with a poll after the step, for `minutes`; then returns the report
   * of a last sweep.
   */
  live(minutes: number, step?: number): Promise<Report>;
  /** The names of an account's custom images in a region, sorted. */
  names(region: string, account?: string): string[];
  /** An image of the main account. */
  image(region: string, name: string): StoredImage | undefined;
  /** Its tags. */
  tags(region: string, name: string): Record<string, string>;
  /** The reasons why copies are not ready, as `region code`. */
  reasons(report: Report): string[];
  /** Calls the emulator directly. Returns its answer, or the error code if it refuses the call. */
  ask(
    action: string,
    region: string,
    params: Record<string, unknown>,
    account?: string,
  ): Record<string, unknown> | string;
  /** The name of the image to which a family points, as the emulator answers. */
  pointed(region: string, family: string): string | undefined;
  /** The number of calls of each action during `work`, without dry runs and actions that are not called. */
  calls(work: () => Promise<unknown>): Promise<Record<string, number>>;
}

const open: Trial[] = [];

/** Closes every trial of a test. */
export async function endTrials(): Promise<void> {
  for (const trial of open.splice(0)) await trial.close();
}

/** Starts a trial; `endTrials` closes it. */
export async function trial(text: string, options: Partial<WorldOptions> = {}): Promise<Trial> {
  const world = await testWorld({ copyMinutes: [3, 6], ...options });
  const { policies, warnings } = parsePolicy(text, "policy.yaml");
  const [account] = world.world.config.accounts;
  if (!account) throw new Error("the world has no account");
  const program = world.instance(policies, { cloud: cloudIn(world.world, account, () => world.world.now()) });
  const imagesOf = (region: string, account: string) =>
    [...(world.world.images.get(region)?.values() ?? [])].filter(({ owner }) => owner === account);
  // The world is the prototype, so that its getters return the current state after `forget`.
  const self: Trial = Object.assign(Object.create(world) as TestWorld, {
    program,
    policies,
    warnings,
    follow: (next: string) => {
      program.policies = parsePolicy(next, "policy.yaml").policies;
    },
    sweep: () => replicate(sweep, program),
    async live(minutes: number, step = 5) {
      for (let passed = 0; passed < minutes; passed += step) {
        await replicate(sweep, program);
        world.pass(step * MINUTE);
        await replicate(poll, program);
      }
      return replicate(sweep, program);
    },
    names: (region: string, account = ACCOUNT) =>
      imagesOf(region, account)
        .map(({ name }) => name)
        .sort(),
    image: (region: string, name: string) => imagesOf(region, ACCOUNT).find((image) => image.name === name),
    tags(region: string, name: string) {
      const image = self.image(region, name);
      return image ? Object.fromEntries(tagsOf(image)) : {};
    },
    reasons: ({ copies }: Report) =>
      copies.flatMap((copy) => ("reason" in copy ? [`${copy.key.region} ${copy.reason.code}`] : [])).sort(),
    ask(action: string, region: string, params: Record<string, unknown>, uin = ACCOUNT) {
      const account = world.world.config.accounts.find((one) => one.uin === uin);
      if (!account) throw new Error(`no account ${uin}`);
      const [service, version] = action.endsWith("TagResources")
        ? (["tag", "2018-08-13"] as const)
        : (["cvm", "2017-03-12"] as const);
      try {
        return callAction(world.world, { account, service, action, version, region, params });
      } catch (error) {
        if (error instanceof ApiError) return error.code;
        throw error;
      }
    },
    pointed(region: string, ImageFamily: string) {
      const answer = self.ask("DescribeImageFromFamily", region, { ImageFamily });
      return typeof answer === "string" ? answer : (answer["Image"] as { ImageName: string } | null)?.ImageName;
    },
    async calls(work: () => Promise<unknown>) {
      const from = world.world.requests.length;
      await work();
      const counts: Record<string, number> = {};
      for (const { action, params } of world.world.requests.slice(from)) {
        const isDryRun = (params as { DryRun?: boolean }).DryRun === true;
        if (action !== "GetCallerIdentity" && !isDryRun) counts[action] = (counts[action] ?? 0) + 1;
      }
      return counts;
    },
  });
  open.push(self);
  return self;
}

/** Makes one image and returns it. */
export function baked(t: Trial, order: Parameters<TestWorld["bake"]>[0] = {}): StoredImage {
  const [image] = t.bake({ name: "golden-1", ...order });
  if (!image) throw new Error("no image was made");
  return image;
}
