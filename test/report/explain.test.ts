// Explanations of sources, copies and missing images.
import { describe, expect, it } from "vitest";
import { tokenName } from "../../lib/model/identity.ts";
import { fullText, storedText } from "../../lib/model/messages/define.ts";
import type { Image, Reason } from "../../lib/model/types.ts";
import { explain } from "../../lib/report/explain/explain.ts";
import { keyOf, LAB } from "../support/builders.ts";
import { days, minutes, NOW, type PolicyFields, type World, world } from "../support/plan-world.ts";

const [ROOT, COPY] = ["img-root0001", "img-root0001-ap-beijing"];
const saying = (part: string) =>
  expect.toSatisfy((reasons: Reason[]) => reasons.map(fullText).join("; ").includes(part)) as Reason[];
const explained = (imageId: string, given: World) => {
  const { policies, observation } = given.input();
  return explain(imageId, { policies, plan: given.sweep().plan(), observation, now: NOW });
};

describe("an explanation of a source", () => {
  it("lists each destination with its state and reason", () => {
    const given = world()
      .policy({ to: ["ap-shanghai", "ap-beijing", "ap-tokyo"] })
      .policy({ name: "off", enabled: false })
      .image()
      .copy("ap-shanghai", "ready");
    expect(explained(ROOT, given)).toMatchObject([
      {
        region: "ap-guangzhou",
        image: { name: "golden-web", type: "custom", state: "NORMAL", sizeGiB: 20 },
        policies: [
          {
            policy: "golden",
            selects: true,
            reasons: [],
            regions: [
              { region: "ap-shanghai", state: "ready", imageId: "img-root0001-ap-shanghai", reasons: [], next: [] },
              { region: "ap-beijing", state: "to be requested", imageId: null, reasons: [] },
              { region: "ap-tokyo", state: "blocked", reasons: saying("crossBorder: approved") },
            ],
          },
          { policy: "off", selects: false, reasons: [{ code: "disabled" }], regions: [] },
        ],
      },
    ]);
  });

  it("distinguishes the copies of a chain", () => {
    const encrypting = world()
      .policy({ to: ["ap-beijing"], copy: { encrypt: {} } })
      .image();
    const [one] = explained(ROOT, encrypting);
    expect(one?.policies[0]?.regions).toMatchObject([
      { variant: "encrypted:default", intermediate: false, state: "waiting", reasons: saying("waits for the copy in") },
      { variant: "plain", intermediate: true, state: "to be requested" },
    ]);
  });

  it("shows whether a manually changed copy will be repaired or is only reported", () => {
    const drifted = world()
      .policy({ to: ["ap-beijing"] })
      .image()
      .copy("ap-beijing", "ready", { image: { description: "by hand" } })
      .shares(COPY, []);
    const regionOf = (given: World) => explained(ROOT, given)[0]?.policies[0]?.regions[0];
    expect(regionOf(drifted)).toMatchObject({ state: "ready", reasons: [], next: ["set the description"] });
    expect(regionOf(drifted.policy({ onDrift: "report" }))).toMatchObject({
      state: "ready",
      reasons: saying("differs from its desired state"),
      next: [],
    });
    expect(explained(COPY, drifted)).toMatchObject([{ copyOf: { next: ["set the description"] } }]);
  });

  it.each<[string, PolicyFields, Partial<Image>]>([
    ["disabled", { enabled: false }, {}],
    ["other-region", { from: ["ap-beijing"] }, {}],
    ["name", {}, { name: "other" }],
    ["tags", { select: { type: "custom", tags: { a: ["1"] } } }, {}],
    ["other-type", { select: { type: "shared", creator: ["1"] } }, {}],
    ["creator", { select: { type: "shared", creator: ["1"] } }, { type: "shared", creator: "2" }],
    ["public", {}, { type: "public" }],
    ["ignored", {}, { tags: { "cvm-replicator:ignore": "" } }],
    ["deprecated", {}, { deprecated: true }],
    ["over-age", { select: { type: "custom", maxAge: minutes(1) } }, { createdAt: NOW - minutes(2) }],
    ["too-young", { select: { type: "custom", minAge: minutes(1) } }, { createdAt: NOW - 1 }],
    ["no-destination", { to: ["ap-guangzhou"] }, {}],
    ["not-newest", { select: { type: "custom", newest: 1 } }, { createdAt: 1 }],
  ])("that is not copied gives the reason: %s", (code, only, fields) => {
    const given = world().policy(only).image({ imageId: "img-root0002", name: "newer" }).image(fields);
    const [one] = explained(ROOT, given);
    expect(one?.policies).toMatchObject([{ selects: false, reasons: [{ code }], regions: [] }]);
  });

  it("lists every reason, not only the first", () => {
    const only: PolicyFields = {
      enabled: false,
      from: ["ap-beijing"],
      select: {
        type: "custom",
        name: ["web-*"],
        tags: { a: ["1"], b: ["2"], c: ["3"] },
        platform: ["Ubuntu"],
        createdAfter: NOW,
        minAge: days(10),
        not: { name: ["golden-*"], tags: { c: ["3"], d: ["4"] } },
      },
    };
    const tags = { "cvm-replicator:ignore": "", c: "3", d: "4" };
    const [one] = explained(ROOT, world().policy(only).image({ deprecated: true, tags }));
    const codes = one?.policies[0]?.reasons.map((reason) => reason.code);
    expect(codes).toEqual([
      ...["disabled", "other-region", "deprecated", "ignored", "name", "tags", "tags", "platform", "too-old"],
      ...["not-name", "not-tags", "too-young"],
    ]);
  });

  it("that is no longer selected lists its orphaned copies, including those of former policies", () => {
    const orphaned = world()
      .image({ name: "other" })
      .copy("ap-beijing", "retired")
      .copy("ap-shanghai", "retired", { policy: "former" });
    const [one] = explained(ROOT, orphaned);
    expect(one?.policies).toMatchObject([
      {
        policy: "golden",
        selects: false,
        reasons: [{ code: "name" }],
        regions: [{ region: "ap-beijing", state: "retired", reasons: saying("not deleted: policy golden does not") }],
      },
      { policy: "former", reasons: [{ code: "policy-gone" }], regions: [{ region: "ap-shanghai" }] },
    ]);
  });
});

describe("an explanation of a copy", () => {
  it.each([true, false])("names its source, policy and state; recorded: %s", (recorded) => {
    const finished = world().image().copy("ap-beijing", "ready");
    expect(explained(COPY, recorded ? finished : finished.withoutRecords())).toMatchObject([
      {
        copyOf: { source: { imageId: ROOT }, policy: "golden", desiredBy: ["golden"], state: "ready" },
        policies: [{ selects: false, reasons: [{ code: "is-a-copy" }] }],
      },
    ]);
  });

  it("that is a duplicate names the recorded copy", () => {
    const name = tokenName(keyOf("ap-beijing"), "golden-web", 2, LAB);
    const second = { imageId: "img-second01", region: "ap-beijing", name };
    const given = world().image().copy("ap-beijing", "ready").otherImage(second);
    expect(explained("img-second01", given)).toMatchObject([
      { copyOf: { state: null, reasons: saying(`${COPY} is the recorded copy`) } },
    ]);
  });

  it("has the problems of its own image, not those of one whose id is longer or named in a text", () => {
    const report = world().policy({ onDrift: "report" }).image().copy("ap-beijing", "ready");
    const longer = { imageId: `${COPY}x`, description: "by hand" };
    const given = report
      .version(2)
      .copy("ap-beijing", "ready", { image: longer })
      .shares(COPY, [])
      .shares(`${COPY}x`, [])
      .sweep();
    expect(explained(COPY, given)).toMatchObject([{ copyOf: { reasons: [] } }]);
    expect(explained(`${COPY}x`, given)).toMatchObject([
      { copyOf: { reasons: saying("differs from its desired state") } },
    ]);
  });

  it("that is adopted or orphaned gives the reason why it is not changed", () => {
    const theirs = { image: { imageId: "img-theirs01" }, record: { adopted: true }, lineage: false } as const;
    const adopted = world().image().copy("ap-beijing", "ready", theirs);
    expect(explained("img-theirs01", adopted)).toMatchObject([
      { copyOf: { state: "ready", reasons: saying("adopted: created outside this program") } },
    ]);
    const retained = world().image({ name: "other" }).copy("ap-beijing", "retired");
    expect(explained(COPY, retained)).toMatchObject([
      { copyOf: { state: "retired", desiredBy: [], reasons: saying("prune: { delete: true }") } },
    ]);
  });
});

describe("an explanation of a missing image", () => {
  it("lists the copies of a source, and the record of a copy", () => {
    const left = world().image().withoutSources().copy("ap-beijing", "retired", { image: "absent" });
    expect(explained(ROOT, left)).toMatchObject([
      {
        region: "ap-guangzhou",
        image: null,
        policies: [{ reasons: [{ code: "source-gone" }], regions: [{ region: "ap-beijing", state: "retired" }] }],
      },
    ]);
    expect(explained(COPY, left)).toMatchObject([
      { region: "ap-beijing", image: null, copyOf: { source: { imageId: ROOT }, state: "retired" } },
    ]);
  });

  it.each([
    ["pruned", "img-copy0001 was deleted: no policy wants it any more"],
    ["gone", "img-copy0001 is gone: not found twice"],
  ])("finds a copy by the image that it had: %s", (code, reason) => {
    const record = { reason: { code, text: storedText(reason) }, lastImageId: "img-copy0001" };
    const left = world().image().withoutSources().copy("ap-beijing", "ended", { record });
    expect(explained("img-copy0001", left)).toMatchObject([
      {
        region: "ap-beijing",
        image: null,
        copyOf: { source: { imageId: ROOT }, policy: "golden", state: "retired", reasons: [{ code, text: reason }] },
      },
    ]);
    expect(explained("img-copy000", left)).toEqual([]);
  });

  it("does not call a source missing if its region cannot be read", () => {
    const given = world().image().withoutSources().copy("ap-beijing", "ready", { image: "absent" });
    expect(explained(ROOT, given.unreadable("ap-guangzhou"))).toMatchObject([
      {
        image: null,
        unread: { code: "unreadable-Network" },
        policies: [{ reasons: [{ code: "unreadable-Network" }] }],
      },
    ]);
  });

  it("is empty for an unknown image", () => {
    expect(explained("img-none0000", world().image())).toEqual([]);
  });
});
