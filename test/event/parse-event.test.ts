// Every form of event, and every reason to ignore one.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { unpackCls } from "../../lib/event/json-values.ts";
import { parseEvent } from "../../lib/event/parse-event.ts";
import { fullText } from "../../lib/model/messages/define.ts";
import fc from "../support/random.ts";

type Json = Record<string, unknown>;
const FOLDER = new URL("../../events/", import.meta.url);
const sample = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")) as Json;
const images = (payload: unknown) => parseEvent(payload).hints.map((hint) => `${hint.region}/${hint.imageId}`);
const reasons = (payload: unknown) => parseEvent(payload).ignored.map(fullText);

describe("the sample events", () => {
  const named: Record<string, string[]> = {
    "image-created": ["ap-guangzhou/img-8toqc6s3"],
    "image-created-console": ["ap-guangzhou/img-2m9dk1x7"],
    "image-created-resources": ["ap-guangzhou/img-8toqc6s3"],
    "image-created-names": ["ap-guangzhou/img-8toqc6s3", "ap-guangzhou/img-2m9dk1x7"],
    "image-imported": ["ap-shanghai/img-5x0wq8rt"],
    "image-shared": ["ap-guangzhou/img-8toqc6s3"],
    "image-deleted": ["ap-guangzhou/img-8toqc6s3", "ap-guangzhou/img-2m9dk1x7"],
    "image-tagged": ["ap-singapore/img-7k3vb5zn"],
    batch: ["ap-guangzhou/img-8toqc6s3", "ap-shanghai/img-evhmf3fy", "ap-beijing/img-d4nr20cq"],
    cls: ["ap-guangzhou/img-8toqc6s3", "ap-shanghai/img-5x0wq8rt"],
    ckafka: ["ap-guangzhou/img-8toqc6s3"],
    "by-hand": ["ap-guangzhou/img-8toqc6s3"],
  };
  const ignored: Record<string, RegExp> = {
    cos: /audit log "\/1250000000\/audit\/.*; deliver the audit by EventBridge/,
    evaluate: /unknown event with the keys "policy", "dryRun"/,
    timer: /poll-copies/,
    "hello-world": /hello-world/,
    "failed-call": /failed \("ImageQuotaLimitExceeded"\)/,
    "other-product": /CreateSnapshot does not change which images are selected/,
  };

  it.each(Object.entries(named))("names the images of %s", (name, expected) => {
    expect(images(sample(name))).toEqual(expected);
    expect(reasons(sample(name))).toEqual([]);
  });

  it.each(Object.entries(ignored))("says why %s names no image", (name, reason) => {
    expect(images(sample(name))).toEqual([]);
    expect(reasons(sample(name))).toEqual([expect.stringMatching(reason)]);
  });

  it("are all covered by this test and listed in their README", () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
    expect(files.sort()).toEqual([...Object.keys(named), ...Object.keys(ignored)].map((name) => `${name}.json`).sort());
    const readme = readFileSync(new URL("README.md", FOLDER), "utf8");
    for (const file of files) expect(readme).toContain(`| \`${file}\` |`);
  });
});

describe("an event that a user types", () => {
  it("may name several images", () => {
    expect(images({ region: "ap-tokyo", imageIds: ["img-aaaa1111", "img-bbbb2222", "img-aaaa1111"] })).toEqual([
      "ap-tokyo/img-aaaa1111",
      "ap-tokyo/img-bbbb2222",
    ]);
  });

  it.each([
    [{ region: "ap-tokyo", imageId: "ins-aaaa1111" }, '"ins-aaaa1111" is not an image id'],
    [{ region: "ap-tokyo", imageId: "img-AAAA1111" }, '"img-AAAA1111" is not an image id'],
    [{ region: "ap-tokyo", imageId: "img-aaaa1111\n" }, "is not an image id"],
    [{ region: "Tokyo", imageId: "img-aaaa1111" }, 'expected a region, got "Tokyo"'],
    [{ imageId: "img-aaaa1111" }, "expected a region, got nothing"],
    [{ region: "ap-tokyo", imageIds: "img-aaaa1111" }, "imageIds must be a list"],
  ])("is ignored if it is invalid, with a reason: %j", (payload, reason) => {
    expect(images(payload)).toEqual([]);
    expect(reasons(payload)).toEqual([expect.stringContaining(reason)]);
  });

  it("is quoted shortened and without control characters", () => {
    const [reason = ""] = reasons({ region: "ap-tokyo", imageId: `\u001b[31m\u202e${"x".repeat(5000)}` });
    expect(reason.length).toBeLessThan(200);
    expect(reason).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe("any other event", () => {
  it.each([
    [undefined, "nothing is not an event"],
    [null, "nothing is not an event"],
    [17, "17 is not an event"],
    ["", '"" is not JSON'],
    [{}, "the event is empty"],
    [[], "the list is empty"],
    [{ httpMethod: "POST", body: '{"region":"ap-tokyo","imageId":"img-aaaa1111"}' }, "this is an HTTP request"],
    [{ specversion: "1.0", type: "cvm:ErrorEvent:GuestReboot", data: {} }, "is not an audit event"],
    [{ specversion: "1.0", type: "cvm:CloudEvent:ApiCall", data: "x" }, "contains no audit record"],
    [{ clslogs: { data: "not gzip" } }, "is not gzip in base64"],
    [{ clslogs: {} }, "has no clslogs.data"],
    [{ clslogs: { data: gzipSync("no json").toString("base64") } }, "does not contain JSON"],
  ])("%j is ignored with a reason", (payload, reason) => {
    expect(images(payload)).toEqual([]);
    expect(reasons(payload)).toEqual([expect.stringContaining(reason)]);
  });

  it("does not prevent that the other parts of a batch are read", () => {
    const payload = [sample("hello-world"), sample("image-created"), "no event"];
    expect(images(payload)).toEqual(["ap-guangzhou/img-8toqc6s3"]);
    expect(reasons(payload)).toHaveLength(2);
  });

  it("never throws, and every hint is well formed", () => {
    const words = fc.constantFrom(
      "eventName",
      "data",
      "type",
      "Records",
      "clslogs",
      "imageId",
      "imageIds",
      "region",
      "Ckafka",
      "msgBody",
      "content",
      "responseElements",
      "requestParameters",
      "resources",
      "ImageSet",
    );
    const values = fc.oneof(
      fc.anything(),
      fc.constantFrom<unknown>(
        "CreateImage",
        "img-aaaa1111",
        "ap-tokyo",
        "cvm:CloudEvent:ApiCall",
        "{}",
        '["img-aaaa1111"]',
      ),
    );
    const { event } = fc.letrec((tie) => ({
      event: fc.oneof(
        { maxDepth: 6 },
        values,
        fc.dictionary(words, tie("event")),
        fc.array(tie("event"), { maxLength: 4 }),
        tie("event").map((value) => JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? 1 : v))),
      ),
    }));
    fc.assert(
      fc.property(event, (payload) => {
        const { hints, ignored } = parseEvent(payload);
        for (const hint of hints) {
          expect(hint.region).toMatch(/^[a-z]{2,}-[a-z0-9-]+$/);
          expect(hint.imageId).toMatch(/^img-[0-9a-z]{4,32}$/);
        }
        expect(hints.length + ignored.length).toBeGreaterThan(0);
        for (const { text } of ignored) expect(text).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 2000 },
    );
  });

  it("is read within limits of depth, number and size", () => {
    let deep: unknown = sample("image-created");
    for (let i = 0; i < 50; i++) deep = [deep];
    expect(reasons(deep)).toEqual(["the event is nested too deeply"]);

    const ids = Array.from({ length: 1500 }, (_, i) => `img-${String(i).padStart(8, "0")}`);
    const many = parseEvent({ region: "ap-tokyo", imageIds: ids });
    expect(many.hints).toHaveLength(1000);
    expect(many.ignored).toEqual([
      { code: "too-many-images", text: "500 images beyond the first 1000 are left to the next sweep" },
    ]);

    expect(reasons(`"${"x".repeat(6 * 1024 * 1024)}"`)).toEqual(["the text is larger than 6 MB"]);
    const unknown = Array.from({ length: 300 }, (_, i) => ({ [`key-${i}`]: 1 }));
    expect(reasons(unknown)).toHaveLength(101);
    const parts = Array.from({ length: 30_000 }, () => sample("timer")["Type"]);
    expect(reasons(parts)[0]).toContain("more than 20000 parts");
  });

  it("is not unpacked to more than 6 MB", () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 32)).toString("base64");
    expect(unpackCls(bomb)).toEqual({
      problem: { code: "cls-unpacks-too-large", text: "clslogs.data unpacks to more than 6 MB" },
    });
  });
});
