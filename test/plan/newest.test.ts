import { describe, expect, it } from "vitest";
import type { Observation } from "../../lib/model/observation.ts";
import {
  asked,
  called,
  copySettings,
  image,
  made,
  NOW,
  noted,
  observation,
  planOf,
  policy,
  SETTLE,
} from "../support/builders.ts";

const [HOME, SHANGHAI] = ["ap-guangzhou", "ap-shanghai"];
const MINUTE = 60_000;
const DAY = 86_400_000;
const old = image({ imageId: "img-root0001", name: "golden-1", family: "web", createdAt: NOW - 2 * DAY });
const young = image({ imageId: "img-root0002", name: "golden-2", family: "web", createdAt: NOW - DAY });
const newest = policy({
  name: "newest",
  select: { type: "custom", newest: 1 },
  copy: copySettings({ family: "inherit" }),
});
const wanted = (...given: Parameters<typeof planOf>) =>
  [...planOf(...given).desiredCopies.values()].map(
    ({ key, publication: { family } }) => `${key.rootId} → ${key.region} ${family}`,
  );
/** What was read of the sources: these, each by its id. */
const byId = (whole: Observation): Observation => {
  const home = whole.regions.get(HOME);
  if (!home) return whole;
  const part = { ...home, complete: new Set<never>(), asked: new Set(home.images.keys()) };
  return { ...whole, regions: new Map([...whole.regions, [HOME, part]]) };
};

describe("a policy that takes the newest", () => {
  it("takes that and no other, counted by family, and those without one together", () => {
    const plan = planOf({ policies: [newest], observation: observation([old, young]) });
    expect(called(plan)).toEqual(["send img-root0002 → ap-beijing", "send img-root0002 → ap-shanghai"]);
    expect(plan.notSelected).toMatchObject([{ image: { imageId: "img-root0001" }, reason: { code: "not-newest" } }]);
    const { family: _, ...bare } = old;
    expect(called(planOf({ policies: [newest], observation: observation([bare, young]) }))).toHaveLength(4);
  });

  it("takes the one before where the newest failed or was recalled", () => {
    for (const fields of [{ state: "CREATEFAILED" }, { deprecated: true }])
      expect(called(planOf({ policies: [newest], observation: observation([old, { ...young, ...fields }]) }))).toEqual([
        "send img-root0001 → ap-beijing",
        "send img-root0001 → ap-shanghai",
      ]);
  });

  it("goes on with what is remembered where not all that compete were read, and begins nothing", () => {
    const going = asked(old, SHANGHAI);
    const seen = byId(observation([old, going.image]));
    expect(wanted({ policies: [newest], copies: [going.copy], observation: seen })).toEqual([
      "img-root0001 → ap-shanghai web",
    ]);
    expect(wanted({ policies: [newest], observation: byId(observation([old])) })).toEqual([]);
  });

  it("does not want what another policy has made elsewhere", () => {
    const every = policy({ to: [SHANGHAI] });
    const going = asked(old, SHANGHAI);
    const seen = byId(observation([old, going.image]));
    const plan = planOf({ policies: [every, newest], copies: [going.copy], observation: seen });
    expect(called(plan)).toEqual([]);
    expect(noted(plan)).toEqual([]);
  });
});

describe("a newest version that a list leaves out", () => {
  const rootFamily = "web";
  const made2 = made(young, SHANGHAI, { copy: { rootFamily, policy: "newest", family: "web" } });
  const one = [policy({ ...newest, to: [SHANGHAI] })];

  it("keeps its place until that is certain: no older version is copied in its stead", () => {
    const seen = observation([old, made2.image]);
    const first = planOf({ policies: one, copies: [made2.copy], observation: seen, sweep: true });
    expect(called(first)).toEqual([]);
    const soon = planOf({ policies: one, copies: first.copies, observation: seen, sweep: true });
    expect(called(soon)).toEqual([]);
    const later = { ...planAt(NOW + SETTLE + 2 * MINUTE), copies: soon.copies };
    expect(called(planOf(later))).toEqual(["send img-root0001 → ap-shanghai"]);
  });

  it("has its older version kept where that is there already", () => {
    const before = made(old, SHANGHAI, { copy: { rootFamily, policy: "newest", family: "web" } });
    const seen = observation([old, made2.image, before.image]);
    const plan = planOf({ policies: one, copies: [made2.copy, before.copy], observation: seen, sweep: true });
    expect([...plan.desiredCopies.values()].map(({ root }) => root.imageId)).toEqual(["img-root0001"]);
  });

  function planAt(now: number) {
    const fresh = observation([old, made2.image]);
    const regions = new Map([...fresh.regions].map(([region, view]) => [region, { ...view, readAt: now }]));
    return { policies: one, observation: { ...fresh, regions }, sweep: true, now };
  }
});
