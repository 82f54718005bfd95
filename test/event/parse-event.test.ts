// Every form of event, and every reason to ignore one.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { unpackCls } from "../../lib/event/json-values.ts";
import { parseEvent } from "../../lib/event/parse-event.ts";
import { fullText } from "../../lib/model/messages/define.ts";
import fc from "../support/random.ts";
import { SAMPLE_EVENTS, sampleEvent } from "../support/sample-events.ts";

const images = (payload: unknown) => parseEvent(payload).hints.map((hint) => `${hint.region}/${hint.imageId}`);
const reasons = (payload: unknown) => parseEvent(payload).ignored.map(fullText);

describe("the sample events", () => {
  const named: Record<string, string[]> = {
    "image-created/created": ["ap-guangzhou/img-8toqc6s3"],
    "image-created/created-console": ["ap-guangzhou/img-2m9dk1x7"],
    "image-created/created-resources": ["ap-guangzhou/img-8toqc6s3"],
    "image-created/created-names": ["ap-guangzhou/img-8toqc6s3", "ap-guangzhou/img-2m9dk1x7"],
    "image-created/imported": ["ap-shanghai/img-5x0wq8rt"],
    "image-created/shared": ["ap-guangzhou/img-8toqc6s3"],
    "image-created/deleted": ["ap-guangzhou/img-8toqc6s3", "ap-guangzhou/img-2m9dk1x7"],
    "image-created/tagged": ["ap-singapore/img-7k3vb5zn"],
    "image-created/batch": ["ap-guangzhou/img-8toqc6s3", "ap-shanghai/img-evhmf3fy", "ap-beijing/img-d4nr20cq"],
    "image-created/cls": ["ap-guangzhou/img-8toqc6s3", "ap-shanghai/img-5x0wq8rt"],
    "image-created/ckafka": ["ap-guangzhou/img-8toqc6s3"],
    "image-created/by-hand": ["ap-guangzhou/img-8toqc6s3"],
    "image-created/by-hand-several": ["ap-guangzhou/img-8toqc6s3", "ap-guangzhou/img-2m9dk1x7"],
    "evaluate-policy/some-images": ["ap-guangzhou/img-8toqc6s3"], // the same form as by hand
  };
  const ignored: Record<string, RegExp> = {
    "image-created/cos": /audit log "\/1250000000\/audit\/.*; deliver the audit by EventBridge/,
    "image-created/failed-call": /failed \("ImageQuotaLimitExceeded"\)/,
    "image-created/other-product": /CreateSnapshot does not change which images are selected/,
    "hello-world": /hello-world/,
    "poll-copies/timer": /poll-copies/,
    "poll-copies/by-hand": /the event is empty/,
    "poll-copies/sweep": /unknown event with the keys "sweep"/,
    "evaluate-policy/everything": /the event is empty/,
    "evaluate-policy/dry-run": /unknown event with the keys "dryRun"/,
    "evaluate-policy/one-policy": /unknown event with the keys "policy", "dryRun"/,
    "evaluate-policy/retry": /unknown event with the keys "retry"/,
  };
  it.each(Object.entries(named))("names the images of %s", (name, expected) => {
    expect(images(sampleEvent(name))).toEqual(expected);
    expect(reasons(sampleEvent(name))).toEqual([]);
  });

  it.each(Object.entries(ignored))("says why %s names no image", (name, reason) => {
    expect(images(sampleEvent(name))).toEqual([]);
    expect(reasons(sampleEvent(name))).toEqual([expect.stringMatching(reason)]);
  });

  it("are all covered by this test and listed in their README", () => {
    expect(SAMPLE_EVENTS).toEqual([...Object.keys(named), ...Object.keys(ignored)].sort());
    const readme = readFileSync(new URL("../../events/README.md", import.meta.url), "utf8");
    for (const name of SAMPLE_EVENTS) expect(readme).toContain(`| \`${name}.json\` |`);
  });
});

describe("an event that a user types", () => {
  it("names everything that is wrong with it at once", () => {
    expect(reasons({ region: "Tokyo", imageIds: ["im-1", "img-aaaa1111", 7] })).toEqual([
      'by hand: expected a region, got "Tokyo"; name a region such as ap-guangzhou',
      'by hand: "im-1" is not an image id; name an id such as img-8toqc6s3',
      "by hand: 7 is not an image id; name an id such as img-8toqc6s3",
    ]);
  });

  it("is refused with a field that it does not have: a user who types dryRun expects that nothing is changed", () => {
    const event = { region: "ap-tokyo", imageId: "img-aaaa1111", dryRun: true, policy: "golden" };
    expect(images(event)).toEqual([]);
    expect(reasons(event)).toEqual([
      expect.stringMatching(/^an event by hand has no "dryRun", "policy"; .* to evaluate-policy$/),
    ]);
    expect(images([event, { region: "ap-tokyo", imageId: "img-bbbb2222" }])).toEqual(["ap-tokyo/img-bbbb2222"]);
  });

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
    const payload = [sampleEvent("hello-world"), sampleEvent("image-created/created"), "no event"];
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
    let deep: unknown = sampleEvent("image-created/created");
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
    const parts = Array.from({ length: 30_000 }, () => sampleEvent("poll-copies/timer")["Type"]);
    expect(reasons(parts)[0]).toContain("more than 20000 parts");
  });

  it("of CLS is also read if it is plain JSON in base64, as the example of the vendor's page is", () => {
    const record = sampleEvent("image-created/created")["data"];
    for (const content of [JSON.stringify(record), record]) {
      const lines = JSON.stringify({ topic_id: "t", records: [{ timestamp: "1605578090000000", content }] });
      const plain = { clslogs: { data: Buffer.from(lines).toString("base64") } };
      expect(images(plain)).toEqual(["ap-guangzhou/img-8toqc6s3"]);
      expect(images({ clslogs: { data: gzipSync(lines).toString("base64") } })).toEqual(images(plain));
      const cut = plain.clslogs.data.slice(0, 100);
      expect(reasons({ clslogs: { data: cut } })).toEqual(["clslogs.data does not contain JSON"]);
    }
  });

  it("is not unpacked to more than 6 MB", () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 32)).toString("base64");
    expect(unpackCls(bomb)).toEqual({
      problem: { code: "cls-unpacks-too-large", text: "clslogs.data unpacks to more than 6 MB" },
    });
  });
});
