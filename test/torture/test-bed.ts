// The emulator, state and processes of one scenario.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { openState } from "../../lib/adapters/state/open.ts";
import type { State } from "../../lib/model/ports.ts";
import { type Emulated, startEmulatorProgram, userEnv } from "../e2e/support.ts";
import { type SeededRandom, seededRandom } from "../simulation/random.ts";
import { type DesiredImage, type Evidence, judge, type LoggedRequest, type Verdict, type WorldImage } from "./judge.ts";
import { isRunning, type Program, type Started, startProgram } from "./programs.ts";
import { CHAIN, FAR, HOME, MAIN, PARTNER, POLICY, SET, SETTLE, SWITCHES } from "./setting.ts";

/** One emulator, one state, and the processes that work on them. */
export class TestBed {
  readonly cloud: Emulated;
  readonly stateUrl: string;
  readonly random: SeededRandom;
  /** Holds the policy, the embedded state, and what each process has printed. */
  readonly folder: string;
  readonly env: Record<string, string>;
  /** Failures that the judge does not count. */
  readonly failures: string[] = [];
  /** Events that the result shows, with their counts. */
  readonly tally = new Map<string, number>();
  readonly #desired: DesiredImage[] = [];
  readonly #original: WorldImage[] = [];
  readonly #running = new Set<Started>();
  #started = 0;

  private constructor(cloud: Emulated, stateUrl: string, folder: string, seed: number) {
    this.cloud = cloud;
    this.stateUrl = stateUrl;
    this.folder = folder;
    this.random = seededRandom(seed);
    this.env = userEnv(cloud.url, {
      STATE_URL: stateUrl,
      POLICY_FILE: join(folder, "policy.yaml"),
      SETTLE: `${SETTLE}ms`,
      SWEEP_EVERY: "1s",
    });
  }

  /** Starts the emulator. The seed decides the switches of the cloud, except the given ones. */
  static async open(seed: number, stateUrl?: string, switches: object = {}): Promise<TestBed> {
    const folder = mkdtempSync(join(tmpdir(), "torture-"));
    mkdirSync(join(folder, "logs"));
    writeFileSync(join(folder, "policy.yaml"), POLICY);
    const bed = new TestBed(
      await startEmulatorProgram(),
      stateUrl ?? `sqlite:${join(folder, "state.db")}`,
      folder,
      seed,
    );
    const drawn = Object.fromEntries(Object.entries(SWITCHES).map(([name, values]) => [name, bed.random.pick(values)]));
    await bed.cloud.control("PUT", "switches", { ...drawn, ...switches });
    for (const [region, name] of [
      [HOME, "db-1"],
      ["ap-shanghai", "golden-of-others"],
    ] as const) {
      await bed.#make({ region, name, description: "not ours", tags: { owner: "others" } });
    }
    return bed;
  }

  async #make(order: object): Promise<WorldImage[]> {
    const { images } = await this.cloud.control("POST", "images", { sizeGiB: 20, ...order });
    this.#original.push(...(images as WorldImage[]));
    return images as WorldImage[];
  }

  /** Makes images that a policy selects; returns the events about them. */
  async bake(count = 1): Promise<object[]> {
    const number = this.#desired.length + 1;
    const order = { region: HOME, count, description: "as baked", tags: { team: "web" } };
    const images = await this.#make({ ...order, name: `golden-${number}` });
    for (const image of images) {
      const tags = { ...image.tags, ...SET };
      this.#desired.push({ ...image, destinations: FAR, tags });
    }
    return images.map(({ region, imageId }) => ({ region, imageId }));
  }

  /**
   * Shares an image that a policy selects and that is copied in two steps; returns the event about
   * it.
   */
  async share(): Promise<object> {
    const [made] = await this.#make({ account: PARTNER, region: HOME, name: `base-${this.#desired.length + 1}` });
    if (!made) throw new Error("no image was made");
    const { region, imageId } = made;
    await this.cloud.control("POST", "share", { region, imageId, accounts: [MAIN] });
    this.#original.splice(-1, 1, { ...made, sharedWith: [MAIN] });
    this.#desired.push({ ...made, destinations: [HOME, ...CHAIN], tags: SET });
    return { region, imageId };
  }

  /** Opens the state of the processes, to look at it. */
  openState(): Promise<State> {
    const [{ secretId, secretKey }] = DEFAULT_ACCOUNTS;
    const cos = { credentials: async () => ({ secretId, secretKey }), endpoint: new URL(this.cloud.url) };
    return openState(this.stateUrl, { readOnly: true, cos });
  }

  start(program: Program, event: unknown = {}): Started {
    const number = ++this.#started;
    const child = startProgram(program, event, this.env);
    this.#running.add(child);
    void child.ended.then(({ code, stdout, stderr }) => {
      this.#running.delete(child);
      const log = `${stdout}\n${stderr}\nended with ${code ?? child.signalCode} at ${new Date().toISOString()}\n`;
      writeFileSync(join(this.folder, "logs", `${number}-${program}-${child.pid}.log`), log);
    });
    return child;
  }

  count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }

  /**
   * Waits until the condition holds, the process has ended, or `ms` have passed; returns whether
   * the condition holds.
   */
  async until(holds: () => Promise<boolean> | boolean, child: Started | undefined, ms: number): Promise<boolean> {
    for (const giveUp = Date.now() + ms; Date.now() < giveUp && !(child && !isRunning(child)); await sleep(5)) {
      if (await holds()) return true;
    }
    return false;
  }

  async requests(action: string): Promise<LoggedRequest[]> {
    return (await this.cloud.control("GET", `requests?action=${action}`))["requests"] as LoggedRequest[];
  }

  /** The current records of the emulator. */
  async evidence(): Promise<Evidence> {
    const { images } = await this.cloud.control("GET", "world");
    const { requests } = await this.cloud.control("GET", "requests");
    return {
      account: MAIN,
      images: images as WorldImage[],
      requests: requests as LoggedRequest[],
      desired: this.#desired,
      original: this.#original,
    };
  }

  /** Stops the faults, finishes the work, and judges the result. */
  async finish(): Promise<{ verdict: Verdict; images: number; copies: number; syncs: number }> {
    await this.cloud.control("DELETE", "faults");
    const last = await this.#runToEnd("apply", 300_000);
    if (last !== 0) this.failures.push(`the final apply --wait ended with ${last}`);
    const syncs = await this.cloud.syncs();
    if ((await this.#runToEnd("apply", 60_000)) !== 0)
      this.failures.push("the apply --wait after the final one failed");
    if ((await this.cloud.syncs()) !== syncs) this.failures.push("the apply --wait after the final one made copies");
    const evidence = await this.evidence();
    writeFileSync(join(this.folder, "evidence.json"), JSON.stringify(evidence, null, 1));
    const copies = evidence.images.filter(({ copiedFrom }) => copiedFrom !== null).length;
    return { verdict: judge(evidence), images: this.#desired.length, copies, syncs };
  }

  async #runToEnd(program: Program, ms: number): Promise<number | string> {
    const child = this.start(program);
    const timer = setTimeout(() => child.kill("SIGKILL"), ms);
    const { code } = await child.ended;
    clearTimeout(timer);
    return code ?? `no exit code within ${ms / 1000} s`;
  }

  /** Kills every process, also the stopped ones. */
  async close(keep: boolean): Promise<void> {
    for (const child of this.#running) child.kill("SIGKILL");
    await Promise.all([...this.#running].map(({ ended }) => ended));
    await this.cloud.stop();
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }
}
