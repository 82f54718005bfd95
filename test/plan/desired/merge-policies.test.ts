// Several policies that ask for the same copy: merged, or blocked if they disagree.
import { describe, expect, it } from "vitest";
import { type CopyBlock, type PolicyFields, world } from "../../support/plan-world.ts";

const [FRIEND, OTHER] = ["100000000003", "100000000004"];
const source = world().image({ family: "golden" });
/** A policy of this name that copies to ap-shanghai. */
const one = (name: string, copy: CopyBlock = {}, fields: PolicyFields = {}): PolicyFields => ({
  name,
  to: ["ap-shanghai"],
  copy,
  ...fields,
});
const planned = (...policies: PolicyFields[]) => source.policies(...policies).plan();
const tags = (set: Record<string, string>) => ({ tags: { set } });
const REQUEST = ["send img-root0001 → ap-shanghai"];

describe("a copy that two policies ask for", () => {
  it("is one copy, created once, with the names of both policies", () => {
    const plan = planned(one("a"), one("b"));
    expect(plan.calls).toEqual(REQUEST);
    expect(plan.desired[0]).toMatchObject({ policies: ["a", "b"], policy: { name: "a" } });
    expect(planned(one("a"), one("b"), one("a")).desired[0]).toMatchObject({ policies: ["a", "b"] });
  });

  it("has the tags and shares of both", () => {
    const a = one("a", { ...tags({ env: "prod", team: "web" }), shareWith: [FRIEND] });
    const b = one("b", { ...tags({ env: "prod", cost: "7" }), shareWith: [OTHER, FRIEND] });
    expect(planned(a, b).desired[0]).toMatchObject({
      settings: { tags: { env: "prod", team: "web", cost: "7" } },
      publication: { shareWith: [FRIEND, OTHER] },
    });
  });

  it("has the family that only one policy names, and is published together if one policy says so", () => {
    const plan = planned(one("a"), one("b", { family: "web", publish: "together" }));
    expect(plan.desired[0]?.publication).toEqual({ family: "web", shareWith: [], publishTogether: true });
  });

  it.each<[string, CopyBlock, CopyBlock, string]>([
    ["names", { name: "{{name}}-a" }, { name: "{{name}}-b" }, 'name "golden-web-a" and "golden-web-b"'],
    ["families", { family: "inherit" }, { family: "web" }, 'family "golden" and "web"'],
    ["descriptions", { description: "x" }, {}, 'description "x" and "a golden image"'],
    ["values of one tag", tags({ env: "prod" }), tags({ env: "dr" }), 'tag env "prod" and "dr"'],
  ])("is blocked if they give it two %s, and the reason names both policies", (_, a, b, what) => {
    const plan = planned(one("a", a), one("b", b));
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (contradiction)"]);
    expect(plan.calls).toEqual([]);
    expect(plan.copies[0]).toMatchObject({
      reason: { text: `the policies a and b disagree about this copy: ${what}` },
    });
  });

  it("is blocked by all differences between two policies, even if a third agrees with one of them", () => {
    const plan = planned(one("a", { name: "x" }), one("b"), one("c", { name: "x", ...tags({ env: "dr" }) }));
    expect(plan.copies[0]).toMatchObject({ phase: "blocked", reason: { code: "contradiction" } });
    const both = planned(one("a", { name: "x", family: "f" }), one("b", { family: "g" }));
    expect(both.copies[0]).toMatchObject({
      reason: {
        text: 'the policies a and b disagree about this copy: name "x" and "golden-web"; family "f" and "g"',
      },
    });
  });

  it("is created if one policy permits it, with the limits of that policy", () => {
    const strict = one("strict", {}, { maxSizeGiB: 10, attempts: 1 });
    const easy = one("easy", {}, { attempts: 7 });
    for (const policies of [
      [strict, easy],
      [easy, strict],
    ]) {
      const plan = planned(...policies);
      expect(plan.calls).toEqual(REQUEST);
      expect(plan.desired[0]?.policy).toMatchObject({ name: "easy", attempts: 7 });
    }
    expect(planned(one("first", {}, { attempts: 3 }), easy).desired[0]?.policy.name).toBe("first");
    const blocked = planned(strict, one("small", {}, { maxSizeGiB: 5 }));
    expect(blocked.recordChanges).toEqual(["ap-shanghai: blocked (too-large)"]);
  });

  it("stays as it is if it is finished already and the policies contradict each other", () => {
    const plan = source
      .policies(one("golden", { family: "a" }), one("b", { family: "b" }))
      .copy("ap-shanghai", "ready", { image: { description: "changed by hand" } })
      .sweep()
      .plan();
    expect(plan.actions).toEqual([]);
  });

  it("is orphaned only if neither policy asks for it", () => {
    const ready = source.copy("ap-shanghai", "ready", { policy: "a" });
    expect(ready.policies(one("b")).plan().recordChanges).toEqual([]);
    const elsewhere = ready.policies(one("b", {}, { to: ["ap-beijing"] }));
    expect(elsewhere.plan().recordChanges).toContain("ap-shanghai: retired (deselected)");
  });
});

describe("a plain copy that one policy asks for directly and another only as an intermediate", () => {
  const encrypting = one("secret", { encrypt: {}, name: "{{name}}-secret" });
  const plain = one("plain", { family: "inherit", shareWith: [FRIEND] });

  it.each([
    ["first", [encrypting, plain]],
    ["last", [plain, encrypting]],
  ])("is a direct copy, even if the encrypting policy comes %s", (_, policies) => {
    const desired = planned(...policies).desired.find(({ key }) => key.variant === "plain");
    expect(desired).toMatchObject({
      settings: { name: "golden-web" },
      publication: { family: "golden", shareWith: [FRIEND] },
      policy: { name: "plain" },
    });
    expect(desired?.policies.toSorted()).toEqual(["plain", "secret"]);
    expect(desired?.intermediate).toBeUndefined();
  });

  it("is the source of the encrypted copy, and is kept", () => {
    const ready = source
      .policies(plain, encrypting)
      .copy("ap-shanghai", "ready", { policy: "plain", image: { family: "golden" } })
      .shares("img-root0001-ap-shanghai", [FRIEND])
      .sweep();
    expect(ready.plan().calls).toEqual(["send img-root0001-ap-shanghai → ap-shanghai"]);
    const secret = { variant: "encrypted:default", policy: "secret", image: { name: "golden-web-secret" } } as const;
    expect(ready.copy("ap-shanghai", "ready", secret).plan().actions).toEqual([]);
  });
});
