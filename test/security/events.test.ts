// Forged events can only make the program read images by id in the regions of the policies.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeImages } from "../../emulator/control/console.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { imagesIn } from "../../emulator/world/inventory.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { parseEvent } from "../../lib/event/parse-event.ts";
import { requestForImages } from "../../lib/replicator/run-requests.ts";
import type { Answer, Name } from "../e2e/call-function.ts";
import { TOP, temporaryFolder, userEnv } from "../e2e/support.ts";
import { policy } from "../support/builders.ts";
import { invokeFunction } from "../support/in-process.ts";
import { SAMPLE_EVENTS, sampleEvent } from "../support/sample-events.ts";

/**
 * Every account that can invoke a function or send events to an event bus can write events. The
 * program may use only two parts of an event: a region that the policies copy from, and an image
 * id. Every forged text here contains this mark.
 */
const FORGED = "forged";
const HOSTILE = [
  "../../",
  `../../${FORGED}`,
  `${FORGED}.example.com#`,
  `ap-guangzhou.${FORGED}.example.com`,
  `ap-guangzhou@${FORGED}.example.com`,
  `ap-guangzhou\n${FORGED}`,
  "ap-guangzhou ",
  `ap-${FORGED}`,
  `ap-${FORGED}-fsi`,
  `img-${FORGED}'; drop table copies; --`,
  `img-../../${FORGED}`,
  "img-８ｔｏｑｃ６ｓ３",
  "IMG-8TOQC6S3",
  `img-8toqc6s3\u0000${FORGED}`,
  `\u001b[31m${FORGED}`,
  "__proto__",
  "{{name}}",
  "img-".padEnd(500, "a"),
];
const SOURCES = ["ap-guangzhou", "ap-beijing"];
const POLICY = `version: 1
policies:
  - { name: golden, from: [ap-guangzhou], select: { name: ["golden-*"], newest: 9 }, to: [ap-shanghai] }
  - { name: base, from: [ap-beijing], select: { name: ["base-*"], newest: 9 }, to: [ap-nanjing] }
`;

type Json = Readonly<Record<string, unknown>>;

/**
 * Every version of a value in which one text, number or flag is replaced, also inside texts that
 * are JSON.
 */
function* forgeries(value: unknown, replacement: string): Generator<unknown> {
  if (typeof value === "string") {
    yield replacement;
    const inner: unknown = /^[[{]/.test(value) ? JSON.parse(value) : undefined;
    if (inner !== undefined) for (const forged of forgeries(inner, replacement)) yield JSON.stringify(forged);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      for (const forged of forgeries(part, replacement)) {
        yield Array.isArray(value) ? value.with(Number(key), forged) : { ...value, [key]: forged };
      }
    }
  } else yield replacement;
}

describe("an event with one forged field", () => {
  it.each(SAMPLE_EVENTS.filter((name) => Object.keys(sampleEvent(name)).length > 0))(
    "%s gives only image ids in regions that the policies copy from",
    (file) => {
      const policies = [policy({ from: SOURCES })];
      let tried = 0;
      for (const replacement of HOSTILE) {
        for (const forged of forgeries(sampleEvent(file), replacement)) {
          const { scope } = requestForImages(parseEvent(forged).hints, policies);
          for (const { region, imageId } of scope.kind === "images" ? scope.images : []) {
            expect(SOURCES).toContain(region);
            expect(imageId).toMatch(/^img-[0-9a-z]{4,32}$/);
          }
          tried += 1;
        }
      }
      expect(tried).toBeGreaterThanOrEqual(HOSTILE.length);
    },
  );
});

describe("a forged event", { timeout: 30_000 }, () => {
  const [MAIN, STRANGER] = DEFAULT_ACCOUNTS;
  let folder: ReturnType<typeof temporaryFolder>;
  let world: World;
  let emulator: Emulator;
  let env: Record<string, string>;

  beforeEach(async () => {
    folder = temporaryFolder();
    writeFileSync(join(folder.path, "policy.yaml"), POLICY);
    world = createWorld({ now: () => Date.now(), timeScale: 6_000, rateLimits: false });
    emulator = await startEmulator({ port: 0, world });
    env = userEnv(emulator.url, {
      POLICY_FILE: join(folder.path, "policy.yaml"),
      STATE_URL: `sqlite:${join(folder.path, "state.db")}`,
      NODE_PATH: join(TOP, "node_modules"),
    });
    // The first run on an empty state reads all regions. After it, the log shows only the calls
    // that an event causes.
    await invoke("poll-copies", {});
    world.requests.length = 0;
  });
  afterEach(async () => {
    await emulator.close();
    folder.remove();
  });

  const invoke = async (name: Name, ...events: unknown[]) => {
    const outcomes: { answer?: Answer; error?: string }[] = [];
    for (const event of events) {
      const { answer, error } = await invokeFunction(name, event, { getRemainingTimeInMillis: () => 900_000 }, env);
      outcomes.push(error === undefined ? { answer: answer as Answer } : { error: String(error) });
    }
    return outcomes;
  };
  const image = (name: string, account: string = MAIN.uin) =>
    makeImages(world, { region: "ap-guangzhou", name, account, sizeGiB: 20 })[0]?.imageId ?? "";

  /** A CreateImage event in which every field that can be forged is forged. */
  function forgedCreation(imageId: string): unknown {
    const event = sampleEvent("image-created/created") as { data: Json };
    const attributes = {
      ImageName: `golden-${FORGED}`,
      ImageDescription: FORGED,
      ImageSize: 1,
      ImageType: "PRIVATE_IMAGE",
      ImageState: "NORMAL",
      Tags: [{ Key: FORGED, Value: FORGED }],
      DestinationRegions: ["ap-tokyo"],
    };
    const who = {
      accountId: STRANGER.uin,
      principalId: STRANGER.uin,
      userName: FORGED,
      secretId: FORGED,
      type: "Root",
    };
    return {
      ...event,
      id: `${FORGED}-1`,
      tags: { [FORGED]: FORGED },
      data: {
        ...event.data,
        userIdentity: who,
        eventID: `${FORGED}-2`,
        userAgent: FORGED,
        requestParameters: JSON.stringify({ InstanceId: FORGED, ...attributes }),
        responseElements: JSON.stringify({ ImageId: imageId, RequestId: FORGED, ...attributes }),
      },
    };
  }

  /** The calls, without those that read the account of the key. */
  const calls = () => world.requests.filter(({ action }) => action !== "GetCallerIdentity");

  /** Expects that no call, no image and no stored file contains a forged text. */
  function expectNothingForged(): void {
    expect(JSON.stringify(world.requests)).not.toContain(FORGED);
    const images = world.config.regions.flatMap(({ id }) => imagesIn(world, id));
    expect(JSON.stringify(images)).not.toContain(FORGED);
    const files = readdirSync(folder.path).filter((file) => file.startsWith("state.db"));
    expect(files).toContain("state.db");
    for (const file of files) expect(readFileSync(join(folder.path, file), "latin1")).not.toContain(FORGED);
    for (const { account } of world.requests) expect(account).toBe(MAIN.uin);
  }

  it("about an image that no policy selects leads only to a reading by its id", async () => {
    const imageId = image("nightly");
    const [outcome] = await invoke("image-created", forgedCreation(imageId));
    expect(outcome?.answer).toMatchObject({ copies: [], account: MAIN.uin });
    expect(calls()).toMatchObject([
      { action: "DescribeImages", region: "ap-guangzhou", params: { ImageIds: [imageId], Limit: 100 } },
    ]);
    expectNothingForged();
  });

  it("about an image of another account leads only to a reading by its id", async () => {
    const imageId = image("golden-theirs", STRANGER.uin);
    const [outcome] = await invoke("image-created", forgedCreation(imageId));
    expect(outcome?.answer).toMatchObject({ copies: [], account: MAIN.uin });
    expect(calls()).toMatchObject([{ action: "DescribeImages", params: { ImageIds: [imageId] } }]);
    expectNothingForged();
  });

  it("about a selected image leads to the copies that follow from the cloud and the policy", async () => {
    const event = forgedCreation(image("golden-web"));
    const outcomes = await invoke("image-created", event, event);
    expect(outcomes.map(({ answer }) => answer?.counts["total"])).toEqual([1, 1]);
    expect(calls().filter(({ action }) => action === "SyncImages")).toMatchObject([
      { params: { DestinationRegions: ["ap-shanghai"] } },
    ]);
    expect(imagesIn(world, "ap-shanghai").filter(({ owner }) => owner === MAIN.uin)).toHaveLength(1);
    expectNothingForged();
  });

  it("with invalid ids and regions leads at most to readings", async () => {
    const imageId = image("nightly");
    const byHand = HOSTILE.flatMap((odd) => [
      { region: odd, imageId },
      { region: "ap-guangzhou", imageIds: [odd, imageId] },
      { region: "ap-beijing", imageId: odd },
    ]);
    const synced = HOSTILE.map((Region) => ({
      eventName: "SyncImages",
      eventRegion: "ap-guangzhou",
      responseElements: { ImageSet: [{ Region, ImageId: imageId }] },
    }));
    const outcomes = await invoke("image-created", { Records: [...byHand, ...synced] }, ...byHand.slice(0, 9));
    expect(outcomes.map(({ error }) => error)).toEqual(outcomes.map(() => undefined));
    expect(calls().length).toBeGreaterThan(0);
    for (const { action, region, params } of calls()) {
      expect({ action, params }).toEqual({ action: "DescribeImages", params: { ImageIds: [imageId], Limit: 100 } });
      expect(SOURCES).toContain(region);
    }
    expectNothingForged();
  });

  it("leads to no call in the other functions: evaluate-policy refuses it, poll-copies ignores it", async () => {
    const imageId = image("nightly");
    const odd = HOSTILE.flatMap((text) => [{ region: text }, { imageIds: [text] }, { policy: text }, { [text]: 1 }]);
    for (const { error } of await invoke("evaluate-policy", forgedCreation(imageId), ...odd)) {
      expect(error).toMatch(/^InputError: event: /);
    }
    expect(world.requests).toEqual([]);
    const [outcome] = await invoke("poll-copies", forgedCreation(imageId));
    expect(outcome?.answer?.run.trigger).toBe("timer");
    expect(calls()).toEqual([]);
    expectNothingForged();
  });
});
