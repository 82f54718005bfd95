// An emulated cloud that runs functions, and a client of the vendor for it.
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { CommonClient } from "tencentcloud-sdk-nodejs-common";
import { startEmulator } from "../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { progressOf, type StoredImage } from "../../emulator/world/image.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { fastClock } from "../e2e/support.ts";

export const [MAIN] = DEFAULT_ACCOUNTS;
export const HOME = "ap-guangzhou";

const VERSIONS = {
  cam: "2019-01-16",
  cls: "2020-10-16",
  cvm: "2017-03-12",
  eb: "2021-04-16",
  scf: "2018-04-16",
} as const;

/** A cloud in which nothing is deployed at first. Its main account may copy across the border. */
export interface RunningCloud {
  readonly world: World;
  readonly url: string;
  readonly port: number;
  /** Calls an action with the vendor's CommonClient, in the home region. */
  readonly call: (service: keyof typeof VERSIONS, action: string, params: object) => Promise<Record<string, unknown>>;
  /** Creates an image, which CloudAudit sees, and answers its id. */
  createImage(name: string): Promise<string>;
  /** Lets a minute pass each second until `isDone`, at most `minutes`; whether it is done then. */
  pass(minutes: number, isDone: () => boolean): Promise<boolean>;
  /** All copies, of whatever source. */
  copies(): StoredImage[];
  /** The state of an image, as the cloud shows it. */
  stateOf(image: StoredImage): string;
  /** The lines of a log topic that a search finds, oldest first. */
  linesOf(topic: string, query: string): Promise<readonly Record<string, string>[]>;
  close(): Promise<void>;
}

/**
 * Starts it. `clockFactor`: how much faster time passes, for functions and cloud alike; default 1. `unlimited`: without
 * the limits of calls a second, for a deployment whose waits are shortened.
 */
export async function startCloud({ clockFactor = 1, unlimited = false } = {}): Promise<RunningCloud> {
  const clock = fastClock(clockFactor);
  const start = Number(clock["CLOCK_START"]);
  const now = () => Math.floor(start + (Date.now() - start) * clockFactor);
  const accounts = DEFAULT_ACCOUNTS.map((account) => ({ ...account, crossBorderApproved: true }));
  const world = createWorld({
    now,
    accounts,
    copyMinutes: [3, 5],
    createMinutes: [2, 2],
    ...(unlimited && { rateLimits: false }),
  });
  const functionEnv = (url: string) => ({ REPLICATOR_ENDPOINT: url, ...(clockFactor !== 1 && clock) });
  const emulator = await startEmulator({ port: 0, world, runFunctions: { functionEnv } });
  const agent = new Agent({ keepAlive: true });

  const call: RunningCloud["call"] = async (service, action, params) => {
    const client = new CommonClient(`127.0.0.1:${emulator.port}`, VERSIONS[service], {
      credential: { secretId: MAIN.secretId, secretKey: MAIN.secretKey },
      region: HOME,
      profile: { httpProfile: { protocol: "http://", agent } },
    });
    return (await client.request(action, params)) as Record<string, unknown>;
  };
  return {
    ...{ world, url: emulator.url, port: emulator.port, call },
    createImage: async (ImageName) => {
      const { ImageId } = await call("cvm", "CreateImage", { ImageName, InstanceId: "ins-abcd1234" });
      return String(ImageId);
    },
    pass: async (minutes, isDone) => {
      for (let minute = 0; minute < minutes && !isDone(); minute += 1) {
        world.clockOffset += 60_000 - 1000 * clockFactor;
        await sleep(1000);
      }
      return isDone();
    },
    copies: () => [...world.images.values()].flatMap((images) => [...images.values()]).filter((one) => one.copiedFrom),
    stateOf: (image) => progressOf(image, world.workNow()).state,
    linesOf: async (topic, query) => {
      const { Topics } = await call("cls", "DescribeTopics", {});
      const TopicId = (Topics as { TopicId: string; TopicName: string }[]).find(
        (one) => one.TopicName === topic,
      )?.TopicId;
      const range = { From: 0, To: 2 * world.now(), Limit: 1000, QuerySyntax: 1, Sort: "asc" };
      const { Results } = await call("cls", "SearchLog", { TopicId, QueryString: query, ...range });
      return (Results as { LogJson: string }[]).map(({ LogJson }) => JSON.parse(LogJson) as Record<string, string>);
    },
    close: async () => {
      agent.destroy();
      await emulator.close();
    },
  };
}
