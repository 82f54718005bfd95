// A story: several accounts in one emulated cloud, each with its own policies, on one clock.
import { callAction } from "../../emulator/api/dispatch.ts";
import { makeImages } from "../../emulator/control/console.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { StoredImage } from "../../emulator/world/image.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import { NOW } from "../support/builders.ts";
import { cloudIn, type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const HOME = "ap-guangzhou";
/** The account that makes golden images, and the accounts of three teams that use them. */
export const [FACTORY, ...TEAMS] = DEFAULT_ACCOUNTS.map(({ uin }) => uin) as [string, string, string, string];

/** Several accounts in one emulated cloud, each with its own policies, on one clock. */
export interface Story {
  readonly t: TestWorld;
  /** A new instance of the program for an account, with these policies. */
  program(account: string, policies: readonly Policy[]): Instance;
  /**
   * For `hours`, sweeps with every program every ten minutes and polls in between. Calls `watch`
   * after each round.
   */
  pass(hours: number, programs: readonly Instance[], watch?: () => void): Promise<Report[]>;
  bake(name: string, family: string): StoredImage;
  /** The names of an account's images in a region, sorted. */
  names(account: string, region: string): string[];
  image(account: string, region: string, name: string): StoredImage | undefined;
  /** The name of the image that a family points to, as the cloud answers. */
  pointed(account: string, region: string, family: string): string | undefined;
}

/** Starts a story with an empty cloud. */
export async function story(): Promise<Story> {
  const t = await testWorld();
  let now = NOW;
  const pass = (ms: number) => {
    now += ms;
    t.pass(ms);
  };
  const owned = (account: string, region: string) =>
    [...(t.world.images.get(region)?.values() ?? [])].filter((image) => image.owner === account);
  const accountOf = (uin: string) => {
    const account = t.world.config.accounts.find((one) => one.uin === uin);
    if (!account) throw new Error(`no account ${uin}`);
    return account;
  };
  return {
    t,
    program: (account, policies) => t.instance(policies, { cloud: cloudIn(t.world, accountOf(account), () => now) }),
    async pass(hours, programs, watch = () => {}) {
      let reports: Report[] = [];
      for (let minute = 0; minute < hours * 60; minute += 2) {
        pass(2 * MINUTE);
        reports = [];
        for (const program of programs) reports.push(await replicate(minute % 10 === 0 ? sweep : poll, program));
        watch();
      }
      // A poll answers only the copies that were due.
      const stateOf = (account: string, at: number) => (programs[at] as Instance).state.read(account, { all: true });
      const withAll = async (report: Report, at: number) => {
        const { copies } = await stateOf(report.account, at);
        return { ...report, copies };
      };
      return Promise.all(reports.map(withAll));
    },
    bake(name, family) {
      const [image] = makeImages(t.world, { region: HOME, name, family, sizeGiB: 20, account: FACTORY });
      if (!image) throw new Error("nothing was baked");
      return image;
    },
    names: (account, region) =>
      owned(account, region)
        .map(({ name }) => name)
        .sort(),
    image: (account, region, name) => owned(account, region).find((image) => image.name === name),
    pointed(account, region, ImageFamily) {
      const answer = callAction(t.world, {
        account: accountOf(account),
        service: "cvm",
        action: "DescribeImageFromFamily",
        version: "2017-03-12",
        region,
        params: { ImageFamily },
      });
      return (answer["Image"] as { ImageName: string } | null)?.ImageName;
    },
  };
}
