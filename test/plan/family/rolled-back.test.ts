// The plans after a rollback: the tagged copies leave their family, and the former ones return to it.
import { describe, expect, it } from "vitest";
import { IGNORE_TAG, ROLLED_BACK_TAG } from "../../../lib/model/identity.ts";
import type { Image } from "../../../lib/model/types.ts";
import { type CopyFields, NOW, SETTLE, world } from "../../support/plan-world.ts";

const family = "golden";
const [GOOD, BAD] = ["img-root0001-ap-shanghai", "img-root0002-ap-shanghai"];
/** A copy of version `n`, in the family unless other fields are given. */
const of = (n: number, fields: CopyFields = { image: { family } }) => ({ of: `img-root000${n}`, ...fields });
/** The copy of version 2 with the rollback tag, except for these fields. */
const tagged = (image: Partial<Image> = {}) =>
  of(2, { image: { family, tags: { [ROLLED_BACK_TAG]: "golden" }, ...image } });
const OUT = { family: "", deprecated: true };

describe("the plan after the rollback tag is set", () => {
  const versions = world()
    .policy({ to: ["ap-shanghai"], copy: { family: "inherit" } })
    .version(1, { family })
    .version(2, { family })
    .sweep();
  const former = versions.copy("ap-shanghai", "ready", of(1));
  const leaves = [`modify ${BAD}: family = , deprecated = true`];

  it("takes the tagged copy out of its family and deprecates it, desired or orphaned, even with onDrift: report", () => {
    const desired = former.copy("ap-shanghai", "ready", tagged());
    expect(desired.plan().calls).toEqual(leaves);
    expect(desired.policy({ onDrift: "report" }).plan().calls).toEqual(leaves);
    const orphaned = versions.change("img-root0002", { name: "x" }).copy("ap-shanghai", "retired", tagged());
    expect(orphaned.plan().calls).toContain(leaves[0]);
  });

  it("records in a sweep that an orphaned copy is tagged, because a poll may not see the tag", () => {
    const orphaned = versions.change("img-root0002", { name: "x" });
    const isRecorded = (record: object, tags: Record<string, string>) => {
      const fields = of(2, { image: { ...OUT, tags }, record });
      const { actions } = orphaned.copy("ap-shanghai", "retired", fields).plan();
      return actions.some((one) => one.do === "record" && one.event === "refreshed");
    };
    expect(isRecorded({}, { [ROLLED_BACK_TAG]: "golden" })).toBe(true);
    expect(isRecorded({ rolledBackFrom: "golden" }, { [ROLLED_BACK_TAG]: "golden" })).toBe(false);
    expect(isRecorded({}, {})).toBe(false);
  });

  it("puts the former copy into the family if it is not in it", () => {
    const given = versions.copy("ap-shanghai", "ready", tagged(OUT)).copy("ap-shanghai", "ready", of(1, {}));
    expect(given.plan().calls).toEqual([`modify ${GOOD}: family = golden`]);
  });

  it("accepts a deprecated copy if the family cannot be emptied", () => {
    expect(former.copy("ap-shanghai", "ready", tagged({ deprecated: true })).plan().calls).toEqual([]);
  });

  it("keeps copies that are finished later or created again out of the family, and tags them", () => {
    const two = versions.policy({ to: ["ap-shanghai", "ap-beijing"] }).copy("ap-beijing", "ready", of(1));
    const later = two
      .copy("ap-shanghai", "ready", tagged(OUT))
      .copy("ap-shanghai", "ready", of(1))
      .copy("ap-beijing", "copying", of(2, { image: { state: "NORMAL" } }));
    expect(later.plan().calls).toEqual([expect.stringContaining(ROLLED_BACK_TAG)]);
    // No copy of the version is left anywhere, so the records count.
    const again = two.copy("ap-beijing", "waiting", of(2, { record: { reason: "gone", rolledBackFrom: "golden" } }));
    const requests = again.plan().sends.flatMap(({ claimRequests }) => claimRequests);
    const ofBad = requests.filter(({ copy: { rootName } }) => rootName === "golden-2");
    expect(ofBad.map(({ copy: { rolledBackFrom } }) => rolledBackFrom)).toEqual(["golden", "golden"]);
  });

  it("takes out an unfinished copy that is named and in the family already", () => {
    const named = { image: { name: "golden-2", family } };
    const given = former
      .policy({ to: ["ap-shanghai", "ap-beijing"] })
      .copy("ap-shanghai", "ready", tagged(OUT))
      .copy("ap-beijing", "finishing", of(2, named));
    expect(given.plan().calls).toContainEqual(expect.stringContaining(ROLLED_BACK_TAG));
    const next = given.copy("ap-beijing", "finishing", tagged(named.image));
    expect(next.plan().calls).toContain("modify img-root0002-ap-beijing: family = , deprecated = true");
  });

  it("completes the rollback if the source was not read or the policy is disabled", () => {
    const unread = versions.copy("ap-shanghai", "ready", tagged()).unread("ap-guangzhou", "ap-beijing");
    expect(unread.plan().calls).toEqual(leaves);
    const disabled = versions
      .policy({ enabled: false })
      .remove("img-root0001")
      .copy("ap-shanghai", "retired", tagged());
    expect(disabled.plan().calls).toEqual(leaves);
  });

  it("continues if the version is deselected before the tag is set", () => {
    const begun = { rolledBackFrom: "golden", repair: { differences: ["rollback"], tries: 0, at: NOW } };
    const given = versions
      .change("img-root0002", { tags: { [IGNORE_TAG]: "bad" } })
      .copy("ap-shanghai", "ready", of(2, { image: { family }, record: begun }));
    const first = given.plan();
    expect(first.copies[0]?.phase).toBe("retired");
    expect(given.after(first).plan().calls[0]).toContain(ROLLED_BACK_TAG);
  });

  it("retains the former version in place of the one that was rolled back", () => {
    const plan = versions
      .policy({ select: { type: "custom", name: ["golden-*"], newest: 1 } })
      .copy("ap-shanghai", "ready", tagged(OUT))
      .copy("ap-shanghai", "retired", of(1))
      .plan();
    expect(plan.desired.map(({ root }) => root.name).sort()).toEqual(["golden-1", "golden-2"]);
    expect(plan.copies.map(({ phase }) => phase)).toEqual(["ready", "ready"]);
  });

  it("counts a rollback that was just recorded, although its tag cannot be seen yet; later a missing tag undoes it", () => {
    const recorded = (updatedAt: number) =>
      versions
        .copy("ap-shanghai", "ready", of(1))
        .copy(
          "ap-shanghai",
          "ready",
          of(2, { image: { family: "" }, record: { rolledBackFrom: "golden", updatedAt } }),
        );
    expect(recorded(NOW - SETTLE + 1).plan().calls).toEqual([]);
    expect(recorded(NOW - SETTLE).plan().calls).toContain(`modify ${BAD}: family = golden`);
  });

  it("undoes the deprecation when the tag is removed", () => {
    const before = former.copy("ap-shanghai", "ready", tagged(OUT));
    const bare = former.copy("ap-shanghai", "ready", of(2, { image: OUT }));
    expect(bare.after(before.plan()).plan().calls).toEqual([`modify ${BAD}: deprecated = false`]);
  });

  it("puts the copy back into its family when the tag is removed", () => {
    expect(former.copy("ap-shanghai", "ready", of(2, {})).plan().calls).toEqual([`modify ${BAD}: family = golden`]);
  });

  it("needs no records", () => {
    const unrecorded = versions
      .copy("ap-shanghai", "ready", tagged(OUT))
      .copy("ap-shanghai", "ready", of(1, {}))
      .withoutRecords();
    expect(unrecorded.after(unrecorded.plan()).plan().calls).toEqual([`modify ${GOOD}: family = golden`]);
  });
});
