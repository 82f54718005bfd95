// Deletion of orphaned copies and of images left by failed attempts.

import { describe, expect, it } from "vitest";
import { IGNORE_TAG, lineageTags, tokenName } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { sharesOf, usesOf } from "../../lib/model/observation.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { CLOCK_SKEW } from "../../lib/model/time.ts";
import type { Copy, Image } from "../../lib/model/types.ts";
import { MOST_DELETIONS } from "../../lib/plan/guards/deletion-budget.ts";
import type { PlanInput } from "../../lib/plan/types.ts";
import {
  answered,
  asked,
  called,
  copy,
  copySettings,
  holding,
  image,
  type Known,
  keyOf,
  made,
  NOW,
  noted,
  observation,
  planOf,
  policy,
  retired,
  SETTLE,
  UNANSWERED,
} from "../support/builders.ts";

const SHANGHAI = "ap-shanghai";
const HOUR = 3_600_000;
const [LISTED, UNLISTED] = ["100000000003", "100000000004"];
const recalled = image({ tags: { [IGNORE_TAG]: "bad" } });
const rule = (fields: Partial<Policy> = {}) =>
  policy({
    to: [SHANGHAI],
    copy: copySettings({ shareWith: [LISTED] }),
    prune: { minAge: HOUR, delete: true },
    ...fields,
  });
const old = retired(recalled, SHANGHAI, {}, NOW - 2 * HOUR);
const { imageId } = old.image;
const free = (...more: Parameters<typeof answered>) =>
  answered([usesOf(old.image), undefined], [sharesOf(old.image), []], ...more);
const family = { ask: "family", region: SHANGHAI, family: "golden" } as const;
const changed = (fields: Partial<Image>): Known => ({ ...old, image: { ...old.image, ...fields } });
const input = (one: Known = old, more: Partial<PlanInput> = {}) => ({
  policies: [rule()],
  ...holding([recalled], one),
  answers: free(),
  sweep: true,
  ...more,
});

describe("an orphaned copy", () => {
  it("is deleted if every check permits it, and the plan has the size that this frees", () => {
    const plan = planOf(input());
    expect(called(plan)).toEqual([`delete ${imageId}`]);
    expect(plan.actions).toMatchObject([
      { do: "delete", sizeGiB: 20, done: { state: "retired", reason: { code: "pruned" } } },
    ]);
    const [action] = plan.actions;
    expect(action?.do === "delete" && action.done).not.toHaveProperty("imageId");
  });

  it("has a record after its deletion that says nothing of the image, such as its deprecation", () => {
    const deprecated = {
      image: { ...old.image, deprecated: true },
      copy: { ...old.copy, deprecatedByUs: true } as Copy,
    };
    const [action] = planOf(input(deprecated)).actions;
    expect(action).toMatchObject({ do: "delete", done: { since: NOW - 2 * HOUR } });
    expect(action?.do === "delete" && action.done).not.toHaveProperty("deprecatedByUs");
  });

  it("is deleted even if its source is gone", () => {
    expect(called(planOf(input(old, holding([], old))))).toEqual([`delete ${imageId}`]);
  });

  it("is checked by sweeps only", () => {
    const plan = planOf(input(old, { sweep: false, answers: answered() }));
    expect([plan.actions, plan.questions, plan.retained]).toEqual([[], [], []]);
  });

  it("is not deleted before all questions are answered, and no questions are asked if its policy forbids the deletion", () => {
    const plan = planOf(input(changed({ family: "golden" }), { answers: answered() }));
    expect(called(plan)).toEqual([]);
    expect(plan.questions).toEqual([usesOf(old.image), family, sharesOf(old.image)]);
    expect(planOf(input(old, { answers: answered(), policies: [policy()] })).questions).toEqual([]);
  });

  const copying = asked(image({ imageId: "img-root0002" }), "ap-beijing");
  const copyFromIt = {
    ...copying,
    copy: {
      ...copying.copy,
      claim: { ...("claim" in copying.copy ? copying.copy.claim : undefined), parent: old.image },
    } as Copy,
  };
  it.each<[code: string, because: string, Parameters<typeof planOf>[0]]>([
    ["policy-gone", "its policy is no longer in the file", input(old, { policies: [] })],
    ["policy-gone", "its policy is unknown", input({ ...old, copy: { ...old.copy, policy: "" } })],
    ["policy-disabled", "its policy is disabled", input(old, { policies: [rule({ enabled: false })] })],
    ["not-permitted", "its policy does not permit it", input(old, { policies: [policy()] })],
    [
      "not-permitted",
      "another policy that selects the source apart from its recall forbids it",
      input(old, { policies: [rule(), policy({ name: "other", to: ["ap-beijing"] })] }),
    ],
    [
      "not-permitted",
      "another policy may have selected the source, which is gone",
      input(old, { ...holding([], old), policies: [rule(), policy({ name: "other", to: [SHANGHAI] })] }),
    ],
    ["too-recent", "it was orphaned a short time ago", input(retired(recalled, SHANGHAI, {}, NOW - HOUR + 1))],
    [
      "too-recent",
      "another policy that selects its source has a higher prune.minAge",
      input(old, {
        policies: [rule(), rule({ name: "other", to: ["ap-beijing"], prune: { minAge: 9 * HOUR, delete: true } })],
      }),
    ],
    [
      "too-recent",
      "another process may still see it as selected",
      input(retired(recalled, SHANGHAI, {}, NOW - SETTLE - CLOCK_SKEW + 1), {
        policies: [rule({ prune: { minAge: 0, delete: true } })],
      }),
    ],
    [
      "unread",
      "not every source region of a policy was read",
      input(old, { policies: [rule(), policy({ name: "other", from: ["ap-tokyo"] })] }),
    ],
    ["no-lineage", "it has no lineage tags", input(changed({ tags: {} }))],
    [
      "no-lineage",
      "its lineage tags were copied from another image",
      input(changed({ tags: lineageTags(keyOf(SHANGHAI), recalled, "golden", "img-another1") })),
    ],
    [
      "no-lineage",
      "its lineage tags name another source",
      input(
        changed({
          tags: lineageTags(keyOf(SHANGHAI, { ...recalled, imageId: "img-else" }), recalled, "golden", imageId),
        }),
      ),
    ],
    ["unfinished", "it is not NORMAL", input(changed({ state: "SYNCING" }))],
    [
      "unfinished",
      "it still has its temporary name",
      input(changed({ name: tokenName(keyOf(SHANGHAI), "golden-web", 1) })),
    ],
    ["adopted", "it was adopted", input(retired(recalled, SHANGHAI, { copy: { adopted: true } }))],
    ["is-parent", "a copy is being made from it", input(old, holding([recalled], old, copyFromIt))],
    [
      "in-use",
      "it is in use",
      input(old, { answers: answered([usesOf(old.image), "instance ins-1"], [sharesOf(old.image), []]) }),
    ],
    [
      "unanswered-UnauthorizedOperation",
      "its users cannot be read",
      input(old, { answers: answered([usesOf(old.image), UNANSWERED], [sharesOf(old.image), []]) }),
    ],
    [
      "family-points-here",
      "a family points to it",
      input(changed({ family: "golden" }), { answers: free([family, imageId]) }),
    ],
    [
      "unanswered-UnauthorizedOperation",
      "the image of its family cannot be read",
      input(changed({ family: "golden" }), { answers: free([family, UNANSWERED]) }),
    ],
    [
      "shared-outside",
      "it is shared with an account that its policy does not list",
      input(old, { answers: answered([usesOf(old.image), undefined], [sharesOf(old.image), [LISTED, UNLISTED]]) }),
    ],
    [
      "unanswered-UnauthorizedOperation",
      "its shares cannot be read",
      input(old, { answers: answered([usesOf(old.image), undefined], [sharesOf(old.image), UNANSWERED]) }),
    ],
    ["enough-deleted", "the run has reached its limit of deletions", input(old, { deleted: MOST_DELETIONS })],
  ])("is kept (%s) because %s", (code, _, given) => {
    const plan = planOf(given);
    expect(called(plan).filter((call) => call.includes(imageId))).toEqual([]);
    expect(plan.retained.map(({ image: { imageId: id }, reason }) => [id, reason.code])).toEqual([[imageId, code]]);
  });

  it.each([
    [
      "a policy that does not select its source",
      rule({
        name: "other",
        select: { type: "custom", name: ["silver-*"] },
        prune: { minAge: 9 * HOUR, delete: false },
      }),
    ],
    ["a policy of another region", policy({ name: "other", from: ["ap-beijing"], to: [SHANGHAI] })],
    ["a disabled policy that permits it", rule({ name: "other", enabled: false })],
    ["a family that points elsewhere", rule()],
  ])("is not kept because of %s", (_, other) => {
    const there = changed({ family: "golden" });
    const plan = planOf(input(there, { policies: [rule(), other], answers: free([family, "img-newer"]) }));
    expect(called(plan)).toEqual([`delete ${imageId}`]);
  });

  it("is kept if a disabled policy forbids it, because that policy may have selected the source, too", () => {
    const plan = planOf(
      input(changed({}), { policies: [rule(), policy({ name: "other", enabled: false })], answers: free() }),
    );
    expect(called(plan)).toEqual([]);
    expect(plan.retained).toMatchObject([{ reason: { code: "not-permitted" } }]);
  });

  it("is first unshared from the accounts of its policy, then deleted", () => {
    const plan = planOf(
      input(old, { answers: answered([usesOf(old.image), undefined], [sharesOf(old.image), [LISTED]]) }),
    );
    expect(called(plan)).toEqual([`unshare ${imageId}: ${LISTED}`]);
  });

  it("keeps its shares while it is kept", () => {
    const answers = answered([usesOf(old.image), "instance ins-1"], [sharesOf(old.image), [LISTED]]);
    expect(called(planOf(input(old, { answers })))).toEqual([]);
  });

  it("is kept while families change in its region, because its family may then point to it", () => {
    const root = image({ imageId: "img-root0002", family: "golden" });
    const wanted = made(root, SHANGHAI);
    const answers = free([family, "img-else"], [sharesOf(wanted.image), [LISTED]]);
    const policies = [rule({ copy: copySettings({ family: "inherit", shareWith: [LISTED] }) })];
    const plan = (one: Known) => planOf({ policies, ...holding([recalled, root], one, wanted), answers, sweep: true });
    expect(called(plan(changed({ family: "golden" })))).toEqual([`modify ${wanted.image.imageId}: family = golden`]);
    expect(plan(changed({ family: "golden" })).retained).toMatchObject([{ reason: { code: "family-moves" } }]);
    expect(called(plan(old))).toContain(`delete ${imageId}`);
    // A source may be busy while it is being copied, so the family may point to another image.
    const source = image({ region: SHANGHAI, imageId: "img-root0003", family: "golden" });
    const onward = [rule(), rule({ name: "onward", from: [SHANGHAI], to: ["ap-beijing"] })];
    const copying = (one: Known) =>
      called(
        planOf({
          policies: onward,
          ...holding([recalled, source], one),
          answers: free([family, "img-root0003"]),
          sweep: true,
        }),
      );
    expect(copying(changed({ family: "golden" }))).toEqual(["send img-root0003 → ap-beijing"]);
    expect(copying(old)).toContain(`delete ${imageId}`);
  });

  it("is one of at most ten deletions in a run", () => {
    const many = Array.from({ length: MOST_DELETIONS + 3 }, (_, n) =>
      retired(image({ ...recalled, imageId: `img-root${String(n).padStart(4, "0")}` }), SHANGHAI),
    );
    const answers = answered(
      ...many.flatMap((one) => [[usesOf(one.image), undefined] as const, [sharesOf(one.image), []] as const]),
    );
    const plan = planOf({ policies: [rule()], ...holding([], ...many), answers, sweep: true, deleted: 2 });
    expect(called(plan)).toHaveLength(MOST_DELETIONS - 2);
    expect(plan.retained.map(({ reason }) => reason.code)).toEqual(Array(5).fill("enough-deleted"));
  });

  it("becomes ready again when it is desired again", () => {
    expect(noted(planOf(input(old, holding([image()], old))))).toEqual(["ap-shanghai: ready"]);
  });
});

describe("an image left by a failed attempt", () => {
  const root = image();
  const key = keyOf(SHANGHAI);
  const reason = { code: "copy-failed", text: storedText("the cloud gave up") };
  const retrying = copy<"retrying">(
    SHANGHAI,
    { state: "retrying", reason, notBefore: NOW },
    { claimCount: 2, attempts: 1 },
  );
  const left = (fields: Partial<Image> = {}) =>
    image({
      region: SHANGHAI,
      imageId: "img-left0001",
      name: tokenName(key, root.name, 1),
      state: "CREATEFAILED",
      ...fields,
    });
  const look = (there: Image, record: Copy = retrying) =>
    planOf({ policies: [policy({ to: [SHANGHAI] })], copies: [record], observation: observation([root, there]) });

  it("is deleted before the next attempt, which waits for the deletion", () => {
    const plan = look(left());
    expect(called(plan)).toEqual(["delete img-left0001"]);
    expect(noted(plan)).toEqual(["ap-shanghai: waiting (leftover)"]);
    const next = planOf({
      policies: [policy({ to: [SHANGHAI] })],
      copies: plan.copies,
      observation: observation([root]),
    });
    expect(called(next)).toEqual(["send img-root0001 → ap-shanghai"]);
    expect(next.actions.find((action) => action.do === "send")?.token).toBe(tokenName(key, root.name, 3));
  });

  it.each<[string, Image]>([
    ["its temporary name has a claim number that was never used", left({ name: tokenName(key, root.name, 3) })],
    ["it has neither temporary name nor lineage tags", left({ name: "renamed", state: "CREATEFAILED" })],
    [
      "its temporary name is of another source",
      left({ name: tokenName({ ...key, rootId: "img-else" }, root.name, 1) }),
    ],
  ])("is kept if it is not proven ours: %s", (_, there) => {
    expect(called(look(there))).toEqual(["send img-root0001 → ap-shanghai"]);
  });

  it("is also proven ours by its lineage tags", () => {
    const there = left({ name: "renamed", tags: lineageTags(key, root, "golden", "img-left0001") });
    expect(called(look(there))).toEqual(["delete img-left0001"]);
  });

  it("is kept if the copy has no record", () => {
    const plan = planOf({ policies: [policy({ to: [SHANGHAI] })], observation: observation([root, left()]) });
    expect(called(plan)).toEqual(["send img-root0001 → ap-shanghai"]);
  });

  it("is kept if the cloud refuses its deletion, and holds nothing up", () => {
    const [action] = look(left()).actions.filter((one) => one.do === "delete");
    expect(action?.refused).toMatchObject({ undeletableImageIds: ["img-left0001"] });
    expect(called(look(left(), { ...retrying, undeletableImageIds: ["img-left0001"] }))).toEqual([
      "send img-root0001 → ap-shanghai",
    ]);
  });
});
