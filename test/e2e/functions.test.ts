// The built functions with sample events, on each state and version of Node.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { emptyFile, emptyPrefix, emptySchema, postgres, tellSkipped } from "../adapters/state/places.ts";
import { VERSION } from "../support/compiled-policy.ts";
import { NODES, requireNodes } from "../support/nodes.ts";
import { SAMPLE_EVENTS, sampleEvent } from "../support/sample-events.ts";
import { call, callAll } from "./call-function.ts";
import { cli, type Emulated, notExactlyOne, startEmulatorProgram, TOP, temporaryFolder, userEnv } from "./support.ts";

const POLICY = `version: 1
policies:
  - { name: golden, from: [ap-guangzhou], select: { name: ["golden-*"], newest: 50 }, to: [ap-shanghai, ap-beijing, ap-singapore], crossBorder: approved }
  - { name: base, from: [ap-shanghai], select: { name: ["base-*"], newest: 50 }, to: [ap-nanjing] }
`;
const DESTINATIONS = 3;
const PLACES = [
  { place: "the embedded state", make: emptyFile },
  { place: "a bucket", make: emptyPrefix },
];
if (postgres) PLACES.push({ place: "PostgreSQL", make: emptySchema });
tellSkipped("the functions");
requireNodes("the functions");

it.runIf(process.env["REQUIRE_ALL_TESTS"])("has a database for these tests", () => {
  expect(Boolean(postgres), "TEST_POSTGRES_URL").toBe(true);
});

let cloud: Emulated;
const folder = temporaryFolder();
const policyFile = join(folder.path, "policy.yaml");

let empty: Record<string, unknown>;

beforeAll(async () => {
  writeFileSync(policyFile, POLICY);
  // So slow that no copy makes progress by itself within a test: the test advances the clock.
  cloud = await startEmulatorProgram(60);
  empty = await cloud.control("GET", "export");
});
beforeEach(() => cloud.control("PUT", "import", empty));
afterAll(async () => {
  await cloud.stop();
  folder.remove();
});

function envFor(stateUrl: string, more: Record<string, string> = {}): Record<string, string> {
  const nodePath = join(TOP, "node_modules");
  return userEnv(cloud.url, { POLICY_FILE: policyFile, STATE_URL: stateUrl, NODE_PATH: nodePath, ...more });
}

/**
 * Calls poll-copies until every copy is ready, and advances the clock of the cloud by half an hour
 * between two calls.
 */
async function pollUntilReady(total: number, env: Record<string, string>, node = process.execPath): Promise<void> {
  // A busy source is retried after 15 s of real time.
  const giveUp = Date.now() + 120_000;
  let last = "";
  while (Date.now() < giveUp) {
    const { answer, error } = await call("poll-copies", sampleEvent("poll-copies/timer"), env, { node });
    expect(error).toBeUndefined();
    if (answer?.counts["ready"] === total && answer.counts["total"] === total) return;
    last = JSON.stringify(answer?.copies);
    await cloud.control("POST", "clock", { advanceMs: 30_000 });
  }
  expect.fail(`not ${total} copies are ready: ${last}`);
}

/** The sample event, for an image of the emulator. */
function imageCreated(imageId: string): unknown {
  return JSON.parse(JSON.stringify(sampleEvent("image-created/created")).replaceAll("img-8toqc6s3", imageId));
}

async function bake(more: object = {}): Promise<string> {
  const body = { region: "ap-guangzhou", name: "golden-web", sizeGiB: 20, ...more };
  const { images } = (await cloud.control("POST", "images", body)) as unknown as { images: { imageId: string }[] };
  return images[0]?.imageId ?? "";
}

async function effects(): Promise<number> {
  const { requests } = (await cloud.control("GET", "requests")) as unknown as { requests: { effects: unknown[] }[] };
  return requests.filter((request) => request.effects.length > 0).length;
}

async function expectOneCopyEach(images = 1): Promise<void> {
  const copies = await cloud.copies();
  expect(copies).toHaveLength(images * DESTINATIONS);
  expect(notExactlyOne(copies)).toEqual([]);
  for (const copy of copies) expect(copy.state).toBe("NORMAL");
}

describe.each(PLACES)("on $place", { timeout: 180_000 }, ({ make }) => {
  let env: Record<string, string>;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    const state = await make();
    remove = state.remove;
    env = envFor(state.url);
  });
  afterEach(() => remove());

  it.each(NODES)(
    "an event about an image that is still being created leads to one copy in each region, under Node $version",
    async ({ node }) => {
      const imageId = await bake({ state: "CREATING", minutes: 15 });
      const first = await call("image-created", imageCreated(imageId), env, { node });
      expect(first.error).toBeUndefined();
      expect(first.answer?.counts).toMatchObject({ total: DESTINATIONS, waiting: DESTINATIONS });
      expect(await cloud.syncs()).toBe(0);
      await pollUntilReady(DESTINATIONS, env, node);
      await expectOneCopyEach();
      const { answer } = await call("evaluate-policy", {}, env, { node });
      expect(answer?.counts).toMatchObject({ total: DESTINATIONS, ready: DESTINATIONS });
      expect(answer?.run.program, "the build").toMatch(
        new RegExp(`^${VERSION.replaceAll(".", "\\.")}(\\+[0-9a-f]{7})?`),
      );
      expect(await cloud.syncs()).toBe(1);
    },
  );

  it("repeated and concurrent invocations make one copy in each region", async () => {
    const imageId = await bake();
    const event = imageCreated(imageId);
    const outcomes = await Promise.all([
      call("image-created", event, env),
      call("image-created", event, env),
      call("image-created", { region: "ap-guangzhou", imageId }, env),
      call("poll-copies", sampleEvent("poll-copies/timer"), env),
      call("poll-copies", sampleEvent("poll-copies/timer"), env),
    ]);
    expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined, undefined, undefined, undefined]);
    await pollUntilReady(DESTINATIONS, env);
    await call("image-created", event, env);
    await expectOneCopyEach();
  });
});

describe("a function", { timeout: 90_000 }, () => {
  let env: Record<string, string>;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    const state = await emptyFile();
    remove = state.remove;
    env = envFor(state.url);
  });
  afterEach(() => remove());

  const status = async () =>
    JSON.parse((await cli(["status", "--json"], env)).stdout) as { record: object | null; copies: object[] };

  it("answers every sample event and every other value with its run or with the ignored parts", async () => {
    const files = SAMPLE_EVENTS;
    const events = [
      ...files.map(sampleEvent),
      null,
      7,
      "text",
      [],
      {},
      { imageId: 7 },
      { region: "x", imageIds: ["y"] },
    ];
    const { outcomes } = await callAll("image-created", events, env);
    expect(outcomes).toHaveLength(events.length);
    for (const [i, { answer, error }] of outcomes.entries()) {
      const which = files[i] ?? JSON.stringify(events[i]);
      expect(error, which).toBeUndefined();
      expect(answer?.run ?? answer?.ignored?.length, which).toBeTruthy();
      expect(JSON.stringify(answer?.ignored), which).not.toContain('"text":""');
    }
    const ran = files.filter((_, i) => outcomes[i]?.answer?.run);
    expect(ran).toContain("image-created/created");
    expect(ran).toContain("image-created/cls");
    expect(ran).not.toContain("hello-world");
    expect(await effects()).toBe(0);
  });

  it.each(["complete", "resources-only", "names-only"])(
    "acts on the events of the cloud if audit records are %s",
    async (auditRecords) => {
      await cloud.control("PUT", "switches", { auditRecords });
      await bake({ region: "ap-shanghai", name: "base-1" });
      const { events } = (await cloud.control("GET", "events")) as unknown as { events: { event: unknown }[] };
      const { answer, error } = await call("image-created", events.at(-1)?.event, env);
      expect(error).toBeUndefined();
      expect(answer?.copies.map(({ region }) => region)).toEqual(["ap-nanjing"]);
      expect(await cloud.syncs()).toBe(1);
    },
  );

  it("changes neither the cloud nor the state in a dry run", async () => {
    await bake();
    const { answer } = await call("evaluate-policy", { dryRun: true }, env);
    expect(answer?.plan?.create[0]?.destinations).toHaveLength(DESTINATIONS);
    expect(await effects()).toBe(0);
    expect(await status()).toMatchObject({ record: null, copies: [] });
  });

  it("evaluates all images, or only those that policy, region and imageIds select", async () => {
    const [one, two] = [await bake(), await bake({ name: "golden-db" })];
    const base = await bake({ name: "base-1", region: "ap-shanghai" });
    const roots = async (event: object) => {
      const { answer, error } = await call("evaluate-policy", { ...event, dryRun: true }, env);
      expect(error).toBeUndefined();
      const sources = new Set(answer?.plan?.create.map(({ source }) => source.imageId));
      return [...sources].sort();
    };
    expect(await roots({})).toEqual([one, two, base].sort());
    expect(await roots({ policy: "base" })).toEqual([base]);
    expect(await roots({ region: "ap-guangzhou" })).toEqual([one, two].sort());
    expect(await roots({ imageIds: [two] })).toEqual([two]);
    expect(await roots({ policy: "base", imageIds: [two] })).toEqual([]);

    for (const imageId of [two, base]) {
      const { answer } = await call("evaluate-policy", { imageIds: [imageId] }, env);
      expect(new Set(answer?.copies.map(({ source }) => source.imageId))).toEqual(new Set([imageId]));
    }
    expect(await cloud.syncs()).toBe(2);
    expect((await cloud.copies()).map(({ copiedFrom }) => copiedFrom?.imageId).sort()).toEqual(
      [two, two, two, base].sort(),
    );
  });

  it("reports every error of a request by hand", async () => {
    const wrong = { policy: "gold", region: "nowhere", imageIds: [], dryRun: "yes", dryrun: true };
    const { outcomes } = await callAll("evaluate-policy", [wrong, [], "{}"], env);
    expect(outcomes[0]?.error?.split("\n")).toEqual([
      'InputError: event: dryrun: unknown key; use one of policy, region, imageIds, dryRun, retry, e.g. {"policy": "golden-linux", "dryRun": true}',
      'event: policy: "gold" is not the name of a policy; use one of golden, base',
      'event: region: "nowhere" is not a region that the policies copy from; use one of ap-guangzhou, ap-shanghai',
      'event: dryRun: "yes" is not allowed; use true or false',
      'event: imageIds: expected one or more image ids such as ["img-8toqc6s3"], got an empty list',
    ]);
    const { error } = await call("evaluate-policy", { imageIds: ["img-8toqc6s3", "ami-1", 7] }, env);
    expect(error?.split("\n").map((line) => line.split(", got ")[1])).toEqual(['"ami-1"', "7"]);
    for (const { error } of outcomes.slice(1)) expect(error).toContain("expected an object such as");
  });

  it("starts no call that cannot end in time, reports that it stopped early, and continues in the next invocation", async () => {
    const event = imageCreated(await bake());
    const short = await call("image-created", event, env, { remaining: 20_000 });
    expect(short.answer?.run.stoppedEarly).toBe(true);
    expect(await effects()).toBe(0);

    await cloud.control("POST", "faults", {
      match: { action: "DescribeImages", times: 0 },
      effect: { kind: "delay", ms: 3_000 },
    });
    for (const remaining of [50, 4_000]) {
      const { error } = await call("poll-copies", {}, env, { remaining });
      expect(error).toMatch(/^StartError: stopped early: .* nothing is lost.* at least 60 s/);
    }
    await cloud.control("DELETE", "faults");
    expect(await effects()).toBe(0);
    await pollUntilReady(DESTINATIONS, env);
    await expectOneCopyEach();
  });

  it("refuses a state in a file when it runs as a cloud function", async () => {
    const { error } = await call("poll-copies", {}, { ...env, TENCENTCLOUD_RUNENV: "SCF" });
    expect(error).toMatch(/^InputError: STATE_URL: a file \(sqlite:\) is not allowed.*postgres:\/\//);
    expect(await effects()).toBe(0);
  });

  it("prints its journal as JSON lines with key, request id and reason, and prints no secret", async () => {
    await bake();
    const planted = "planted-secret-7c1f";
    const succeeded = await call("evaluate-policy", {}, env);
    const lines = succeeded.stdout.trim().split("\n");
    const journal = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const sent = journal.filter(({ event }) => event === "sent");
    expect(sent).toHaveLength(DESTINATIONS);
    for (const line of sent) {
      expect(line).toMatchObject({ level: "info", account: "100000000001", key: { rootRegion: "ap-guangzhou" } });
      expect(line["requestId"]).toMatch(/^[0-9a-f-]{36}$/);
      expect(line["text"]).toMatch(/^img-\w+ is being created$/);
    }
    const secrets = { TENCENTCLOUD_SECRET_KEY: planted };
    const down = { STATE_URL: `postgres://replicator:${planted}@127.0.0.1:1/state` };
    const outputs = [
      succeeded,
      await call("evaluate-policy", {}, { ...env, ...secrets }),
      await call("poll-copies", {}, { ...env, ...down }),
      await call("poll-copies", {}, { ...env, STATE_URL: `mysql://replicator:${planted}@127.0.0.1/state` }),
    ];
    expect(outputs.map(({ error }) => error?.split(":")[0])).toEqual([
      undefined,
      "CloudError",
      "StateError",
      "InputError",
    ]);
    const text = JSON.stringify(outputs);
    for (const secret of [planted, env["TENCENTCLOUD_SECRET_KEY"] ?? ""]) expect(text).not.toContain(secret);
  });
});
