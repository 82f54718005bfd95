// Copies of another installation on the same account: used as they are, and never changed.
import { describe, expect, it } from "vitest";
import { INSTALLATION_TAG, lineageTags, tokenName } from "../../../lib/model/identity.ts";
import type { Installations } from "../../../lib/model/types.ts";
import { makePlan } from "../../../lib/plan/plan.ts";
import { ACCOUNT, BORN, image, keyOf, LAB, madeFrom } from "../../support/builders.ts";
import { callsOf, recordChangesOf } from "../../support/plan-lines.ts";
import { days, hours, minutes, type World, world } from "../../support/plan-world.ts";

const COPY = "img-root0001-ap-shanghai";
const LAPTOP = { installation: "laptop", record: "absent" } as const;
const one = world()
  .policy({ to: ["ap-shanghai"] })
  .image()
  .sweep();
/** The plan of a state that has these ids. */
const planAs = (w: World, installations: Installations, met: readonly string[] = []) =>
  makePlan({ ...w.input(), record: { ...BORN, installations, metInstallations: met } });
const codes = (reasons: readonly { code: string }[]) => reasons.map(({ code }) => code);

describe("a desired copy that another installation finished", () => {
  const plan = one.copy("ap-shanghai", "ready", LAPTOP).plan();

  it("is recorded as adopted from it, and not requested", () => {
    expect(plan.recordChanges).toEqual(["ap-shanghai: ready"]);
    expect(plan.calls).toEqual([]);
    expect(plan.copies).toMatchObject([{ imageId: COPY, adopted: true, installation: "laptop" }]);
  });

  it("is reported as of that installation", () => {
    expect(codes(plan.warnings)).toEqual(["copies-of-other"]);
    expect(plan.warnings[0]?.text).toContain("installation laptop");
    expect(plan.problems).toEqual([]);
  });

  it("satisfies a destination that the policy would block", () => {
    const large = one.policy({ maxSizeGiB: 1 }).copy("ap-shanghai", "ready", LAPTOP);
    expect(large.plan().recordChanges).toEqual(["ap-shanghai: ready"]);
  });

  const recorded = one.copy("ap-shanghai", "ready", { installation: "laptop" });

  it("is never repaired, published, shared or deprecated", () => {
    const asked = recorded
      .policy({ copy: { family: "golden", shareWith: ["100000000003"], tags: { set: { team: "web" } } } })
      .change(COPY, {
        description: "by hand",
        tags: {
          ...lineageTags(keyOf("ap-shanghai"), COPY, { ...madeFrom(image()), installation: "laptop" }),
          mine: "",
        },
      });
    expect(asked.shares(COPY, []).plan().calls).toEqual([]);
    expect(recorded.image({ deprecated: true }).plan().calls).toEqual([]);
  });

  it("is never deleted, unshared or taken out of its family once it is orphaned", () => {
    const pruning = one.policy({ prune: { delete: true, minAge: 0 } }).copy("ap-shanghai", "retired", {
      installation: "laptop",
      image: { family: "golden" },
    });
    const gone = pruning.withoutSources().users(COPY, undefined).shares(COPY, []).familyPointsTo(undefined).at(days(9));
    expect(gone.plan().calls).toEqual([]);
    expect(codes(gone.plan().retained.map(({ reason }) => reason))).toEqual(["other-installation"]);
  });

  it("is recorded again, not requested, when it is selected again", () => {
    const again = one.copy("ap-shanghai", "retired", { installation: "laptop" }).plan();
    expect(again.calls).toEqual([]);
    expect(again.copies).toMatchObject([{ phase: "ready", adopted: true, installation: "laptop" }]);
  });

  it("is requested once it is gone", () => {
    const gone = recorded.remove(COPY);
    const missing = gone.plan();
    const lost = gone.after(missing).at(minutes(5)).plan();
    expect(lost.recordChanges).toEqual(["ap-shanghai: waiting (gone)"]);
    expect(gone.after(lost).at(minutes(6)).plan().requests).toEqual(["img-root0001 → ap-shanghai"]);
  });

  it("is the image from which an encrypted copy with another name is made, and keeps its own name", () => {
    const encrypting = (copy: object) => recorded.policy({ copy: { encrypt: {}, ...copy } }).plan();
    expect(encrypting({ name: "{{name}}-2" }).sends.map(({ source }) => source.imageId)).toEqual([COPY]);
    expect(encrypting({}).calls).toEqual([]);
    expect(encrypting({}).recordChanges).toEqual(["ap-shanghai: blocked (name-taken)"]);
  });
});

describe("a desired copy that another installation is making", () => {
  const made = (age: number, fields: object = {}) =>
    one.copy("ap-shanghai", "copying", { ...LAPTOP, image: { createdAt: one.input().now - age, ...fields } });

  it.each([
    ["SYNCING", {}],
    ["NORMAL, with its temporary name", { state: "NORMAL" }],
    ["tagged without its installation, which the temporary name has", { tags: { [INSTALLATION_TAG]: "" } }],
  ])("is waited for: %s", (_, fields) => {
    const plan = made(minutes(30), fields).plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: waiting (other-copying)"]);
    expect(plan.calls).toEqual([]);
  });

  it("needs manual action after stuckAfter, and both ways out are named", () => {
    const plan = made(hours(2)).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (other-unfinished)"]);
    const [copy] = plan.copies;
    expect(copy?.phase === "blocked" && copy.reason.remedy).toContain("--take-over laptop");
  });

  it("does not end the doubt about a request of ours", () => {
    const doubtful = made(0).copy("ap-shanghai", "requested");
    expect(doubtful.plan().recordChanges).toEqual([]);
  });

  it("is not asked for again after it has failed there, and its image stays", () => {
    const plan = one.copy("ap-shanghai", "copying", { ...LAPTOP, image: { state: "CREATEFAILED" } }).plan();
    expect(plan.calls).toEqual(["send img-root0001 → ap-shanghai"]);
    const retrying = one
      .otherImage({
        imageId: "img-left0001",
        name: tokenName(keyOf("ap-shanghai"), "golden-web", 1, "laptop"),
        state: "CREATEFAILED",
      })
      .copy("ap-shanghai", "retrying", { record: { claimCount: 2 } });
    expect(retrying.plan().calls).toEqual(["send img-root0001 → ap-shanghai"]);
  });
});

describe("copies that no policy here desires", () => {
  const elsewhere = world()
    .policy({ to: ["ap-beijing"], prune: { delete: true, minAge: 0 } })
    .image()
    .copy("ap-beijing", "ready")
    .sweep();

  it("are no case if another installation made them, finished or not", () => {
    for (const stage of ["ready", "copying"] as const) {
      const plan = elsewhere.copy("ap-shanghai", stage, LAPTOP).plan();
      expect(plan.actions).toEqual([]);
      expect(plan.problems).toEqual([]);
    }
  });

  it("are no sources, whichever installation made them", () => {
    const selecting = elsewhere.policy({ from: ["ap-guangzhou", "ap-shanghai"] });
    const plan = selecting.copy("ap-shanghai", "ready", LAPTOP).plan();
    expect(plan.calls).toEqual([]);
    expect(codes(plan.notSelected().map(({ reason }) => reason))).toEqual(["is-a-copy"]);
  });

  it("are left alone if their marks name no installation", () => {
    const { [INSTALLATION_TAG]: _, ...tags } = lineageTags(keyOf("ap-shanghai"), COPY, madeFrom(image()));
    const unknown = elsewhere.otherImage({ imageId: COPY, tags });
    expect(unknown.plan().actions).toEqual([]);
    const desired = one.otherImage({ imageId: COPY, tags }).plan();
    expect(desired.calls).toEqual([]);
    expect(desired.copies).toMatchObject([{ adopted: true, installation: "?" }]);
  });
});

describe("who made a copy", () => {
  it("is decided by its mark, whatever the record says", () => {
    const ours = one.copy("ap-shanghai", "ready");
    const theirs = ours.copy("ap-shanghai", "ready", { installation: "laptop" });
    const plan = makePlan({ ...theirs.input(), copies: ours.input().copies });
    expect(recordChangesOf(plan)).toEqual(["ap-shanghai: ready"]);
    expect(plan.copies).toMatchObject([{ adopted: true, installation: "laptop" }]);
    expect(callsOf(plan)).toEqual([]);
  });

  it("stays as recorded if the tag was removed by hand: ours is repaired, another's is not", () => {
    const untagged = (w: World) => {
      const { [INSTALLATION_TAG]: _, ...tags } =
        w.input().observation.regions.get("ap-shanghai")?.images.get(COPY)?.tags ?? {};
      return w.change(COPY, { tags }).plan();
    };
    expect(untagged(one.copy("ap-shanghai", "ready")).calls).toEqual([`tag ${COPY}: ${INSTALLATION_TAG}`]);
    const theirs = untagged(one.copy("ap-shanghai", "ready", { installation: "laptop" }));
    expect([theirs.calls, theirs.recordChanges]).toEqual([[], []]);
  });

  it("is this installation after it took over the id, and nothing is tagged again", () => {
    const taken = one.copy("ap-shanghai", "ready", { installation: "laptop" });
    const plan = planAs(taken, ["laptop", LAB]);
    expect(plan.copies).toMatchObject([{ phase: "ready", adopted: false }]);
    expect(plan.copies[0]).not.toHaveProperty("installation");
    const next = planAs(taken.after(plan), ["laptop", LAB]);
    expect([next.actions, next.warnings]).toEqual([[], []]);
    // Nor what was made under the earlier id.
    expect(planAs(one.copy("ap-shanghai", "ready"), ["laptop", LAB]).actions).toEqual([]);
  });

  it("is this installation, if two have made the same copy, and the other is reported", () => {
    const twice = one.copy("ap-shanghai", "copying", { record: "absent" }).otherImage({
      imageId: "img-theirs01",
      tags: lineageTags(keyOf("ap-shanghai"), "img-theirs01", { ...madeFrom(image()), installation: "laptop" }),
    });
    const plan = twice.plan();
    expect(plan.copies).toMatchObject([{ phase: "copying", imageId: COPY }]);
    expect(codes(plan.problems)).toEqual(["duplicate"]);
  });

  it("is in the token, between hash and number, with 60 characters at most", () => {
    const token = tokenName(keyOf("ap-shanghai"), "golden-web".repeat(6), 999_999_999, "abcdefghijkl");
    expect(token).toMatch(/^golden-webg--copying-[0-9a-f]{16}-abcdefghijkl-999999999$/);
    expect(token).toHaveLength(60);
    const [request] = one.plan().sends;
    expect(request?.token).toContain(`-${LAB}-1`);
  });
});

describe("the guard", () => {
  it("drops the repair of a copy whose mark names another installation, though its record says ours", () => {
    const image = { description: "by hand" };
    const ours = one.copy("ap-shanghai", "ready", { image }).sweep();
    expect(ours.plan().calls).toHaveLength(1);
    const theirs = ours.copy("ap-shanghai", "ready", { image, installation: "laptop" });
    expect(callsOf(makePlan({ ...theirs.input(), copies: ours.input().copies }))).toEqual([]);
  });
});

describe("an empty state that met copies", () => {
  const met = one.copy("ap-shanghai", "ready", LAPTOP);

  it("reports each installation that it met, with both ways to take over its id", () => {
    const [problem] = planAs(met, [LAB], ["laptop", "other"]).problems;
    expect(problem?.code).toBe("met-installation");
    expect(problem?.text).toContain("1 copy of installation laptop");
    expect(problem?.remedy).toContain(
      "REPLICATOR_INSTALLATION=laptop, or run cvm-replicator rebuild --take-over laptop",
    );
  });

  it("reports nothing once the id is its own, or its copies are gone", () => {
    expect(planAs(met, ["laptop", LAB], ["laptop"]).problems).toEqual([]);
    expect(planAs(one, [LAB], ["laptop"]).problems).toEqual([]);
  });

  it("does not report the unfinished copies of others as unidentified", () => {
    const unfinished = one.copy("ap-shanghai", "finishing", { ...LAPTOP, lineage: false }).withoutSources();
    expect(unfinished.plan().problems).toEqual([]);
    const own = one.copy("ap-shanghai", "finishing", { record: "absent", lineage: false }).withoutSources();
    expect(codes(own.plan().problems)).toEqual(["unknown-copy"]);
    expect(own.input().observation.account).toBe(ACCOUNT);
  });
});
