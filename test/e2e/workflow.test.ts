// The whole workflow, deployed: a client that is not ours creates an image, and nothing of ours is called by a test.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { tagsOf } from "../../emulator/world/image.ts";
import { DESTINATIONS } from "../deployed/account.ts";
import { type Deployed, deployByApi, type Options, packages } from "./deploy-by-api.ts";

let zips: Awaited<ReturnType<typeof packages>>;
let d: Deployed;
beforeAll(async () => {
  zips = await packages();
});
afterEach(() => d.close());

const deploy = async (options?: Options) => {
  d = await deployByApi(zips, options);
};
const copies = () => d.copies();
/** Whether there is a finished copy in every region. */
const isFinished = () =>
  copies().length === DESTINATIONS.length &&
  copies().every((image) => d.stateOf(image) === "NORMAL" && image.name === "golden-web" && tagsOf(image).has("env"));
const runs = (name: string) => d.world.invocations.filter(({ target }) => target.name === name);

/** The processes of the instances of this emulator, by their environment. */
function processesOfFunctions(): number[] {
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const environ = readFileSync(`/proc/${entry}/environ`, "utf8");
      return environ.includes("SCF_FUNCTIONNAME=") && environ.includes(d.url) ? [Number(entry)] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

/** How much faster time passes where the program waits by its own clock. */
const FACTOR = 20;

/** The first request for copies takes effect, and is answered late. */
const HELD = {
  match: { service: "cvm", action: "SyncImages", dryRun: false },
  effect: { kind: "hold-after", ms: 8000 },
} as const;
const isSent = () => d.world.requests.some(({ action, effects }) => action === "SyncImages" && effects.length > 0);

async function expectOneCopyEach(): Promise<void> {
  expect(await d.pass(180, isFinished), JSON.stringify(d.world.invocations.slice(-3))).toBe(true);
  expect(
    copies()
      .map(({ region }) => region)
      .sort(),
  ).toEqual([...DESTINATIONS].sort());
  for (const image of copies()) {
    expect(tagsOf(image).get("env")).toBe("prod");
    expect(tagsOf(image).get("cvm-replicator:policy")).toBe("golden");
  }
}

const linesOf = (query: string) => d.linesOf("functions", query);

describe("an image that a client of the vendor creates", { timeout: 240_000 }, () => {
  it("is copied to every region by event, rule, function and timer; the record is in the log", async () => {
    await deploy();
    await d.createImage("golden-web");
    await expectOneCopyEach();
    expect(runs("image-created").length).toBeGreaterThan(0);
    expect(runs("image-created").every(({ error }) => error === undefined)).toBe(true);
    expect(runs("poll-copies").length).toBeGreaterThan(2);
    expect(await linesOf("golden-web* AND claimed")).toHaveLength(DESTINATIONS.length);
    expect(await d.pass(5, () => false)).toBe(false);
    expect(copies()).toHaveLength(DESTINATIONS.length);
  });

  it("is copied once if its event comes a day late", async () => {
    await deploy();
    const late = { kind: "deliver-late", ms: 86_400_000 } as const;
    addFault(d.world, { match: { service: "eb", action: "deliver" }, effect: late });
    await d.createImage("golden-web");
    await expectOneCopyEach();
    const before = runs("image-created").length;
    d.world.clockOffset += late.ms;
    expect(await d.pass(10, () => runs("image-created").length > before)).toBe(true);
    await d.pass(2, () => false);
    expect(copies()).toHaveLength(DESTINATIONS.length);
  });

  it("is copied once if the function is killed at its time limit, after the cloud has begun to copy", async () => {
    // Shorter limits leave no time for a request for copies.
    await deploy({ timeouts: { "image-created": 40, "poll-copies": 40 } });
    addFault(d.world, HELD);
    await d.createImage("golden-web");
    expect(await d.pass(60, isSent)).toBe(true);
    // It would end itself in time.
    for (const pid of processesOfFunctions()) process.kill(pid, "SIGSTOP");
    const isKilled = () => d.world.invocations.some(({ error }) => error?.message.includes("timed out"));
    expect(await d.pass(60, isKilled)).toBe(true);
    await expectOneCopyEach();
  });

  it("is copied once if the functions are frozen for ten minutes while the cloud answers", async () => {
    await deploy({ clockFactor: FACTOR });
    addFault(d.world, HELD);
    await d.createImage("golden-web");
    expect(await d.pass(60, isSent)).toBe(true);
    const frozen = processesOfFunctions();
    for (const pid of frozen) process.kill(pid, "SIGSTOP");
    await sleep(600_000 / FACTOR);
    for (const pid of frozen) process.kill(pid, "SIGCONT");
    expect(frozen.length).toBeGreaterThan(0);
    await expectOneCopyEach();
  });

  it("logs why a region cannot be read, although the invocation succeeds", async () => {
    await deploy({ without: ["cvm:DescribeImages"] });
    const { Result } = await d.call("scf", "Invoke", { FunctionName: "poll-copies", ClientContext: "{}" });
    expect(Result).toMatchObject({ InvokeResult: 0 });
    expect(JSON.stringify(await linesOf("unreadable-UnauthorizedOperation"))).toContain("cvm:DescribeImages");
  });

  it("waits, and says why, while the role lacks a permission, and is copied once it has it", async () => {
    await deploy({ without: ["tag:TagResources"] });
    await d.createImage("golden-web");
    const isRefused = () =>
      d.world.requests.some(({ action, result }) => action === "TagResources" && /Unauthorized/.test(result));
    expect(await d.pass(60, isRefused)).toBe(true);
    await d.pass(20, () => false);
    expect(isFinished()).toBe(false);
    expect((await linesOf("AuthFailure.UnauthorizedOperation")).length).toBeGreaterThan(0);
    await d.permitAll();
    // Without this, what is blocked is tried again after ten minutes.
    const ClientContext = JSON.stringify({ retry: true });
    await d.call("scf", "Invoke", { FunctionName: "evaluate-policy", ClientContext });
    await expectOneCopyEach();
  });
});
