// Random and mutated events: no event leads to an unexpected error or a forged hint.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { createWorld } from "../../emulator/world/world.ts";
import * as evaluatePolicy from "../../functions/evaluate-policy.ts";
import * as imageCreated from "../../functions/image-created.ts";
import * as pollCopies from "../../functions/poll-copies.ts";
import { parseEvent } from "../../lib/event/parse-event.ts";
import { InputError } from "../../lib/model/errors.ts";
import { version } from "../../lib/record/program.ts";
import { requestByHand } from "../../lib/replicator/run-requests.ts";
import { policy } from "../support/builders.ts";
import { functionEnv } from "../support/compiled-policy.ts";
import fc from "../support/random.ts";
import { SAMPLE_EVENTS, sampleEvent } from "../support/sample-events.ts";
import { deepJson, json, mutated, nastyText, PATIENCE, RAW, runs } from "./arbitraries.ts";

const SAMPLES = SAMPLE_EVENTS.map(sampleEvent);

/** A CLS trigger as SCF delivers it. */
const packed = (value: unknown) => ({ clslogs: { data: gzipSync(JSON.stringify(value)).toString("base64") } });

const randomEvent = fc.oneof(
  json,
  { arbitrary: mutated(SAMPLES), weight: 4 },
  mutated(SAMPLES).map((value) => JSON.stringify(value)),
  mutated(SAMPLES).map(packed),
  fc.tuple(mutated(SAMPLES), json).map(([a, b]) => [a, b, a]),
);

function expectHarmless({ hints, ignored }: ReturnType<typeof parseEvent>): void {
  for (const { region, imageId, what, eventId, at } of hints) {
    expect(region).toMatch(/^[a-z]{2,}-[a-z0-9-]{1,40}$/);
    expect(imageId).toMatch(/^img-[0-9a-z]{4,32}$/);
    expect(what).toMatch(/^(by hand|[A-Za-z]{1,40})$/);
    expect(eventId ?? "id").toMatch(/^[\w.:-]{1,128}$/);
    expect(Number.isSafeInteger(at ?? 0)).toBe(true);
  }
  for (const { text } of ignored) {
    expect(text).not.toMatch(RAW);
    expect(text).not.toContain("\n");
    expect(text.length).toBeLessThan(600);
  }
  expect(hints.length + ignored.length).toBeGreaterThan(0);
}

describe("a random event", () => {
  it("gives hints with possible regions and ids, or reasons of one plain line each, and never an error", () => {
    fc.assert(
      fc.property(randomEvent, (event) => expectHarmless(parseEvent(event))),
      runs(3000),
    );
  });

  it("is shortened at whole characters", () => {
    fc.assert(
      fc.property(nastyText, fc.nat(60), (text, before) => {
        expectHarmless(parseEvent("x".repeat(before) + text));
        expectHarmless(parseEvent({ ["x".repeat(before) + text]: 1 }));
      }),
      runs(500),
    );
    const cut = parseEvent({ region: "ap-tokyo", imageId: `${"x".repeat(56)}🔥 and more` });
    expect(cut.ignored[0]?.text).toContain('"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\ufffd…"');
  });

  it("does not reach into prototypes", () => {
    const event = JSON.parse('{"__proto__": {"imageId": "img-aaaa1111", "region": "ap-tokyo"}}') as unknown;
    expect(parseEvent(event).hints).toEqual([]);
    expect(parseEvent({ constructor: { prototype: { imageId: "img-aaaa1111" } } }).hints).toEqual([]);
  });

  it("is unpacked to at most 6 MB in total, however deeply data is packed in it", () => {
    // Fully unpacked, each level is some hundred times as large as the one before.
    let bomb: unknown = packed(" ".repeat(1_000_000));
    for (let level = 0; level < 4; level++) bomb = packed(Array.from({ length: 300 }, () => bomb));
    const { hints, ignored } = parseEvent(Array.from({ length: 50 }, () => bomb));
    expect(hints).toEqual([]);
    expect(ignored.map(({ text }) => text)).toContain("clslogs.data unpacks to more than 6 MB");
  });

  it("is refused in a reason if it is nested too deeply", () => {
    expect(parseEvent(deepJson(100_000)).ignored).toEqual([
      { code: "nested-too-deeply", text: "the event is nested too deeply" },
    ]);
    expectHarmless(parseEvent({ region: deepJson(100_000), imageId: deepJson(100_000) }));
    expectHarmless(parseEvent({ eventName: "CreateImage", responseElements: deepJson(100_000) }));
  });
});

describe("a random request by hand", () => {
  const policies = [policy()];
  const request = fc.oneof(
    json,
    mutated([{ policy: "golden", region: "ap-guangzhou", imageIds: ["img-8toqc6s3"], dryRun: true }]),
  );

  it("is accepted, or refused with an InputError that reports every error in one plain line", () => {
    fc.assert(
      fc.property(request, (event) => {
        try {
          expect(requestByHand(event, policies).scope).toEqual({ kind: "sweep" });
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          for (const { field, text } of error.problems) expect(`${field}${text}`).not.toMatch(RAW);
        }
      }),
      runs(2000),
    );
  });

  it("is refused with a short message, however deep or long it is", () => {
    expect(() => requestByHand({ policy: deepJson(100_000) }, policies)).toThrow(InputError);
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`key-${i}`, i]));
    const readMany = () => requestByHand(many, policies);
    expect(readMany).toThrow("and 99900 more problems");
    expect(readMany).toThrow(/^.{0,20000}$/s);
  });
});

describe("the functions", () => {
  let emulator: Emulator;
  const folder = mkdtempSync(join(tmpdir(), "cvm-replicator-fuzz-"));
  beforeAll(async () => {
    emulator = await startEmulator({ port: 0, world: createWorld({ now: () => Date.now(), rateLimits: false }) });
    const file = join(folder, "policy.yaml");
    writeFileSync(
      file,
      "version: 1\npolicies: [{ name: p, from: [ap-guangzhou], select: { newest: 1 }, to: [ap-tokyo] }]\n",
    );
    const [{ secretId, secretKey }] = DEFAULT_ACCOUNTS;
    vi.stubEnv("REPLICATOR_ENDPOINT", emulator.url);
    vi.stubEnv("TENCENTCLOUD_SECRET_ID", secretId);
    vi.stubEnv("TENCENTCLOUD_SECRET_KEY", secretKey);
    vi.stubEnv("POLICY_FILE", functionEnv({ POLICY_FILE: file }, version)["POLICY_FILE"] ?? "");
    vi.stubEnv("STATE_URL", `sqlite:${join(folder, "state.db")}`);
    vi.stubEnv("SWEEP_EVERY", "1h");
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("answer random events in JSON, with the ignored parts, or with an InputError", {
    timeout: PATIENCE,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(imageCreated, evaluatePolicy), randomEvent, async ({ main_handler }, event) => {
        try {
          const answer = await main_handler(event);
          expect(JSON.parse(JSON.stringify(answer))).toEqual(expect.any(Object));
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(error.message).not.toMatch(RAW);
        }
      }),
      // The rate limit is 8 calls of an action per second, and some random events name an image.
      runs(60),
    );
    for (const event of [null, undefined, "", [], {}, 0]) {
      expect(await imageCreated.main_handler(event)).toMatchObject({
        ignored: [{ code: expect.any(String) as string, text: expect.any(String) as string }],
      });
    }
    expect(await pollCopies.main_handler(deepJson(100_000))).toMatchObject({ counts: { total: 0 } });
  });
});
