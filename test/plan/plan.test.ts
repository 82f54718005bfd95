import { describe, expect, it } from "vitest";
import { lineageTags, tokenName } from "../../lib/model/identity.ts";
import { sharesOf } from "../../lib/model/observation.ts";
import { CLOCK_SKEW, SYNC_TIMEOUT } from "../../lib/model/time.ts";
import type { Image } from "../../lib/model/types.ts";
import {
  ACCOUNT,
  answered,
  BORN,
  claim,
  copy,
  copySettings,
  image,
  keyOf,
  NOW,
  noted,
  observation,
  planOf,
  policy,
  SETTLE,
  sent,
  UNANSWERED,
} from "../support/builders.ts";

const root = image();
const token = tokenName(keyOf("ap-shanghai"), root.name, 1);
const asked = claim({ token });
const marks = (imageId: string, region = "ap-shanghai") =>
  lineageTags(keyOf(region), { region: root.region, imageId: root.imageId }, "golden", imageId);
const copyImage = (fields: Partial<Image> = {}): Image =>
  image({
    region: "ap-shanghai",
    imageId: "img-copy0001",
    name: token,
    state: "SYNCING",
    createdAt: NOW - 60_000,
    ...fields,
  });

describe("a new image", () => {
  it("is asked for in all its destinations in one call", () => {
    const plan = planOf({ observation: observation([root]) });
    expect(sent(plan)).toEqual(["img-root0001 → ap-beijing", "img-root0001 → ap-shanghai"]);
    expect(plan.actions.filter((a) => a.do === "send")).toHaveLength(1);
    expect(plan.actions.find((a) => a.do === "send")?.token).toBe(token);
  });

  it("is not asked for where the destination was not read whole", () => {
    expect(sent(planOf({ observation: observation([root], ["ap-guangzhou", "ap-beijing"]) }))).toEqual([
      "img-root0001 → ap-beijing",
    ]);
  });

  it("waits until the source is NORMAL, and needs a person if that has failed", () => {
    const creating = planOf({ observation: observation([{ ...root, state: "CREATING" }]) });
    expect(noted(creating)).toEqual([
      "ap-beijing: waiting (source-not-normal)",
      "ap-shanghai: waiting (source-not-normal)",
    ]);
    const failed = planOf({ observation: observation([{ ...root, state: "CREATEFAILED" }]) });
    expect(noted(failed)).toEqual(["ap-beijing: blocked (source-failed)", "ap-shanghai: blocked (source-failed)"]);
    expect(sent(creating).concat(sent(failed))).toEqual([]);
  });

  it("is blocked in one destination and asked for in the others", () => {
    const plan = planOf({
      policies: [policy({ to: ["ap-shanghai", "ap-hongkong"] })],
      observation: observation([root], ["ap-guangzhou", "ap-shanghai", "ap-hongkong"]),
    });
    expect(noted(plan)).toEqual(["ap-hongkong: blocked (cross-border)"]);
    expect(sent(plan)).toEqual(["img-root0001 → ap-shanghai"]);
  });

  it.each([
    ["too large", image({ sizeGiB: 300 }), policy({ maxSizeGiB: 200 }), "too-large"],
    [
      "given a name that is too long",
      image(),
      policy({ copy: copySettings({ name: "{{name}}".padEnd(80, "x") }) }),
      "bad-name",
    ],
    [
      "left with more tags than the cloud allows",
      image({ tags: Object.fromEntries(Array.from({ length: 47 }, (_, i) => [`key${i}`, "v"])) }),
      policy(),
      "too-many-tags",
    ],
  ])("is blocked when it is %s", (_, source, rule, code) => {
    const plan = planOf({ policies: [rule], observation: observation([source]) });
    expect(noted(plan)).toEqual([`ap-beijing: blocked (${code})`, `ap-shanghai: blocked (${code})`]);
    expect(sent(plan)).toEqual([]);
  });

  it("inherits tags, but none that are the vendor's or ours", () => {
    const source = image({ tags: { team: "web", "qcs:x": "1", "cvm-replicator:root": "2", "project-x": "3" } });
    const plan = planOf({
      policies: [policy({ copy: copySettings({ tags: { inherit: true, set: { team: "core", env: "prod" } } }) })],
      observation: observation([source]),
    });
    const send = plan.actions.find((a) => a.do === "send");
    expect(send?.claimRequests[0]?.claim.settings.tags).toEqual({ team: "core", env: "prod" });
  });
});

describe("a copy is never a source", () => {
  const pair = [
    policy({ name: "ab", select: { type: "custom" }, to: ["ap-shanghai"] }),
    policy({ name: "ba", from: ["ap-shanghai"], select: { type: "custom" }, to: ["ap-guangzhou"] }),
  ];

  it.each([
    ["its lineage tags", copyImage({ state: "NORMAL", name: "golden-web", tags: marks("img-copy0001") }), []],
    ["its token", copyImage(), []],
    [
      "our records",
      copyImage({ state: "NORMAL", name: "golden-web" }),
      [
        copy<"ready">("ap-shanghai", {
          state: "ready",
          imageId: "img-copy0001",
          name: "golden-web",
          readyAt: NOW,
          adopted: false,
        }),
      ],
    ],
  ])("known by %s", (_, there, copies) => {
    expect(
      sent(
        planOf({ policies: pair, copies, observation: observation([root, there], ["ap-guangzhou", "ap-shanghai"]) }),
      ),
    ).toEqual([]);
  });

  it("but lineage tags that were carried to another image prove nothing", () => {
    const baked = copyImage({
      imageId: "img-other001",
      name: "golden-new",
      state: "NORMAL",
      tags: marks("img-copy0001"),
    });
    const plan = planOf({
      policies: [pair[1] as never],
      observation: observation([baked], ["ap-guangzhou", "ap-shanghai"]),
    });
    expect(sent(plan)).toEqual(["img-other001 → ap-guangzhou"]);
  });
});

describe("a copy whose outcome is unknown", () => {
  const rule = { policies: [policy({ to: ["ap-shanghai"] })] };
  const open = (fields: Parameters<typeof claim>[0]) =>
    copy<"copying">("ap-shanghai", {
      state: "copying",
      claim: claim({ token, ...fields }),
      progressedAt: NOW - 60_000,
    });
  const look = (fields: Parameters<typeof claim>[0], seconds = 0, ended = new Set<string>()) =>
    planOf({
      ...rule,
      copies: [open(fields)],
      now: NOW + seconds * 1000,
      ended,
      observation: observation([root], undefined, { readAt: NOW + seconds * 1000 }),
    });

  it("is adopted when its token is there", () => {
    const plan = planOf({ ...rule, copies: [open({})], observation: observation([root, copyImage()]) });
    expect(noted(plan)).toEqual(["ap-shanghai: copying"]);
    expect(plan.copies[0]).toMatchObject({ imageId: "img-copy0001", claim: { token } });
  });

  it("is not sent again while a signed request may still arrive", () => {
    const last = (NOW - 30_000 + 300_000 + 60_000 + SETTLE - NOW) / 1000;
    expect(look({}, last - 1).actions).toEqual([]);
    expect(noted(look({}, last))).toEqual(["ap-shanghai: waiting (no-effect)"]);
  });

  it("is sent again SETTLE after our own request has ended, and a minute later where another's clock says when", () => {
    const ours = new Set(["somebody"]);
    const failed = { endedAt: NOW, sendFailure: "failed" as const };
    expect(look(failed, SETTLE / 1000 - 1, ours).actions).toEqual([]);
    expect(noted(look(failed, SETTLE / 1000, ours))).toEqual(["ap-shanghai: retrying (no-effect)"]);
    const theirs = (SETTLE + CLOCK_SKEW) / 1000;
    expect(look(failed, theirs - 1).actions).toEqual([]);
    expect(noted(look(failed, theirs))).toEqual(["ap-shanghai: retrying (no-effect)"]);
  });

  it("is not counted as an attempt when the cloud was only busy, or the process died", () => {
    const late = (SETTLE + CLOCK_SKEW) / 1000;
    for (const sendFailure of [{ sendFailure: "busy" as const }, {}]) {
      const plan = look({ endedAt: NOW, ...sendFailure }, late);
      expect(noted(plan)).toEqual(["ap-shanghai: waiting (no-effect)"]);
      expect(plan.copies[0]).toMatchObject({ attempts: 0 });
    }
  });

  it("is waited for SETTLE once its claimant is proven dead", () => {
    const plan = look({}, 0, new Set(["somebody"]));
    expect(noted(plan)).toEqual(["ap-shanghai: copying"]);
    expect(plan.copies[0]).toMatchObject({ claim: { endedAt: NOW - 30_000 + SYNC_TIMEOUT } });
  });

  it("counts as absent only by a reading that began late enough", () => {
    const late = NOW + 3_600_000;
    const plan = planOf({
      ...rule,
      copies: [open({})],
      now: late,
      observation: observation([root], undefined, { readAt: NOW }),
    });
    expect(plan.actions).toEqual([]);
  });

  it("has the next number when it is sent again", () => {
    const retrying = copy<"retrying">("ap-shanghai", {
      state: "retrying",
      reason: { code: "no-effect", text: "" },
      notBefore: NOW,
    });
    const plan = planOf({ ...rule, copies: [retrying], observation: observation([root]) });
    expect(plan.actions.find((a) => a.do === "send")?.token).toBe(tokenName(keyOf("ap-shanghai"), root.name, 2));
  });

  it("gives up when the attempts are used up", () => {
    const last = copy<"copying">(
      "ap-shanghai",
      {
        state: "copying",
        claim: claim({ token, endedAt: NOW - SETTLE - CLOCK_SKEW, sendFailure: "failed" }),
        progressedAt: NOW,
      },
      { attempts: 4 },
    );
    expect(noted(planOf({ ...rule, copies: [last], observation: observation([root]) }))).toEqual([
      "ap-shanghai: failed (no-effect)",
    ]);
  });
});

describe("a copy that is being made", () => {
  const rule = { policies: [policy({ to: ["ap-shanghai"] })] };
  const going = copy<"copying">("ap-shanghai", {
    state: "copying",
    claim: asked,
    imageId: "img-copy0001",
    progressedAt: NOW - 60_000,
  });
  const finishing = copy<"finishing">("ap-shanghai", {
    state: "finishing",
    claim: asked,
    imageId: "img-copy0001",
    progressedAt: NOW - 60_000,
  });
  const calls = (...images: Image[]) =>
    planOf({ ...rule, copies: [going], observation: observation([root, ...images]) }).actions.map((a) => a.do);

  it("is tagged as soon as its id is known", () => {
    expect(calls(copyImage())).toEqual(["tag"]);
    expect(calls(copyImage({ tags: marks("img-copy0001") }))).toEqual([]);
  });

  it("keeps its token until its tags are seen", () => {
    expect(calls(copyImage({ state: "NORMAL" }))).toEqual(["record", "tag"]);
    expect(calls(copyImage({ state: "NORMAL", tags: marks("img-copy0001") }))).toEqual(["record", "modify"]);
  });

  it("is not NORMAL because its percentage says 100", () => {
    expect(calls(copyImage({ syncPercent: 100, tags: marks("img-copy0001") }))).toEqual(["record"]);
  });

  it("is ready when name and tags are read back", () => {
    const done = copyImage({ state: "NORMAL", name: "golden-web", tags: marks("img-copy0001") });
    const plan = planOf({ ...rule, copies: [finishing], observation: observation([root, done]) });
    expect(noted(plan)).toEqual(["ap-shanghai: ready"]);
    expect(planOf({ ...rule, copies: plan.copies, observation: observation([root, done]) }).actions).toEqual([]);
  });

  it("needs a person when nobody may know whom it is shared with, after stuckAfter as with anything else", () => {
    const shared = [policy({ ...rule.policies[0], copy: copySettings({ shareWith: ["100000000003"] }) })];
    const done = copyImage({ state: "NORMAL", name: "golden-web", tags: marks("img-copy0001") });
    const answers = answered([sharesOf(done), UNANSWERED]);
    const world = { policies: shared, observation: observation([root, done]), answers };
    const early = planOf({ ...world, copies: [finishing] });
    expect([noted(early), early.problems.map(({ code }) => code)]).toEqual([[], [expect.stringMatching("unanswered")]]);
    const late = planOf({ ...world, copies: [finishing], now: NOW + 3_600_000 });
    expect(noted(late)).toEqual([expect.stringMatching("blocked .unanswered")]);
    const known = { ...world, answers: answered([sharesOf(done), ["100000000003"]]), now: NOW + 2 * 3_600_000 };
    expect(noted(planOf({ ...known, copies: late.copies }))).toEqual(["ap-shanghai: ready"]);
  });

  it("is tried again when the cloud gives up, later each time", () => {
    const plan = planOf({
      ...rule,
      copies: [going],
      observation: observation([root, copyImage({ state: "CREATEFAILED" })]),
    });
    expect(noted(plan)).toEqual(["ap-shanghai: retrying (copy-failed)"]);
    expect(plan.copies[0]).toMatchObject({ attempts: 1, notBefore: NOW + 30_000 });
  });

  it("is stuck when it makes no progress for stuckAfter, and goes on when it does after all", () => {
    const still = copy<"copying">("ap-shanghai", {
      state: "copying",
      claim: asked,
      imageId: "img-copy0001",
      percent: 40,
      progressedAt: NOW - 3_600_001,
    });
    const there = copyImage({ syncPercent: 40, tags: marks("img-copy0001") });
    const stuck = planOf({ ...rule, copies: [still], observation: observation([root, there]) });
    expect(noted(stuck)).toEqual(["ap-shanghai: blocked (stuck)"]);
    const later = planOf({
      ...rule,
      copies: stuck.copies,
      observation: observation([root, { ...there, state: "NORMAL" }]),
    });
    expect(noted(later)).toEqual(["ap-shanghai: finishing"]);
  });

  it("is gone only when it was absent twice, SETTLE apart", () => {
    const old = { ...asked, endedAt: NOW - SETTLE - CLOCK_SKEW };
    const absent = copy<"copying">("ap-shanghai", {
      state: "copying",
      claim: old,
      imageId: "img-copy0001",
      progressedAt: NOW,
    });
    const once = planOf({ ...rule, copies: [absent], observation: observation([root]) });
    expect(once.copies[0]).toMatchObject({ state: "copying", missingSince: NOW });
    const soon = planOf({
      ...rule,
      copies: once.copies,
      now: NOW + 1000,
      observation: observation([root], undefined, { readAt: NOW + 1000 }),
    });
    expect(soon.actions).toEqual([]);
    const later = NOW + SETTLE + CLOCK_SKEW;
    const twice = planOf({
      ...rule,
      copies: once.copies,
      now: later,
      observation: observation([root], undefined, { readAt: later }),
    });
    expect(noted(twice)).toEqual(["ap-shanghai: retrying (gone)"]);
  });

  it("counts from the end of the first look, which may have taken long", () => {
    const old = { ...asked, endedAt: NOW - SETTLE - CLOCK_SKEW };
    const absent = copy<"copying">("ap-shanghai", {
      state: "copying",
      claim: old,
      imageId: "img-copy0001",
      progressedAt: NOW,
    });
    const ended = NOW + 15 * 60_000;
    const once = planOf({ ...rule, copies: [absent], now: ended, observation: observation([root]) });
    const soon = ended + 30_000;
    const twice = planOf({
      ...rule,
      copies: once.copies,
      now: soon,
      observation: observation([root], undefined, { readAt: soon }),
    });
    expect(noted(twice)).toEqual([]);
  });
});

describe("an empty state", () => {
  const rule = { policies: [policy({ to: ["ap-shanghai", "ap-beijing"] })] };
  const lost = { ...BORN, uncertainUntil: NOW + 60_000 };

  it("knows finished and unfinished copies again by their marks", () => {
    const plan = planOf({
      ...rule,
      record: lost,
      observation: observation([
        root,
        copyImage({ state: "NORMAL", name: "golden-web", tags: marks("img-copy0001") }),
        copyImage({ region: "ap-beijing", imageId: "img-copy0002" }),
      ]),
    });
    expect(noted(plan)).toEqual(["ap-beijing: copying", "ap-shanghai: ready"]);
    expect(sent(plan)).toEqual([]);
  });

  it("takes what it does not see as unknown, not as missing, until every request must have ended", () => {
    const plan = planOf({ ...rule, record: lost, observation: observation([root]) });
    expect(noted(plan)).toEqual([
      "ap-beijing: waiting (unknown-after-loss)",
      "ap-shanghai: waiting (unknown-after-loss)",
    ]);
    const later = NOW + 60_000;
    const after = planOf({
      ...rule,
      record: lost,
      copies: plan.copies,
      now: later,
      observation: observation([root], undefined, { readAt: later }),
    });
    expect(sent(after)).toEqual(["img-root0001 → ap-beijing", "img-root0001 → ap-shanghai"]);
  });
});

describe("two candidates for one copy", () => {
  it("keeps the recorded one, reports the other and deletes nothing", () => {
    const ready = copy<"ready">("ap-shanghai", {
      state: "ready",
      imageId: "img-copy0001",
      name: "golden-web",
      readyAt: NOW,
      adopted: false,
    });
    const first = copyImage({ state: "NORMAL", name: "golden-web", tags: marks("img-copy0001") });
    const second = copyImage({
      imageId: "img-copy0002",
      name: tokenName(keyOf("ap-shanghai"), root.name, 2),
      state: "NORMAL",
    });
    const plan = planOf({
      policies: [policy({ to: ["ap-shanghai"] })],
      copies: [ready],
      observation: observation([root, first, second]),
    });
    expect(plan.actions).toEqual([]);
    expect(plan.problems).toMatchObject([{ code: "duplicate" }]);
    expect(plan.problems[0]?.text).toContain("img-copy0002");
  });

  it("are reported also when neither is remembered or wanted", () => {
    const nobody = { policies: [policy({ to: ["ap-beijing"] })] };
    const second = copyImage({ imageId: "img-copy0002", name: tokenName(keyOf("ap-shanghai"), root.name, 2) });
    const plan = planOf({ ...nobody, observation: observation([root, copyImage({}), second]) });
    expect(plan.problems).toMatchObject([{ code: "duplicate" }]);
  });
});

describe("the final name", () => {
  const rule = (existing: "block" | "adopt") => ({ policies: [policy({ to: ["ap-shanghai"], existing })] });
  const theirs = image({ region: "ap-shanghai", imageId: "img-theirs01", createdAt: NOW });

  it("that somebody else's image has blocks the copy, or is adopted if the policy says so and it fits", () => {
    const there = observation([root, theirs]);
    expect(noted(planOf({ ...rule("block"), observation: there }))).toEqual(["ap-shanghai: blocked (name-taken)"]);
    const adopted = planOf({ ...rule("adopt"), observation: there });
    expect(noted(adopted)).toEqual(["ap-shanghai: ready"]);
    expect(adopted.copies[0]).toMatchObject({ imageId: "img-theirs01", adopted: true });
  });

  it.each([
    ["another size", { sizeGiB: 30 }],
    ["another system", { osName: "Ubuntu 24.04" }],
    ["another architecture", { architecture: "arm" }],
    ["data disks", { wholeMachine: true }],
    ["a greater age than the source", { createdAt: root.createdAt - 1 }],
    ["not become NORMAL", { state: "CREATING" }],
  ])("is not adopted from an image that has %s", (_, fields) => {
    expect(noted(planOf({ ...rule("adopt"), observation: observation([root, { ...theirs, ...fields }]) }))).toEqual([
      "ap-shanghai: blocked (name-taken)",
    ]);
  });

  it("is adopted from what another policy takes as a source, which it is not any more then", () => {
    const pair = [
      policy({ name: "there", to: ["ap-shanghai"], existing: "adopt" }),
      policy({ name: "on", from: ["ap-shanghai"], to: ["ap-beijing"] }),
    ];
    const plan = planOf({ policies: pair, observation: observation([root, theirs]) });
    expect(noted(plan)).toEqual(["ap-shanghai: ready"]);
    expect(sent(plan)).toEqual([]);
    expect(sent(planOf({ policies: pair, copies: plan.copies, observation: observation([root, theirs]) }))).toEqual([]);
  });

  it("is given to one of two roots, the older", () => {
    const twin = image({ region: "ap-beijing", imageId: "img-root0002", createdAt: root.createdAt + 1 });
    const plan = planOf({
      policies: [policy({ from: ["ap-guangzhou", "ap-beijing"], to: ["ap-shanghai"] })],
      observation: observation([root, twin]),
    });
    expect(sent(plan)).toEqual(["img-root0001 → ap-shanghai"]);
    expect(noted(plan)).toEqual(["ap-shanghai: blocked (name-conflict)"]);
  });
});

describe("many copies that vanish at once", () => {
  const regions = ["ap-shanghai", "ap-beijing", "ap-nanjing", "ap-chengdu", "ap-chongqing"];
  const copies = regions.map((region) =>
    copy<"ready">(
      region,
      { state: "ready", imageId: `img-${region}`, name: "golden-web", readyAt: NOW, adopted: false },
      { key: keyOf(region), missingSince: NOW - SETTLE - CLOCK_SKEW },
    ),
  );
  const input = { policies: [policy({ to: regions })], copies, observation: observation([root], regions) };

  it("stop the run for a person", () => {
    const plan = planOf(input);
    expect(noted(plan)).toEqual([]);
    expect(plan.problems).toMatchObject([{ code: "mass-disappearance" }]);
  });

  it("are made again when the person says so", () => {
    expect(noted(planOf({ ...input, acceptVanished: true }))).toHaveLength(5);
  });
});

describe("a shared image", () => {
  const shared = image({ type: "shared", creator: "100000000002", name: "base-os", imageId: "img-shared01" });
  const rule = { policies: [policy({ select: { type: "shared", creator: ["100000000002"] }, to: ["ap-shanghai"] })] };
  const key = (region: string) => ({ ...keyOf(region, shared) });

  it("is copied within its own region first", () => {
    const plan = planOf({ ...rule, observation: observation([shared]) });
    expect(sent(plan)).toEqual(["img-shared01 → ap-guangzhou"]);
    expect(noted(plan)).toEqual(["ap-shanghai: waiting (parent-not-ready)"]);
  });

  it("goes on from that copy when it is ready", () => {
    const first = copy<"ready">(
      "ap-guangzhou",
      { state: "ready", imageId: "img-own00001", name: "base-os", readyAt: NOW, adopted: false },
      { key: key("ap-guangzhou") },
    );
    const own = image({
      imageId: "img-own00001",
      name: "base-os",
      tags: lineageTags(key("ap-guangzhou"), shared, "golden", "img-own00001"),
    });
    const plan = planOf({ ...rule, copies: [first], observation: observation([shared, own]) });
    expect(sent(plan)).toEqual(["img-own00001 → ap-shanghai"]);
  });

  it("has copies whose parent is that first copy, also those that are found after the state was lost", () => {
    const own = image({
      imageId: "img-own00001",
      name: "base-os",
      tags: lineageTags(key("ap-guangzhou"), shared, "golden", "img-own00001"),
    });
    const found = copyImage({ name: tokenName(key("ap-shanghai"), "base-os", 1) });
    const plan = planOf({ ...rule, observation: observation([shared, own, found]) });
    const changes = plan.actions.flatMap((action) => (action.do === "record" ? [action.copy] : []));
    expect(changes.find((change) => change.key.region === "ap-shanghai")).toMatchObject({
      imageId: "img-copy0001",
      claim: { parent: { region: "ap-guangzhou", imageId: "img-own00001" } },
    });
  });
});

describe("an image that is no longer selected", () => {
  it("retires its copies and touches nothing", () => {
    const ready = copy<"ready">("ap-shanghai", {
      state: "ready",
      imageId: "img-copy0001",
      name: "golden-web",
      readyAt: NOW,
      adopted: false,
    });
    const there = copyImage({ state: "NORMAL", name: "golden-web", tags: marks("img-copy0001") });
    const plan = planOf({
      copies: [ready],
      observation: observation([{ ...root, tags: { "cvm-replicator:ignore": "yes" } }, there]),
    });
    expect(plan.actions.map((a) => a.do)).toEqual(["record"]);
    expect(noted(plan)).toEqual(["ap-shanghai: retired (deselected)"]);
    expect(plan.notSelected.map(({ image: i }) => i.imageId)).toContain(root.imageId);
    expect(ACCOUNT).toBe(root.creator);
  });
});
