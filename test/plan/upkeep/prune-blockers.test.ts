// Every reason why an orphaned copy is retained, although its policy prunes.
import { describe, expect, it } from "vitest";
import { IGNORE_TAG, lineageTags, tokenName } from "../../../lib/model/identity.ts";
import { CLOCK_SKEW } from "../../../lib/model/time.ts";
import { MOST_DELETIONS } from "../../../lib/plan/guards/deletion-budget.ts";
import { image, keyOf, LAB, madeFrom } from "../../support/builders.ts";
import {
  hours,
  NOW,
  type PolicyFields,
  type RecordFields,
  SETTLE,
  UNANSWERED,
  type World,
  world,
} from "../../support/plan-world.ts";

const [LISTED, UNLISTED] = ["100000000003", "100000000004"];
const COPY = "img-root0001-ap-shanghai";
const PRUNING: PolicyFields = {
  to: ["ap-shanghai"],
  copy: { shareWith: [LISTED] },
  prune: { minAge: hours(1), delete: true, last: true, shared: "delete" },
};
/** A copy that every check permits to delete, except for these fields of its record. */
const recorded = (record: RecordFields) =>
  world()
    .policy(PRUNING)
    .image({ tags: { [IGNORE_TAG]: "bad" } })
    .copy("ap-shanghai", "retired", {
      image: { deprecated: true },
      record: { since: NOW - hours(2), reason: "recalled", deprecatedByUs: true, ...record },
    })
    .sweep()
    .users(COPY, undefined)
    .shares(COPY, []);
const orphaned = recorded({});
/** A recalled copy stays in its family for other reasons, so the source of this one is gone. */
const inFamily = orphaned.withoutSources().change(COPY, { family: "golden" });
const key = keyOf("ap-shanghai");
/** A stuck copy that was made from the orphaned one. */
const stuckFrom = (fields: { readonly state: "SYNCING" | "NORMAL" }) =>
  orphaned
    .image({ imageId: "img-root0002" })
    .remove("img-root0002")
    .copy("ap-beijing", "stuck", {
      image: fields,
      record: { claim: { parent: { region: "ap-shanghai", imageId: COPY } } },
    });
/** An image without a record, whose tags say that it was made from the orphaned copy. */
const taggedFrom = (fields: { readonly state: "SYNCING" | "CREATEFAILED" }) =>
  orphaned
    .image({ imageId: "img-root0002" })
    .remove("img-root0002")
    .otherImage({
      region: "ap-beijing",
      imageId: "img-renamed",
      name: "by-hand",
      tags: lineageTags({ ...key, rootId: "img-root0002", region: "ap-beijing" }, "img-renamed", {
        ...madeFrom(image()),
        parent: { region: "ap-shanghai", imageId: COPY },
      }),
      ...fields,
    });
/** An unfinished image that shows no parent, because another user removed its tags. */
const untagged = (rootId = key.rootId) =>
  orphaned.otherImage({
    region: "ap-shanghai",
    imageId: "img-untagged",
    name: tokenName({ ...key, rootId, variant: "encrypted:default" }, "golden-web", 1, LAB),
    state: "SYNCING",
  });

describe("an orphaned copy", () => {
  it.each<[code: string, because: string, World]>([
    ["policy-gone", "its policy is no longer in the file", orphaned.policies()],
    ["policy-gone", "its policy is unknown", recorded({ policy: "" })],
    ["policy-disabled", "its policy is disabled", orphaned.policy({ enabled: false })],
    ["not-permitted", "its policy does not permit it", orphaned.policies({})],
    [
      "not-permitted",
      "another policy that selects the source apart from its recall forbids it",
      orphaned.policy({ name: "other", to: ["ap-beijing"] }),
    ],
    [
      "not-permitted",
      "another policy may have selected the source, which is gone",
      orphaned.withoutSources().policy({ name: "other", to: ["ap-shanghai"] }),
    ],
    ["too-recent", "it was orphaned a short time ago", recorded({ since: NOW - hours(1) + 1 })],
    [
      "too-recent",
      "another policy that selects its source has a higher prune.minAge",
      orphaned.policy({
        ...PRUNING,
        name: "other",
        to: ["ap-beijing"],
        prune: { minAge: hours(9), delete: true, last: true },
      }),
    ],
    [
      "too-recent",
      "another process may still see it as selected",
      recorded({ since: NOW - SETTLE - CLOCK_SKEW + 1 }).policy({ prune: { minAge: 0 } }),
    ],
    [
      "unread",
      "not every source region of a policy was read",
      orphaned.policy({ name: "other", from: ["ap-tokyo"] }).unread("ap-tokyo"),
    ],
    ["no-lineage", "it has no lineage tags", orphaned.change(COPY, { tags: {} })],
    [
      "no-lineage",
      "its lineage tags were copied from another image",
      orphaned.change(COPY, { tags: lineageTags(key, "img-another1", madeFrom(image())) }),
    ],
    [
      "no-lineage",
      "its lineage tags name another source",
      orphaned.change(COPY, { tags: lineageTags({ ...key, rootId: "img-else" }, COPY, madeFrom(image())) }),
    ],
    ["unfinished", "it is not NORMAL", orphaned.change(COPY, { state: "SYNCING" })],
    [
      "unfinished",
      "it still has its temporary name",
      orphaned.change(COPY, { name: tokenName(key, "golden-web", 1, LAB) }),
    ],
    ["adopted", "it was adopted", recorded({ adopted: true })],
    [
      "is-parent",
      "a copy is being made from it",
      orphaned
        .image({ imageId: "img-root0002" })
        .remove("img-root0002")
        .copy("ap-beijing", "copying", { record: { claim: { parent: { region: "ap-shanghai", imageId: COPY } } } }),
    ],
    ["is-parent", "a stuck copy may still be made from it", stuckFrom({ state: "SYNCING" })],
    [
      "is-parent",
      "a copy that was renamed by hand, and is not recorded after a loss of the state, is being made from it",
      taggedFrom({ state: "SYNCING" }),
    ],
    ["is-parent", "an unfinished image without tags may be made from it", untagged()],
    ["in-use", "it is in use", orphaned.users(COPY, "instance ins-1")],
    ["unanswered-UnauthorizedOperation", "its users cannot be read", orphaned.users(COPY, UNANSWERED)],
    ["family-points-here", "a family points to it", inFamily.familyPointsTo(COPY)],
    ["unanswered-UnauthorizedOperation", "the image of its family cannot be read", inFamily.familyPointsTo(UNANSWERED)],
    [
      "shared-outside",
      "it is shared with an account that its policy does not list",
      orphaned.shares(COPY, [LISTED, UNLISTED]),
    ],
    ["unanswered-UnauthorizedOperation", "its shares cannot be read", orphaned.shares(COPY, UNANSWERED)],
    ["enough-deleted", "the run has reached its limit of deletions", orphaned.deletedBefore(MOST_DELETIONS)],
  ])("is kept (%s) because %s", (code, _, given) => {
    const plan = given.plan();
    expect(plan.calls.filter((call) => call.includes(COPY))).toEqual([]);
    expect(plan.retained.map(({ image: { imageId }, reason }) => [imageId, reason.code])).toEqual([[COPY, code]]);
  });

  it("is deleted although a stuck copy was made from it, once that is NORMAL", () => {
    expect(stuckFrom({ state: "NORMAL" }).plan().calls).toContain(`delete ${COPY}`);
  });

  it("is deleted although an unfinished image of another source has no tags", () => {
    expect(untagged("img-other").plan().calls).toContain(`delete ${COPY}`);
  });

  it("is deleted although the image of a failed attempt, which the cloud does not delete, was made from it", () => {
    expect(taggedFrom({ state: "CREATEFAILED" }).plan().calls).toContain(`delete ${COPY}`);
  });
});
