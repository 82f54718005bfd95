// Which copy leads an image family in a region, and which copies leave it.

import { describe, expect, it } from "vitest";
import { lineageTags, ROLLED_BACK_TAG } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { Copy } from "../../lib/model/types.ts";
import type { Plan } from "../../lib/plan/types.ts";
import {
  answered,
  asked,
  called,
  copy,
  copySettings,
  holding,
  image,
  type Known,
  made,
  NOW,
  observation,
  planOf,
  policy,
  retired,
  UNANSWERED,
} from "../support/builders.ts";

const DAY = 86_400_000;
const SHANGHAI = "ap-shanghai";
const v1 = image({ imageId: "img-root0001", name: "golden-1", family: "golden", createdAt: NOW - 2 * DAY });
const v2 = image({ imageId: "img-root0002", name: "golden-2", family: "golden", createdAt: NOW - DAY });
const policies = [policy({ to: [SHANGHAI], copy: copySettings({ family: "inherit" }) })];
const inFamily = { image: { family: "golden" } };
const old = made(v1, SHANGHAI, inFamily);
const young = made(v2, SHANGHAI, inFamily);
const points = (to: unknown) => answered([{ ask: "family", region: SHANGHAI, family: "golden" }, to]);

const reason = { code: "x", text: storedText("") };

describe("the newest version", () => {
  const named = asked(v2, SHANGHAI, { state: "NORMAL" }, { name: v2.name });

  it("joins its family in the call that names it, and the former version keeps the family", () => {
    const plan = planOf({
      policies,
      ...holding([v1, v2], old, named),
      sweep: true,
    });
    expect(called(plan)).toEqual([
      `modify ${named.image.imageId}: name = golden-2, description = a golden image, family = golden`,
    ]);
  });

  it.each<[Copy["state"], "keeps" | "leaves", Copy]>([
    ["copying", "keeps", asked(v2, SHANGHAI).copy],
    ["finishing", "keeps", { ...asked(v2, SHANGHAI).copy, state: "finishing" } as Copy],
    ["ready", "keeps", young.copy],
    ["waiting", "leaves", copy<"waiting">(SHANGHAI, { state: "waiting", reason })],
    ["retrying", "leaves", copy<"retrying">(SHANGHAI, { state: "retrying", reason, notBefore: NOW })],
    ["blocked", "leaves", copy<"blocked">(SHANGHAI, { state: "blocked", reason })],
    ["failed", "leaves", copy<"failed">(SHANGHAI, { state: "failed", reason }, { attempts: 5 })],
  ])("that is %s %s the lead", (_, word, fields) => {
    const newer: Copy = { ...fields, key: young.key, rootCreatedAt: v2.createdAt };
    const without = made(v1, SHANGHAI);
    const shown = "imageId" in newer ? [young.image] : [];
    const plan = planOf({
      policies,
      copies: [without.copy, newer],
      observation: observation([v1, v2, without.image, ...shown]),
      sweep: true,
    });
    const family = called(plan).filter((call) => call.startsWith(`modify ${without.image.imageId}`));
    expect(family).toEqual(word === "keeps" ? [] : [`modify ${without.image.imageId}: family = golden`]);
  });

  it("leads in each region by itself", () => {
    const [there, here] = [made(v1, "ap-beijing"), made(v1, SHANGHAI)];
    const plan = planOf({
      policies: [policy({ copy: copySettings({ family: "inherit" }) })],
      ...holding([v1, v2], there, here, young),
      sweep: true,
    });
    expect(called(plan)).toEqual([`modify ${there.image.imageId}: family = golden`, `send img-root0002 → ap-beijing`]);
  });

  it("does not lead after a rollback", () => {
    const bad = made(v2, SHANGHAI, { image: { deprecated: true, tags: { [ROLLED_BACK_TAG]: "golden" } } });
    const good = made(v1, SHANGHAI);
    const plan = planOf({
      policies,
      ...holding([v1, v2], good, bad),
      sweep: true,
    });
    expect(called(plan)).toEqual([`modify ${good.image.imageId}: family = golden`]);
  });
});

describe("a family that points to an image other than the newest version", () => {
  const world = (...others: Known[]) => ({ policies, ...holding([v1, v2], young, ...others), sweep: true });
  const leaves = [`modify ${old.image.imageId}: family = `];

  it("loses that image once the cloud has confirmed it", () => {
    const asking = planOf(world(old));
    expect(asking.questions).toEqual([{ ask: "family", region: SHANGHAI, family: "golden" }]);
    expect(called(asking)).toEqual([]);
    expect(called(planOf({ ...world(old), answers: points(old.image.imageId) }))).toEqual(leaves);
    expect(called(planOf({ ...world(old), answers: points(young.image.imageId) }))).toEqual([]);
    expect(called(planOf({ ...world(old), answers: points(undefined) }))).toEqual([]);
  });

  it("keeps that image while the newest version is being copied, so that the family cannot point to it", () => {
    const busy = { ...young, image: { ...young.image, state: "SYNCING" as const } };
    const plan = planOf({ policies, ...holding([v1, v2], busy, old), sweep: true, answers: points(old.image.imageId) });
    expect(called(plan)).toEqual([]);
  });

  it("is queried only in a sweep, and only if several images are in it", () => {
    const asked = (plan: Plan) => plan.questions.filter(({ ask }) => ask === "family");
    expect(asked(planOf(world(old)))).toHaveLength(1);
    expect(asked(planOf(world()))).toEqual([]);
    expect(asked(planOf({ ...world(old), sweep: false }))).toEqual([]);
  });

  it("is assumed to point to the image created last if the cloud does not answer", () => {
    const answers = points(UNANSWERED);
    expect(called(planOf({ ...world(old), answers }))).toEqual(leaves);
    const earlier = { ...old, image: { ...old.image, createdAt: young.image.createdAt - 1 } };
    expect(called(planOf({ ...world(earlier), answers }))).toEqual([]);
  });

  it("is reported if that image is not one of our copies, and the image stays unchanged", () => {
    const theirs = image({ region: SHANGHAI, imageId: "img-theirs01", name: "golden-x", family: "golden" });
    const plan = planOf({
      ...world(),
      observation: observation([v1, v2, young.image, theirs], undefined),
      answers: points("img-theirs01"),
      copies: [
        young.copy,
        copy<"blocked">(SHANGHAI, { state: "blocked", reason: { code: "x", text: storedText("") } }),
      ],
      policies: [policy({ ...policies[0], select: { type: "custom", name: ["golden-2"] } })],
    });
    expect(called(plan)).toEqual([]);
    expect(plan.problems).toMatchObject([{ code: "family-taken" }]);
    expect(plan.problems[0]?.text).toContain(`points to img-theirs01 ("golden-x"), which is not one of our copies`);
  });

  it("also loses the orphaned copy of an older version", () => {
    const gone = retired(v1, SHANGHAI, inFamily);
    const newest = { ...policies[0], select: { type: "custom" as const, newest: 1 } };
    const answers = points(gone.image.imageId);
    const keeping = policy({ ...newest, prune: { minAge: 0, delete: false } });
    expect(called(planOf({ ...world(gone), answers, policies: [keeping] }))).toEqual([
      `modify ${gone.image.imageId}: family = `,
    ]);
    const disabled = policy({ ...keeping, name: "former", enabled: false });
    const others = { ...gone, copy: { ...gone.copy, policy: "former" } };
    expect(called(planOf({ ...world(others), answers, policies: [keeping, disabled] }))).toEqual([]);
  });

  const v3 = image({ imageId: "img-root0003", name: "silver-3", family: "golden", createdAt: NOW - DAY / 2 });

  it.each([
    ["is orphaned and of a newer version", retired(v3, SHANGHAI, inFamily)],
    ["was adopted", made(v1, SHANGHAI, { ...inFamily, copy: { adopted: true } })],
  ])("keeps the copy that %s", (_, other) => {
    const plan = planOf({
      ...world(other),
      answers: points(other.image.imageId),
      policies: [
        policy({ ...policies[0], select: { type: "custom", name: ["golden-2"] }, prune: { minAge: 0, delete: false } }),
      ],
      observation: observation([{ ...v1, name: "silver-1" }, v2, v3, young.image, other.image]),
    });
    expect(called(plan)).toEqual([]);
    expect(plan.problems).toEqual([]);
  });
});

it("a copy joins the family that the policy names instead of its source's, and none if the policy names none", () => {
  const { image: there, copy: record } = made(v1, SHANGHAI);
  const callsFor = (family?: string) =>
    called(
      planOf({
        policies: [policy({ to: [SHANGHAI], copy: copySettings(family === undefined ? {} : { family }) })],
        copies: [record],
        observation: observation([v1, there]),
        sweep: true,
      }),
    );
  expect(callsFor("web")).toEqual([`modify ${there.imageId}: family = web`]);
  expect(callsFor()).toEqual([]);
});

describe("a copy of the same source with other encryption", () => {
  it("leaves the family to the desired variant, whatever the names of the keys", () => {
    const key = "01234567-89ab-cdef-0123-456789abcdef";
    const inFamily = { image: { family: "golden" }, copy: { family: "golden" } };
    for (const [variant, encrypt] of [
      ["encrypted:default", {}],
      [`encrypted:${key}`, { kmsKeyId: key }],
      ["plain", false],
    ] as const) {
      const wanted = made(v1, SHANGHAI, inFamily, variant);
      const others = (["plain", "encrypted:default", `encrypted:${key}`] as const).filter((one) => one !== variant);
      for (const other of others) {
        const { copy: ready, image: there } = made(v1, SHANGHAI, inFamily, other);
        const { readyAt: _, name: __, adopted: ___, ...rest } = ready;
        const imageId = `img-${other.slice(0, 5)}-old`;
        const lineage = lineageTags(ready.key, { region: v1.region, imageId: v1.imageId }, "golden", imageId);
        const image2 = { ...there, imageId, name: "golden-1-old", tags: lineage };
        const old: Copy = { ...rest, imageId, state: "retired", reason, since: NOW };
        const plan = planOf({
          policies: [policy({ to: [SHANGHAI], copy: copySettings({ family: "inherit", encrypt }) })],
          ...holding([v1], wanted, { image: image2, copy: old }),
          sweep: true,
          answers: points(imageId),
        });
        expect(called(plan), `${other} → ${variant}`).toContain(`modify ${imageId}: family = `);
      }
    }
  });
});
