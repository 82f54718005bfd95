// The main job of apply --wait: many images to eight regions, with kills and without the state.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  cli,
  type Emulated,
  fastClock,
  notExactlyOne,
  startCli,
  startEmulatorProgram,
  TOP,
  temporaryFolder,
  userEnv,
} from "./support.ts";

const APPLY = ["apply", "--policy", join(TOP, "policy.example.yaml"), "--wait", "--json"];
const REGIONS = 8;
/** The clock factor. The programs mostly wait: for copies, rate limits and busy sources. */
const FASTER = 5;

/**
 * The built program copies 30 images to 8 regions. The emulator's own images and log show the
 * result.
 */
describe("apply --wait", { timeout: 120_000 }, () => {
  const folder = temporaryFolder();
  let cloud: Emulated;
  let env: Record<string, string>;
  const forget = () => rmSync(join(folder.path, "state"), { recursive: true, force: true });

  beforeEach(async () => {
    forget();
    const clock = fastClock(FASTER);
    cloud = await startEmulatorProgram(600 / FASTER, clock);
    env = userEnv(cloud.url, {
      STATE_URL: `sqlite:${join(folder.path, "state/state.db")}`,
      SETTLE: `${FASTER}s`,
      ...clock,
    });
  });
  afterEach(async () => {
    await cloud.stop();
    folder.remove();
  });

  const bake = (count: number, name = "golden-web") =>
    cloud.control("POST", "images", {
      region: "ap-guangzhou",
      name,
      count,
      sizeGiB: 20,
      tags: { team: "web" },
      description: "as baked",
    });

  async function expectAllReady(count: number): Promise<void> {
    const copies = await cloud.copies();
    expect(copies).toHaveLength(count * REGIONS);
    expect(notExactlyOne(copies)).toEqual([]);
    for (const copy of copies) {
      expect(copy.name).toMatch(/^golden-web-[\d-]+$/);
      expect(copy.state).toBe("NORMAL");
      expect(copy.tags).toMatchObject({
        team: "web",
        "managed-by": "cvm-replicator",
        "cvm-replicator:self": copy.imageId,
      });
    }
  }

  it("makes exactly one copy of each of 30 images in 8 regions, and recognises the copies without its state", async () => {
    await bake(30);
    const first = await cli(APPLY, env);
    expect(first.stderr).not.toContain("error");
    expect(first.code).toBe(0);
    const { copies, summary } = JSON.parse(first.stdout) as {
      copies: { state: string; imageId: string; attempts: number }[];
      summary: object;
    };
    expect(summary).toMatchObject({ total: 240, ready: 240, problems: [] });
    expect(new Set(copies.map((copy) => copy.imageId)).size).toBe(240);
    await expectAllReady(30);
    const syncs = await cloud.syncs();
    expect(syncs).toBe(30);

    expect((await cli(APPLY, env)).code).toBe(0);
    expect(await cloud.syncs()).toBe(syncs);

    forget();
    const third = await cli(APPLY, env);
    expect(JSON.parse(third.stdout)).toMatchObject({ summary: { total: 240, ready: 240 } });
    expect(await cloud.syncs()).toBe(syncs);
    await expectAllReady(30);
  });

  it("makes no second copy if the state is lost while copies are in progress", async () => {
    await bake(6);
    const child = startCli(APPLY, env);
    while ((await cloud.syncs()) < 6) await sleep(20);
    child.kill("SIGKILL");
    await child.ended;
    forget();
    const again = await cli(APPLY, env);
    expect(again.code).toBe(0);
    expect(await cloud.syncs()).toBe(6);
    await expectAllReady(6);
  });

  it("makes no second copy if it is killed 20 times, 6 of them between the effect of SyncImages and its record", async () => {
    for (let kill = 0; kill < 20; kill += 1) {
      if (kill % 3 === 0 && kill < 18) {
        await bake(5, `golden-web-${kill}`);
        await killAfterTheEffect();
      } else {
        const child = startCli(APPLY, env);
        await sleep(250 + ((kill * 397) % 1100));
        child.kill("SIGKILL");
        await child.ended;
      }
    }
    const last = await cli(APPLY, env);
    expect(last.code).toBe(0);
    await expectAllReady(30);
  });

  async function killAfterTheEffect(): Promise<void> {
    const fault = await cloud.control("POST", "faults", {
      match: { action: "SyncImages", dryRun: false },
      effect: { kind: "hold-after" },
    });
    const child = startCli(APPLY, env);
    const isHeld = async () => {
      const { faults } = (await cloud.control("GET", "faults")) as unknown as {
        faults: { id: string; held: number }[];
      };
      return faults.some(({ id, held }) => id === fault["id"] && held > 0);
    };
    while (!(await isHeld())) await sleep(10);
    child.kill("SIGKILL");
    await child.ended;
    await cloud.control("DELETE", `faults/${String(fault["id"])}`);
  }
});
