// Ctrl-C during the built command apply --wait.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  cli,
  type Emulated,
  end,
  notExactlyOne,
  startCli,
  startEmulatorProgram,
  temporaryFolder,
  userEnv,
} from "./support.ts";

const POLICY = `version: 1
policies: [{ name: p, from: [ap-guangzhou], select: { name: ["golden-*"], newest: 50 }, to: [ap-shanghai, ap-beijing] }]
`;
const DESTINATIONS = 2;

let folder: ReturnType<typeof temporaryFolder>;
let cloud: Emulated;
let env: Record<string, string>;

beforeEach(async () => {
  folder = temporaryFolder();
  writeFileSync(join(folder.path, "policy.yaml"), POLICY);
  cloud = await startEmulatorProgram();
  env = userEnv(cloud.url);
});
afterEach(async () => {
  await cloud.stop();
  folder.remove();
});

const bake = (name: string, count = 1) =>
  cloud.control("POST", "images", { region: "ap-guangzhou", name: `golden-${name}`, sizeGiB: 20, count });

/** Holds the answer of the next SyncImages back, after its effect. */
async function holdNextSync() {
  const match = { action: "SyncImages", dryRun: false };
  const { id } = await cloud.control("POST", "faults", { match, effect: { kind: "hold-after" } });
  return {
    async holds(): Promise<void> {
      for (;;) {
        const { faults } = (await cloud.control("GET", "faults")) as {
          faults?: { id: string; held: number }[];
        };
        if (faults?.some((fault) => fault.id === id && fault.held > 0)) return;
        await sleep(20);
      }
    },
    /** Releases the answer, if a client still waits for it. */
    remove: () => cloud.control("DELETE", `faults/${String(id)}`),
  };
}

describe("apply --wait and Ctrl-C", { timeout: 30_000 }, () => {
  it("records the calls in progress after the first one, exits with 130, and continues in the next run", async () => {
    await bake("web", 2);
    const fault = await holdNextSync();
    const apply = startCli(["apply", "--wait", "--json"], env, folder.path);
    await fault.holds();
    apply.kill("SIGINT");
    await sleep(200);
    await fault.remove();
    const { code, stdout, stderr } = await apply.ended;
    expect(code).toBe(130);
    expect(stderr).toContain("stopping after the calls in progress; press Ctrl-C again to stop at once\n");
    const { copies: lines } = JSON.parse(stdout) as { copies: { state: string; imageId: string | null }[] };
    const sent = await cloud.syncs();
    expect(sent).toBeGreaterThan(0);
    expect(lines.filter(({ imageId }) => imageId !== null)).toHaveLength(sent * DESTINATIONS);

    expect((await cli(["apply", "--wait"], env, folder.path)).code).toBe(0);
    expect(await cloud.syncs()).toBe(2);
    expect(await cloud.copies()).toHaveLength(2 * DESTINATIONS);
    expect(notExactlyOne(await cloud.copies())).toEqual([]);
  });

  it("does not count a region that is still being read as unreadable", async () => {
    expect((await cli(["apply"], env, folder.path)).code).toBe(0);
    const match = { action: "DescribeImages", region: "ap-beijing", times: 0 };
    await cloud.control("POST", "faults", { match, effect: { kind: "hang" } });
    const apply = startCli(["apply", "--wait"], env, folder.path);
    await sleep(2_500);
    apply.kill("SIGINT");
    const { code, stdout } = await apply.ended;
    expect(code).toBe(130);
    expect(stdout).not.toContain("problem");
    const status = await cli(["status"], env, folder.path);
    expect([status.code, status.stdout.includes("problem")]).toEqual([0, false]);
  });

  it("stops at once after the second one, and the next run completes the copies", async () => {
    await bake("web");
    const fault = await holdNextSync();
    const apply = startCli(["apply", "--wait"], env, folder.path);
    await fault.holds();
    apply.kill("SIGINT");
    await sleep(100);
    await end(apply, "SIGINT");
    expect(apply.exitCode).toBe(130);
    await fault.remove();
    expect((await cli(["apply", "--wait"], env, folder.path)).code).toBe(0);
    expect(await cloud.copies()).toHaveLength(DESTINATIONS);
    expect(notExactlyOne(await cloud.copies())).toEqual([]);
  });
});
