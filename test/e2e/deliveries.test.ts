// Other ways for events: what CLS, CKafka, COS and a batch of EventBridge deliver, through the built function.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeImages } from "../../emulator/control/console.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { invokeFunction } from "../support/in-process.ts";
import { sampleEvent } from "../support/sample-events.ts";
import type { Answer } from "./call-function.ts";
import { TOP, temporaryFolder, userEnv } from "./support.ts";

const POLICY = `version: 1
policies:
  - { name: golden, from: [ap-guangzhou], select: { name: ["golden-*"], newest: 500 }, to: [ap-shanghai] }
`;
const CONTEXT = { getRemainingTimeInMillis: () => 900_000 };
/** What SCF accepts for an asynchronous event (product documentation 583/11637), which CLS fills (583/49587). */
const MOST_BYTES = 128 * 1024;

let world: World;
let emulator: Emulator;
let folder: ReturnType<typeof temporaryFolder>;
let env: Record<string, string>;

beforeEach(async () => {
  world = createWorld({ now: () => Date.now(), timeScale: 6_000, rateLimits: false });
  emulator = await startEmulator({ port: 0, world });
  folder = temporaryFolder();
  writeFileSync(join(folder.path, "policy.yaml"), POLICY);
  env = userEnv(emulator.url, {
    POLICY_FILE: join(folder.path, "policy.yaml"),
    STATE_URL: `sqlite:${join(folder.path, "state.db")}`,
    NODE_PATH: join(TOP, "node_modules"),
  });
});
afterEach(async () => {
  await emulator.close();
  folder.remove();
});

const bake = (count: number) =>
  Array.from(
    { length: count },
    (_, n) => makeImages(world, { region: "ap-guangzhou", name: `golden-${n}` })[0]!.imageId,
  );

/** The audit record of the creation of an image, and as text. */
const record = (imageId: string) => recordText(imageId, (text) => JSON.parse(text) as unknown);
function recordText<T>(imageId: string, read: (text: string) => T): T {
  return read(JSON.stringify(sampleEvent("image-created/created")["data"]).replaceAll("img-8toqc6s3", imageId));
}
const envelope = (imageId: string) => ({ ...sampleEvent("image-created/created"), data: record(imageId) });
const message = (imageId: string) => ({
  Ckafka: { topic: "cloudaudit", partition: 1, offset: 1, msgKey: "None", msgBody: recordText(imageId, String) },
});
function clsEvent(contents: readonly string[]): { clslogs: { data: string } } {
  const records = contents.map((content) => ({ timestamp: "1605578090000000", content }));
  return {
    clslogs: { data: gzipSync(JSON.stringify({ topic_id: "t", topic_name: "n", records })).toString("base64") },
  };
}

async function deliver(event: unknown): Promise<Answer> {
  const { answer, error } = await invokeFunction("image-created", event, CONTEXT, env);
  expect(error).toBeUndefined();
  expect(JSON.stringify(answer).length).toBeLessThan(16_000);
  return answer as Answer;
}

const copies = () =>
  [...(world.images.get("ap-shanghai")?.values() ?? [])].flatMap(({ copiedFrom }) => copiedFrom?.imageId ?? []).sort();
const runs = () => world.requests.filter(({ action }) => action === "GetCallerIdentity").length;

describe("a delivery", { timeout: 60_000 }, () => {
  const thrice = (ids: readonly string[]) => [...ids, ...ids, ...ids];
  it.each([
    ["a batch of EventBridge", (ids: readonly string[]) => thrice(ids).map(envelope)],
    ["a batch of CKafka", (ids: readonly string[]) => ({ Records: thrice(ids).map(message) })],
    ["a batch of CLS", (ids: readonly string[]) => clsEvent(thrice(ids).map((id) => recordText(id, String)))],
  ])("%s with many images, each three times, is one run that copies each once", async (_, eventOf) => {
    const ids = bake(8);
    const answer = await deliver(eventOf(ids));
    expect(answer.done).toMatchObject({ requested: 8 });
    expect(answer.images).toHaveLength(8);
    expect(runs()).toBe(1);
    await deliver(eventOf(ids));
    expect(copies()).toEqual([...ids].sort());
  });

  it("of CLS that is damaged keeps the others from nothing, and the answer says so", async () => {
    const [imageId = ""] = bake(1);
    const whole = clsEvent([recordText(imageId, String)]);
    const cut = { clslogs: { data: whole.clslogs.data.slice(0, -40) } };
    const only = await deliver(cut);
    expect(only.summary).toBe("Nothing was done: clslogs.data is not gzip in base64.");
    const answer = await deliver([cut, whole, { clslogs: { data: "%%%" } }]);
    expect(answer.ignored?.map(({ text }) => text)).toEqual(["clslogs.data is not gzip in base64"]);
    expect(copies()).toEqual([imageId]);
  });

  it("of CLS as large as an asynchronous event can be is one run, whatever else it reports", async () => {
    const ids = bake(3);
    const others = Array.from({ length: 1_500 }, (_, n) => {
      const id = createHash("sha256").update(String(n)).digest("hex");
      return recordText("ins-1", (text) => text.replace("CreateImage", `Describe${n}`).replace("ins-1", id));
    });
    const event = clsEvent([...others, ...ids.map((id) => recordText(id, String))]);
    expect(JSON.stringify(event).length).toBeGreaterThan(MOST_BYTES / 2);
    const answer = await deliver(event);
    expect(answer.summary).toMatch(/^3 copies requested/);
    expect(answer.ignored).toHaveLength(20);
    expect(copies()).toEqual([...ids].sort());
  });

  it("of COS names an object, which is not read: nothing is done, and the answer says what finds the images", async () => {
    bake(1);
    const answer = await deliver(sampleEvent("image-created/cos"));
    expect(answer.summary).toMatch(
      /^Nothing was done: the audit log .* is not read; the next sweep finds its images\.$/,
    );
    expect(answer.next).toMatch(/EventBridge, CLS or CKafka/);
    expect(world.requests).toEqual([]);
  });
});
