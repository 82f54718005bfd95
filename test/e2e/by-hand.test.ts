// What a person does in the SCF console: test events for the built functions, and what their answers and errors say.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeImages } from "../../emulator/control/console.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { invokeFunction, withShortWaits } from "../support/in-process.ts";
import { sampleEvent } from "../support/sample-events.ts";
import type { Answer, Name } from "./call-function.ts";
import { TOP, temporaryFolder, userEnv } from "./support.ts";

const POLICY = `version: 1
policies:
  - { name: golden, from: [ap-guangzhou], select: { name: ["golden-*"], newest: 9 }, to: [ap-shanghai, ap-singapore] }
`;
const CONTEXT = { getRemainingTimeInMillis: () => 900_000 };
const FUNCTIONS = ["image-created", "evaluate-policy", "poll-copies"] as const;

let world: World;
let emulator: Emulator;
let folder: ReturnType<typeof temporaryFolder>;
let env: Record<string, string>;

beforeEach(async () => {
  world = createWorld({ now: () => Date.now(), timeScale: 60, rateLimits: false });
  emulator = await startEmulator({ port: 0, world });
  folder = temporaryFolder();
  writeFileSync(join(folder.path, "policy.yaml"), POLICY);
  env = userEnv(emulator.url, {
    POLICY_FILE: join(folder.path, "policy.yaml"),
    STATE_URL: `sqlite:${join(folder.path, "state.db")}`,
    NODE_PATH: join(TOP, "node_modules"),
    SWEEP_EVERY: "1h",
  });
});
afterEach(async () => {
  await emulator.close();
  folder.remove();
});

const bake = (name: string) => makeImages(world, { region: "ap-guangzhou", name })[0]!.imageId;
const effects = () => world.requests.filter((request) => request.effects.length > 0).length;

async function send(name: Name, event: unknown, more: Record<string, string> = {}) {
  const { answer, error } = await invokeFunction(name, event, CONTEXT, { ...env, ...more });
  return { answer: answer as Answer | undefined, error };
}
async function answerOf(name: Name, event: unknown): Promise<Answer> {
  const { answer, error } = await send(name, event);
  expect(error).toBeUndefined();
  expect(Object.keys(answer ?? {}).slice(0, 2), "what a person sees first").toEqual(["summary", "next"]);
  return answer!;
}

describe("an event by hand", { timeout: 30_000 }, () => {
  it.each(FUNCTIONS)(
    "%s answers the console's first test event with what to send instead, and does nothing",
    async (name) => {
      const answer = await answerOf(name, sampleEvent("hello-world"));
      expect(answer.summary).toMatch(/^Nothing was done: .*hello-world/);
      expect(answer.next).toMatch(/\{.*\}/);
      expect(world.requests).toEqual([]);
    },
  );

  it("is refused with every field that does not exist, and with an example", async () => {
    const evaluated = await send("evaluate-policy", { dryrun: true, policies: "golden" });
    expect(evaluated.error?.message.split("\n")).toEqual([
      expect.stringMatching(/^event: dryrun: unknown key; use one of policy, .*, e\.g\. \{"policy": /),
      expect.stringMatching(/^event: policies: unknown key; /),
    ]);
    const polled = await send("poll-copies", { swep: true, sweep: "yes" });
    expect(polled.error?.message.split("\n")).toEqual([
      'event: swep: unknown key; use only sweep, e.g. {"sweep": true} or {}',
      'event: sweep: "yes" is not allowed; use true or false',
    ]);
    const region = "ap-guangzhou";
    const created = await answerOf("image-created", { region, imageId: bake("golden-1"), dryRun: true });
    expect(created.summary).toBe('Nothing was done: an event by hand has no "dryRun".');
    expect(effects()).toBe(0);
  });

  it("for one image says what was done, what needs a person, and why another image is not copied", async () => {
    const [golden, nightly] = [bake("golden-1"), bake("nightly")];
    const answer = await answerOf("image-created", { region: "ap-guangzhou", imageIds: [golden, nightly] });
    expect(answer.summary).toMatch(/^1 copy requested and 1 tagged\. /);
    expect(answer.summary).toContain(
      `${nightly} in ap-guangzhou: not selected: golden: the name "nightly" does not match`,
    );
    expect(answer.summary).toMatch(/Of 2 copies concerned, 1 is blocked and 1 is being copied\. The timer continues/);
    expect(answer.next).toMatch(new RegExp(`^This needs you: ${golden} to ap-singapore: .* crosses the border`));
    expect(answer.copies.map(({ state }) => state)).toEqual(["blocked", "copying"]);

    const copy = answer.copies.find(({ state }) => state === "copying") as
      | { region: string; imageId: string }
      | undefined;
    const own = await answerOf("image-created", { region: copy?.region, imageId: copy?.imageId });
    expect(own.summary).toContain(
      `${copy?.imageId} in ${copy?.region}: it is the copy of ${golden} in ap-guangzhou for policy golden; a copy is never a source`,
    );
    const elsewhere = await answerOf("image-created", { region: "ap-tokyo", imageId: golden });
    expect(elsewhere.summary).toMatch(
      /no enabled policy copies from ap-tokyo; nothing to do if it is a copy; to copy it further, add ap-tokyo to `from` of a policy\.$/,
    );
    const gone = await answerOf("image-created", { region: "ap-guangzhou", imageId: "img-00000000" });
    expect(gone.summary).toMatch(/img-00000000 in ap-guangzhou: the cloud shows no such image/);
  });

  it("as a dry run says first that nothing was changed, and at the end how to do it", async () => {
    bake("golden-1");
    const answer = await answerOf("evaluate-policy", sampleEvent("evaluate-policy/dry-run"));
    expect(answer.summary).toMatch(/^Dry run: nothing was changed\. It would request 1 copy, change 0 and delete 0\. /);
    expect(answer.next).toMatch(/To do it, send the same event without "dryRun"\.$/);
    expect(effects()).toBe(0);
  });

  it("sweeps with poll-copies before a sweep is due, as no run of the timer; every event of a scheduler is one", async () => {
    await answerOf("poll-copies", {});
    bake("golden-1");
    const idle = await answerOf("poll-copies", sampleEvent("poll-copies/timer"));
    expect(idle.summary).toBe("Nothing had to be changed. No copies are recorded.");
    const swept = await answerOf("poll-copies", sampleEvent("poll-copies/sweep"));
    expect(swept.run.trigger).toBe("manual");
    expect(swept.done).toMatchObject({ requested: 1 });
    for (const event of [null, "", { Type: "Timer", Message: "x" }, { specversion: "1.0", type: "timer" }]) {
      expect((await answerOf("poll-copies", event)).run.trigger).toBe("timer");
    }
  });
});

describe("a failed invocation", { timeout: 30_000 }, () => {
  it.each([
    ["a missing state", { STATE_URL: "", TENCENTCLOUD_RUNENV: "SCF" }, /^InputError: STATE_URL: /],
    [
      "a state that is away",
      { STATE_URL: "postgres://u:hidden@127.0.0.1:1/x" },
      /^StateError: .*cannot be reached.*; check host/,
    ],
    [
      "a key that is refused",
      { TENCENTCLOUD_SECRET_KEY: "hidden" },
      /^CloudError: .*; nothing is lost; check TENCENTCLOUD_/,
    ],
    [
      "an API that is away",
      { REPLICATOR_ENDPOINT: "http://127.0.0.1:1" },
      /^CloudError: .*; nothing is lost; check that the net/,
    ],
  ])("for %s shows its text and what to do where SCF shows the stack", async (_, more, expected) => {
    const { answer, error } = await withShortWaits(() => send("poll-copies", {}, more));
    expect(answer).toBeUndefined();
    expect(error?.stack).toMatch(expected);
    expect(error?.stack).toBe(`${error?.name}: ${error?.message}`);
    expect(error?.stack).not.toMatch(/hidden|\n {4}at /);
  });
});
