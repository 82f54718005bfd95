// Which copy leads an image family in a region, and which copies leave it.
import { describe, expect, it } from "vitest";
import { ROLLED_BACK_TAG, tokenName } from "../../../lib/model/identity.ts";
import type { Copy } from "../../../lib/model/types.ts";
import { keyOf, LAB } from "../../support/builders.ts";
import { hours, NOW, type Planned, UNANSWERED, type World, world } from "../../support/plan-world.ts";

const [OLD, YOUNG] = ["img-root0001-ap-shanghai", "img-root0002-ap-shanghai"];
const inFamily = { image: { family: "golden" } };
const first = world()
  .policy({ to: ["ap-shanghai"], copy: { family: "inherit" } })
  .version(1, { family: "golden" })
  .sweep();
/** Copies are of version 2, unless `of` names another source. */
const versions = first.version(2, { family: "golden" });
const [v1, v2] = [{ of: "img-root0001" }, { of: "img-root0002" }];

describe("the newest version", () => {
  it("joins its family in the call that names it, and the former version keeps the family", () => {
    const unnamed = versions
      .copy("ap-shanghai", "ready", { ...v1, ...inFamily })
      .copy("ap-shanghai", "copying", { ...v2, image: { state: "NORMAL" } });
    expect(unnamed.plan().calls).toEqual([
      `modify ${YOUNG}: name = golden-2, description = a golden image, family = golden`,
    ]);
  });

  it("that is stuck keeps the lead if it has its name and is in the family, whatever it waits for", () => {
    const callsOnOld = (image: object) => {
      const stuck = { ...v2, image, record: { notBefore: NOW + hours(1) } };
      const { calls } = versions.copy("ap-shanghai", "ready", v1).copy("ap-shanghai", "stuck", stuck).plan();
      return calls.filter((call) => call.startsWith(`modify ${OLD}`));
    };
    const joins = [`modify ${OLD}: family = golden`];
    expect(callsOnOld({ state: "NORMAL", name: "golden-2", family: "golden" })).toEqual([]);
    expect(callsOnOld({ state: "NORMAL", name: "golden-2" })).toEqual(joins);
    expect(callsOnOld({ state: "SYNCING", name: "golden-2", family: "golden" })).toEqual(joins);
    const temporary = tokenName(keyOf("ap-shanghai", { region: "ap-guangzhou", imageId: v2.of }), "golden-2", 1, LAB);
    expect(callsOnOld({ state: "NORMAL", name: temporary, family: "golden" })).toEqual(joins);
  });

  it.each<[Copy["phase"], "keeps" | "leaves"]>([
    ["requested", "leaves"],
    ["copying", "leaves"],
    ["finishing", "keeps"],
    ["ready", "keeps"],
    ["waiting", "leaves"],
    ["retrying", "leaves"],
    ["blocked", "leaves"],
    ["failed", "leaves"],
  ])("that is %s %s the lead to the one before", (state, word) => {
    const { calls } = versions.copy("ap-shanghai", "ready", v1).copy("ap-shanghai", state, v2).plan();
    const ofOld = calls.filter((call) => call.startsWith(`modify ${OLD}`));
    expect(ofOld).toEqual(word === "keeps" ? [] : [`modify ${OLD}: family = golden`]);
  });

  it.each([
    ["NORMAL", []],
    ["SYNCING", [`modify ${OLD}: family = golden`]],
  ] as const)(
    "that was stuck and is %s now leads only if it is NORMAL, because it is completed then",
    (state, expected) => {
      const stuck = { ...v2, image: { state } };
      const { calls } = versions.copy("ap-shanghai", "ready", v1).copy("ap-shanghai", "stuck", stuck).plan();
      expect(calls.filter((call) => call.startsWith(`modify ${OLD}`))).toEqual(expected);
    },
  );

  describe("that is still being copied does not hold up the one before", () => {
    const joins = (image: string, name: string) =>
      `modify ${image}: name = ${name}, description = a golden image, family = golden`;
    const finished = { image: { state: "NORMAL" } } as const;

    it("which joins the family when it is finished, and is followed by the newer one", () => {
      const building = versions.copy("ap-shanghai", "copying", v2);
      const first = building.copy("ap-shanghai", "copying", { ...v1, ...finished });
      expect(first.plan().calls).toEqual([joins(OLD, "golden-1")]);
      const next = building.copy("ap-shanghai", "ready", { ...v1, ...inFamily });
      expect(next.copy("ap-shanghai", "copying", { ...v2, ...finished }).plan().calls).toEqual([
        joins(YOUNG, "golden-2"),
      ]);
    });

    it("but one that is finished later than the newer one stays out", () => {
      for (const image of [{}, { family: "golden" }]) {
        const late = versions
          .copy("ap-shanghai", "finishing", { ...v2, name: "final", image })
          .copy("ap-shanghai", "copying", { ...v1, ...finished });
        expect(late.plan().calls).toContain(`modify ${OLD}: name = golden-1, description = a golden image`);
      }
    });

    it("nor if it is finished and waits for other regions; it does not become ready without its family", () => {
      const together = versions.policy({
        to: ["ap-shanghai", "ap-beijing"],
        copy: { family: "inherit", publish: "together" },
      });
      const held = together
        .copy("ap-shanghai", "finishing", { ...v2, name: "final" })
        .copy("ap-beijing", "copying", v2)
        .copy("ap-beijing", "ready", { ...v1, ...inFamily })
        .copy("ap-shanghai", "finishing", { ...v1, name: "final" });
      const plan = held.plan();
      expect(plan.calls).toEqual([`modify ${OLD}: family = golden`]);
      expect(plan.copies.find(({ key }) => key.rootId === v2.of)).toMatchObject({
        phase: "finishing",
        publicationHold: { code: "publication-held" },
      });
      // What has joined its family leads, although a region has been added since.
      const published = held.copy("ap-shanghai", "finishing", { ...v2, name: "final", ...inFamily });
      expect(published.plan().calls).toEqual([]);
    });
  });

  it("is the one with the higher name of two that were made in the same second", () => {
    const createdAt = NOW - hours(9);
    const same = world()
      .policy({ to: ["ap-shanghai"], copy: { family: "inherit" } })
      .image({ imageId: "img-zzzz0001", name: "golden-1.9.0", family: "golden", createdAt })
      .image({ imageId: "img-aaaa0001", name: "golden-1.10.0", family: "golden", createdAt })
      .copy("ap-shanghai", "ready", { of: "img-zzzz0001" })
      .copy("ap-shanghai", "ready", { of: "img-aaaa0001" })
      .sweep();
    expect(same.plan().calls).toEqual(["modify img-aaaa0001-ap-shanghai: family = golden"]);
  });

  it("leads in each region by itself", () => {
    const plan = versions
      .policy({ to: ["ap-shanghai", "ap-beijing"] })
      .copy("ap-beijing", "ready", v1)
      .copy("ap-shanghai", "ready", v1)
      .copy("ap-shanghai", "ready", { ...v2, ...inFamily })
      .plan();
    expect(plan.calls).toEqual(["modify img-root0001-ap-beijing: family = golden", "send img-root0002 → ap-beijing"]);
  });

  it("does not lead after a rollback", () => {
    const bad = { image: { deprecated: true, tags: { [ROLLED_BACK_TAG]: "golden" } } };
    const plan = versions
      .copy("ap-shanghai", "ready", v1)
      .copy("ap-shanghai", "ready", { ...v2, ...bad })
      .plan();
    expect(plan.calls).toEqual([`modify ${OLD}: family = golden`]);
  });
});

describe("a family that points to an image other than the newest version", () => {
  const newest = versions.copy("ap-shanghai", "ready", { ...v2, ...inFamily });
  const both = newest.copy("ap-shanghai", "ready", { ...v1, ...inFamily });
  const leaves = [`modify ${OLD}: family = `];

  it("loses that image once the cloud has confirmed it", () => {
    const asking = both.plan();
    expect(asking.questions).toEqual([{ ask: "family", region: "ap-shanghai", family: "golden" }]);
    expect(asking.calls).toEqual([]);
    expect(both.familyPointsTo(OLD).plan().calls).toEqual(leaves);
    expect(both.familyPointsTo(YOUNG).plan().calls).toEqual([]);
    expect(both.familyPointsTo(undefined).plan().calls).toEqual([]);
  });

  it("keeps that image while the newest version is being copied, so that the family cannot point to it", () => {
    expect(both.change(YOUNG, { state: "SYNCING" }).familyPointsTo(OLD).plan().calls).toEqual([]);
  });

  it("is queried only in a sweep, and only if several images are in it", () => {
    const queries = ({ questions }: Planned) => questions.filter(({ ask }) => ask === "family");
    expect(queries(both.plan())).toHaveLength(1);
    expect(queries(newest.plan())).toEqual([]);
    expect(queries(both.sweep(false).plan())).toEqual([]);
  });

  it("is assumed to point to the image created last if the cloud does not answer", () => {
    const unanswered = both.familyPointsTo(UNANSWERED);
    expect(unanswered.plan().calls).toEqual(leaves);
    expect(unanswered.change(OLD, { createdAt: NOW - hours(1) - 1 }).plan().calls).toEqual([]);
  });

  it("is reported if that image is not one of our copies, and the image stays unchanged", () => {
    const plan = newest
      .copy("ap-shanghai", "blocked", v1)
      .otherImage({ name: "golden-x", family: "golden" })
      .familyPointsTo("img-theirs01")
      .policy({ select: { type: "custom", name: ["golden-2"] } })
      .plan();
    expect(plan.calls).toEqual([]);
    expect(plan.problems).toMatchObject([{ code: "family-taken" }]);
    expect(plan.problems[0]?.text).toContain(`points to img-theirs01 ("golden-x"), which is not one of our copies`);
  });

  it("may be a newer source of its own, where two regions copy to each other", () => {
    const back = { name: "back", from: ["ap-shanghai"], to: ["ap-guangzhou"], copy: { family: "inherit" } } as const;
    const built = (createdAt: number) =>
      newest
        .policy(back)
        .otherImage({ imageId: "img-built001", name: "golden-9", family: "golden", createdAt })
        .familyPointsTo("img-built001")
        .plan().problems;
    expect(built(NOW - 1)).toEqual([]);
    expect(built(NOW - hours(1000))).toMatchObject([{ code: "family-taken" }]);
  });

  it("also loses the orphaned copy of an older version", () => {
    const orphaned = newest
      .policy({ select: { type: "custom", newest: 1 }, prune: { minAge: 0 } })
      .copy("ap-shanghai", "retired", { ...v1, ...inFamily })
      .familyPointsTo(OLD);
    expect(orphaned.plan().calls).toEqual(leaves);
    const disabled = orphaned
      .policy({ name: "former", enabled: false, to: ["ap-shanghai"], copy: { family: "inherit" } })
      .copy("ap-shanghai", "retired", { ...v1, ...inFamily, record: { policy: "former" } });
    expect(disabled.plan().calls).toEqual([]);
  });

  it.each<[string, World]>([
    [
      "is orphaned and of a newer version",
      newest
        .version(3, { name: "silver-3", family: "golden" })
        .copy("ap-shanghai", "retired", inFamily)
        .familyPointsTo("img-root0003-ap-shanghai"),
    ],
    [
      "was adopted",
      newest.copy("ap-shanghai", "ready", { ...v1, ...inFamily, record: { adopted: true } }).familyPointsTo(OLD),
    ],
  ])("keeps the copy that %s", (_, given) => {
    const plan = given
      .change("img-root0001", { name: "silver-1" })
      .policy({ select: { type: "custom", name: ["golden-2"] }, prune: { minAge: 0 } })
      .plan();
    expect(plan.calls).toEqual([]);
    expect(plan.problems).toEqual([]);
  });
});

it("a copy joins the family that the policy names instead of its source's, and none if the policy names none", () => {
  const outside = first.copy("ap-shanghai", "ready");
  expect(outside.policy({ copy: { family: "web" } }).plan().calls).toEqual([`modify ${OLD}: family = web`]);
  expect(outside.policies({ to: ["ap-shanghai"] }).plan().calls).toEqual([]);
});

describe("a copy of the same source with other encryption", () => {
  it("leaves the family to the desired variant, whatever the names of the keys", () => {
    const key = "01234567-89ab-cdef-0123-456789abcdef";
    const variants = [
      ["encrypted:default", {}],
      [`encrypted:${key}`, { kmsKeyId: key }],
      ["plain", false],
    ] as const;
    for (const [variant, encrypt] of variants) {
      for (const [other] of variants.filter(([one]) => one !== variant)) {
        const imageId = `img-${other.slice(0, 5)}-old`;
        const image = { imageId, name: "golden-1-old", family: "golden" };
        const plan = first
          .policy({ copy: { encrypt } })
          .copy("ap-shanghai", "ready", { variant, ...inFamily })
          .copy("ap-shanghai", "retired", { variant: other, image, record: { since: NOW } })
          .familyPointsTo(imageId)
          .plan();
        expect(plan.calls, `${other} → ${variant}`).toContain(`modify ${imageId}: family = `);
      }
    }
  });
});
