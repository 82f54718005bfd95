// The plan as a whole: one copy from its request to its retirement, and the guards.

import { describe, expect, it } from "vitest";
import { lineageTags, tokenName } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
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
  it("is requested for all its destinations in one call", () => {
    const plan = planOf({ observation: observation([root]) });
    expect(sent(plan)).toEqual(["img-root0001 → ap-beijing", "img-root0001 → ap-shanghai"]);
    expect(plan.actions.filter((a) => a.do === "send")).toHaveLength(1);
    expect(plan.actions.find((a) => a.do === "send")?.token).toBe(token);
  });

  it("is not requested for a destination that was not read whole", () => {
    expect(sent(planOf({ observation: observation([root], ["ap-guangzhou", "ap-beijing"]) }))).toEqual([
      "img-root0001 → ap-beijing",
    ]);
  });

  it("waits until the source is NORMAL, and is blocked if the source has failed", () => {
    const creating = planOf({ observation: observation([{ ...root, state: "CREATING" }]) });
    expect(noted(creating)).toEqual([
      "ap-beijing: waiting (source-not-normal)",
      "ap-shanghai: waiting (source-not-normal)",
    ]);
    const failed = planOf({ observation: observation([{ ...root, state: "CREATEFAILED" }]) });
    expect(noted(failed)).toEqual(["ap-beijing: blocked (source-failed)", "ap-shanghai: blocked (source-failed)"]);
    expect(sent(creating).concat(sent(failed))).toEqual([]);
  });

  it("is blocked for one destination and requested for the others", () => {
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

  it("inherits tags, except for the vendor's and our own tags", () => {
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
  ])("if it is recognised by %s", (_, existing, copies) => {
    expect(
      sent(
        planOf({ policies: pair, copies, observation: observation([root, existing], ["ap-guangzhou", "ap-shanghai"]) }),
      ),
    ).toEqual([]);
  });

  it("but lineage tags that another image inherited prove nothing", () => {
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

describe("a copy in doubt", () => {
  const rule = { policies: [policy({ to: ["ap-shanghai"] })] };
  const inDoubt = (fields: Parameters<typeof claim>[0]) =>
    copy<"copying">("ap-shanghai", {
      state: "copying",
      claim: claim({ token, ...fields }),
      progressedAt: NOW - 60_000,
    });
  const planFor = (fields: Parameters<typeof claim>[0], seconds = 0, ended = new Set<string>()) =>
    planOf({
      ...rule,
      copies: [inDoubt(fields)],
      now: NOW + seconds * 1000,
      ended,
      observation: observation([root], undefined, { readAt: NOW + seconds * 1000 }),
    });

  it("is recovered if an image with its token is visible", () => {
    const plan = planOf({ ...rule, copies: [inDoubt({})], observation: observation([root, copyImage()]) });
    expect(noted(plan)).toEqual(["ap-shanghai: copying"]);
    expect(plan.copies[0]).toMatchObject({ imageId: "img-copy0001", claim: { token } });
  });

  it("is not requested again while a signed request may still arrive", () => {
    const last = (NOW - 30_000 + 300_000 + 60_000 + SETTLE - NOW) / 1000;
    expect(planFor({}, last - 1).actions).toEqual([]);
    expect(noted(planFor({}, last))).toEqual(["ap-shanghai: waiting (no-effect)"]);
  });

  it("is requested again SETTLE after our own request has ended, or a minute later by the clock of another process", () => {
    const ours = new Set(["somebody"]);
    const failed = { endedAt: NOW, sendFailure: "failed" as const };
    expect(planFor(failed, SETTLE / 1000 - 1, ours).actions).toEqual([]);
    expect(noted(planFor(failed, SETTLE / 1000, ours))).toEqual(["ap-shanghai: retrying (no-effect)"]);
    const theirs = (SETTLE + CLOCK_SKEW) / 1000;
    expect(planFor(failed, theirs - 1).actions).toEqual([]);
    expect(noted(planFor(failed, theirs))).toEqual(["ap-shanghai: retrying (no-effect)"]);
  });

  it("does not count as an attempt if the cloud was only busy or the process died", () => {
    const late = (SETTLE + CLOCK_SKEW) / 1000;
    for (const sendFailure of [{ sendFailure: "busy" as const }, {}]) {
      const plan = planFor({ endedAt: NOW, ...sendFailure }, late);
      expect(noted(plan)).toEqual(["ap-shanghai: waiting (no-effect)"]);
      expect(plan.copies[0]).toMatchObject({ attempts: 0 });
    }
  });

  it("waits only SETTLE once its claimant has ended", () => {
    const plan = planFor({}, 0, new Set(["somebody"]));
    expect(noted(plan)).toEqual(["ap-shanghai: copying"]);
    expect(plan.copies[0]).toMatchObject({ claim: { endedAt: NOW - 30_000 + SYNC_TIMEOUT } });
  });

  it("is missing only in an observation that began late enough", () => {
    const late = NOW + 3_600_000;
    const plan = planOf({
      ...rule,
      copies: [inDoubt({})],
      now: late,
      observation: observation([root], undefined, { readAt: NOW }),
    });
    expect(plan.actions).toEqual([]);
  });

  it("gets the next claim number when it is requested again", () => {
    const retrying = copy<"retrying">("ap-shanghai", {
      state: "retrying",
      reason: { code: "no-effect", text: storedText("") },
      notBefore: NOW,
    });
    const plan = planOf({ ...rule, copies: [retrying], observation: observation([root]) });
    expect(plan.actions.find((a) => a.do === "send")?.token).toBe(tokenName(keyOf("ap-shanghai"), root.name, 2));
  });

  it("fails once the attempts are used up", () => {
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

describe("a copy in progress", () => {
  const rule = { policies: [policy({ to: ["ap-shanghai"] })] };
  const copying = copy<"copying">("ap-shanghai", {
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
    planOf({ ...rule, copies: [copying], observation: observation([root, ...images]) }).actions.map((a) => a.do);

  it("is tagged as soon as its id is known", () => {
    expect(calls(copyImage())).toEqual(["tag"]);
    expect(calls(copyImage({ tags: marks("img-copy0001") }))).toEqual([]);
  });

  it("keeps its token until its tags are read back", () => {
    expect(calls(copyImage({ state: "NORMAL" }))).toEqual(["record", "tag"]);
    expect(calls(copyImage({ state: "NORMAL", tags: marks("img-copy0001") }))).toEqual(["record", "modify"]);
  });

  it("is not NORMAL at 100 %", () => {
    expect(calls(copyImage({ syncPercent: 100, tags: marks("img-copy0001") }))).toEqual(["record"]);
  });

  it("is ready once its name and tags are read back", () => {
    const done = copyImage({ state: "NORMAL", name: "golden-web", tags: marks("img-copy0001") });
    const plan = planOf({ ...rule, copies: [finishing], observation: observation([root, done]) });
    expect(noted(plan)).toEqual(["ap-shanghai: ready"]);
    expect(planOf({ ...rule, copies: plan.copies, observation: observation([root, done]) }).actions).toEqual([]);
  });

  it("is blocked after stuckAfter if its shares cannot be read", () => {
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

  it("is retried with backoff if the copy fails in the cloud", () => {
    const plan = planOf({
      ...rule,
      copies: [copying],
      observation: observation([root, copyImage({ state: "CREATEFAILED" })]),
    });
    expect(noted(plan)).toEqual(["ap-shanghai: retrying (copy-failed)"]);
    expect(plan.copies[0]).toMatchObject({ attempts: 1, notBefore: NOW + 30_000 });
  });

  it("is stuck without progress for stuckAfter, and continues once it is NORMAL", () => {
    const still = copy<"copying">("ap-shanghai", {
      state: "copying",
      claim: asked,
      imageId: "img-copy0001",
      percent: 40,
      progressedAt: NOW - 3_600_001,
    });
    const stalled = copyImage({ syncPercent: 40, tags: marks("img-copy0001") });
    const stuck = planOf({ ...rule, copies: [still], observation: observation([root, stalled]) });
    expect(noted(stuck)).toEqual(["ap-shanghai: blocked (stuck)"]);
    const later = planOf({
      ...rule,
      copies: stuck.copies,
      observation: observation([root, { ...stalled, state: "NORMAL" }]),
    });
    expect(noted(later)).toEqual(["ap-shanghai: finishing"]);
  });

  it("is gone only if it is missing twice, SETTLE apart", () => {
    const old = { ...asked, endedAt: NOW - SETTLE - CLOCK_SKEW };
    const missing = copy<"copying">("ap-shanghai", {
      state: "copying",
      claim: old,
      imageId: "img-copy0001",
      progressedAt: NOW,
    });
    const once = planOf({ ...rule, copies: [missing], observation: observation([root]) });
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

  it("is missing since the end of the first observation, which may take long", () => {
    const old = { ...asked, endedAt: NOW - SETTLE - CLOCK_SKEW };
    const missing = copy<"copying">("ap-shanghai", {
      state: "copying",
      claim: old,
      imageId: "img-copy0001",
      progressedAt: NOW,
    });
    const ended = NOW + 15 * 60_000;
    const once = planOf({ ...rule, copies: [missing], now: ended, observation: observation([root]) });
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

  it("recovers finished and unfinished copies by their ownership markers", () => {
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

  it("treats a copy that is not visible as in doubt, not as missing, until every request must have ended", () => {
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
  it("keep the recorded one, report the other and delete nothing", () => {
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

  it("are reported even if neither is recorded or desired", () => {
    const elsewhere = { policies: [policy({ to: ["ap-beijing"] })] };
    const second = copyImage({ imageId: "img-copy0002", name: tokenName(keyOf("ap-shanghai"), root.name, 2) });
    const plan = planOf({ ...elsewhere, observation: observation([root, copyImage({}), second]) });
    expect(plan.problems).toMatchObject([{ code: "duplicate" }]);
  });
});

describe("the final name", () => {
  const rule = (existing: "block" | "adopt") => ({ policies: [policy({ to: ["ap-shanghai"], existing })] });
  const theirs = image({ region: "ap-shanghai", imageId: "img-theirs01", createdAt: NOW });

  it("of another image blocks the copy, unless the policy says adopt and the image matches", () => {
    const both = observation([root, theirs]);
    expect(noted(planOf({ ...rule("block"), observation: both }))).toEqual(["ap-shanghai: blocked (name-taken)"]);
    const adopted = planOf({ ...rule("adopt"), observation: both });
    expect(noted(adopted)).toEqual(["ap-shanghai: ready"]);
    expect(adopted.copies[0]).toMatchObject({ imageId: "img-theirs01", adopted: true });
  });

  it.each([
    ["another size", { sizeGiB: 30 }],
    ["another system", { osName: "Ubuntu 24.04" }],
    ["another architecture", { architecture: "arm" }],
    ["data disks", { wholeMachine: true }],
    ["an age greater than the source", { createdAt: root.createdAt - 1 }],
    ["a state other than NORMAL", { state: "CREATING" }],
  ])("is not adopted from an image that has %s", (_, fields) => {
    expect(noted(planOf({ ...rule("adopt"), observation: observation([root, { ...theirs, ...fields }]) }))).toEqual([
      "ap-shanghai: blocked (name-taken)",
    ]);
  });

  it("makes an image an adopted copy even if another policy selects it; it is no source then", () => {
    const pair = [
      policy({ name: "there", to: ["ap-shanghai"], existing: "adopt" }),
      policy({ name: "on", from: ["ap-shanghai"], to: ["ap-beijing"] }),
    ];
    const plan = planOf({ policies: pair, observation: observation([root, theirs]) });
    expect(noted(plan)).toEqual(["ap-shanghai: ready"]);
    expect(sent(plan)).toEqual([]);
    expect(sent(planOf({ policies: pair, copies: plan.copies, observation: observation([root, theirs]) }))).toEqual([]);
  });

  it("goes to the older of two sources", () => {
    const twin = image({ region: "ap-beijing", imageId: "img-root0002", createdAt: root.createdAt + 1 });
    const plan = planOf({
      policies: [policy({ from: ["ap-guangzhou", "ap-beijing"], to: ["ap-shanghai"] })],
      observation: observation([root, twin]),
    });
    expect(sent(plan)).toEqual(["img-root0001 → ap-shanghai"]);
    expect(noted(plan)).toEqual(["ap-shanghai: blocked (name-conflict)"]);
  });
});

describe("many copies that disappear at once", () => {
  const regions = ["ap-shanghai", "ap-beijing", "ap-nanjing", "ap-chengdu", "ap-chongqing"];
  const copies = regions.map((region) =>
    copy<"ready">(
      region,
      { state: "ready", imageId: `img-${region}`, name: "golden-web", readyAt: NOW, adopted: false },
      { key: keyOf(region), missingSince: NOW - SETTLE - CLOCK_SKEW },
    ),
  );
  const input = { policies: [policy({ to: regions })], copies, observation: observation([root], regions) };

  it("are reported, and nothing is done about them", () => {
    const plan = planOf(input);
    expect(noted(plan)).toEqual([]);
    expect(plan.problems).toMatchObject([{ code: "mass-disappearance" }]);
  });

  it("are created again if the user accepts the loss", () => {
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

  it("is copied to other regions from that copy once it is ready", () => {
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

  it("has copies whose parent is that first copy, also after the state was lost", () => {
    const own = image({
      imageId: "img-own00001",
      name: "base-os",
      tags: lineageTags(key("ap-guangzhou"), shared, "golden", "img-own00001"),
    });
    const recovered = copyImage({ name: tokenName(key("ap-shanghai"), "base-os", 1) });
    const plan = planOf({ ...rule, observation: observation([shared, own, recovered]) });
    const changes = plan.actions.flatMap((action) => (action.do === "record" ? [action.copy] : []));
    expect(changes.find((change) => change.key.region === "ap-shanghai")).toMatchObject({
      imageId: "img-copy0001",
      claim: { parent: { region: "ap-guangzhou", imageId: "img-own00001" } },
    });
  });
});

describe("an image that is no longer selected", () => {
  it("has its copies retired, without a call", () => {
    const ready = copy<"ready">("ap-shanghai", {
      state: "ready",
      imageId: "img-copy0001",
      name: "golden-web",
      readyAt: NOW,
      adopted: false,
    });
    const finished = copyImage({ state: "NORMAL", name: "golden-web", tags: marks("img-copy0001") });
    const plan = planOf({
      copies: [ready],
      observation: observation([{ ...root, tags: { "cvm-replicator:ignore": "yes" } }, finished]),
    });
    expect(plan.actions.map((a) => a.do)).toEqual(["record"]);
    expect(noted(plan)).toEqual(["ap-shanghai: retired (deselected)"]);
    expect(plan.notSelected.map(({ image: i }) => i.imageId)).toContain(root.imageId);
    expect(ACCOUNT).toBe(root.creator);
  });
});
