// Policies with `select.newest`: which versions are selected, and which copies are retained.
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
const desired = (...given: Parameters<typeof planOf>) =>
  [...planOf(...given).desiredCopies.values()].map(
    ({ key, publication: { family } }) => `${key.rootId} → ${key.region} ${family}`,
  );
/** The observation with the sources read one by one, by their ids. */
const byId = (whole: Observation): Observation => {
  const home = whole.regions.get(HOME);
  if (!home) return whole;
  const part = { ...home, complete: new Set<never>(), asked: new Set(home.images.keys()) };
  return { ...whole, regions: new Map([...whole.regions, [HOME, part]]) };
};

describe("a policy with select.newest", () => {
  it("selects only the newest image of each family, and of all images without a family together", () => {
    const plan = planOf({ policies: [newest], observation: observation([old, young]) });
    expect(called(plan)).toEqual(["send img-root0002 → ap-beijing", "send img-root0002 → ap-shanghai"]);
    expect(plan.notSelected).toMatchObject([{ image: { imageId: "img-root0001" }, reason: { code: "not-newest" } }]);
    const { family: _, ...bare } = old;
    expect(called(planOf({ policies: [newest], observation: observation([bare, young]) }))).toHaveLength(4);
  });

  it("selects the previous version if the newest one failed or was recalled", () => {
    for (const fields of [{ state: "CREATEFAILED" }, { deprecated: true }])
      expect(called(planOf({ policies: [newest], observation: observation([old, { ...young, ...fields }]) }))).toEqual([
        "send img-root0001 → ap-beijing",
        "send img-root0001 → ap-shanghai",
      ]);
  });

  it("continues recorded copies and starts no others if not all competing images were read", () => {
    const copying = asked(old, SHANGHAI);
    const seen = byId(observation([old, copying.image]));
    expect(desired({ policies: [newest], copies: [copying.copy], observation: seen })).toEqual([
      "img-root0001 → ap-shanghai web",
    ]);
    expect(desired({ policies: [newest], observation: byId(observation([old])) })).toEqual([]);
  });

  it("does not ask for copies that another policy has created", () => {
    const every = policy({ to: [SHANGHAI] });
    const copying = asked(old, SHANGHAI);
    const seen = byId(observation([old, copying.image]));
    const plan = planOf({ policies: [every, newest], copies: [copying.copy], observation: seen });
    expect(called(plan)).toEqual([]);
    expect(noted(plan)).toEqual([]);
  });
});

describe("a newest version that is missing in a listing", () => {
  const rootFamily = "web";
  const newestCopy = made(young, SHANGHAI, { copy: { rootFamily, policy: "newest", family: "web" } });
  const one = [policy({ ...newest, to: [SHANGHAI] })];

  it("still counts until its absence is certain, so that no older version is copied instead", () => {
    const seen = observation([old, newestCopy.image]);
    const first = planOf({ policies: one, copies: [newestCopy.copy], observation: seen, sweep: true });
    expect(called(first)).toEqual([]);
    const soon = planOf({ policies: one, copies: first.copies, observation: seen, sweep: true });
    expect(called(soon)).toEqual([]);
    const later = { ...planAt(NOW + SETTLE + 2 * MINUTE), copies: soon.copies };
    expect(called(planOf(later))).toEqual(["send img-root0001 → ap-shanghai"]);
  });

  it("lets the existing copies of the older version be retained", () => {
    const before = made(old, SHANGHAI, { copy: { rootFamily, policy: "newest", family: "web" } });
    const seen = observation([old, newestCopy.image, before.image]);
    const plan = planOf({ policies: one, copies: [newestCopy.copy, before.copy], observation: seen, sweep: true });
    expect([...plan.desiredCopies.values()].map(({ root }) => root.imageId)).toEqual(["img-root0001"]);
  });

  function planAt(now: number) {
    const fresh = observation([old, newestCopy.image]);
    const regions = new Map([...fresh.regions].map(([region, view]) => [region, { ...view, readAt: now }]));
    return { policies: one, observation: { ...fresh, regions }, sweep: true, now };
  }
});
