// Several policies that ask for the same copy: merged, or blocked if they disagree.
import { describe, expect, it } from "vitest";
import type { Policy } from "../../lib/model/policy.ts";
import {
  answered,
  called,
  copySettings,
  image,
  made,
  noted,
  observation,
  planOf,
  policy,
} from "../support/builders.ts";

const SHANGHAI = "ap-shanghai";
const [FRIEND, OTHER] = ["100000000003", "100000000004"];
const root = image({ family: "golden" });
const one = (name: string, fields: Partial<Policy> = {}, copy: Parameters<typeof copySettings>[0] = {}) =>
  policy({ name, to: [SHANGHAI], copy: copySettings(copy), ...fields });
const planned = (...policies: Policy[]) => planOf({ policies, observation: observation([root]) });
const desiredCopyOf = (...policies: Policy[]) => {
  const [desired] = planned(...policies).desiredCopies.values();
  if (!desired) throw new Error("no desired copy");
  return desired;
};
const tags = (set: Record<string, string>) => ({ tags: { inherit: true, set } });

describe("a copy that two policies ask for", () => {
  it("is one copy, created once, with the names of both policies", () => {
    const plan = planned(one("a"), one("b"));
    expect(called(plan)).toEqual(["send img-root0001 → ap-shanghai"]);
    expect(desiredCopyOf(one("a"), one("b"))).toMatchObject({ policies: ["a", "b"], policy: { name: "a" } });
    expect(desiredCopyOf(one("a"), one("b"), one("a"))).toMatchObject({ policies: ["a", "b"] });
  });

  it("has the tags and shares of both", () => {
    const a = one("a", {}, { ...tags({ env: "prod", team: "web" }), shareWith: [FRIEND] });
    const b = one("b", {}, { ...tags({ env: "prod", cost: "7" }), shareWith: [OTHER, FRIEND] });
    expect(desiredCopyOf(a, b)).toMatchObject({
      settings: { tags: { env: "prod", team: "web", cost: "7" } },
      publication: { shareWith: [FRIEND, OTHER] },
    });
  });

  it("has the family that only one policy names, and is published together if one policy says so", () => {
    const publish = { publish: "together" } as const;
    expect(desiredCopyOf(one("a"), one("b", {}, { family: "web", ...publish })).publication).toEqual({
      family: "web",
      shareWith: [],
      publishTogether: true,
    });
  });

  it.each<[string, Parameters<typeof copySettings>[0], Parameters<typeof copySettings>[0], string]>([
    ["names", { name: "{{name}}-a" }, { name: "{{name}}-b" }, 'name "golden-web-a" and "golden-web-b"'],
    ["families", { family: "inherit" }, { family: "web" }, 'family "golden" and "web"'],
    ["descriptions", { description: "x" }, {}, 'description "x" and "a golden image"'],
    ["values of one tag", tags({ env: "prod" }), tags({ env: "dr" }), 'tag env "prod" and "dr"'],
  ])("is blocked if they give it two %s, and the reason names both policies", (_, a, b, what) => {
    const plan = planned(one("a", {}, a), one("b", {}, b));
    expect(noted(plan)).toEqual(["ap-shanghai: blocked (contradiction)"]);
    expect(called(plan)).toEqual([]);
    expect(plan.copies[0]).toMatchObject({
      reason: { text: `the policies a and b disagree about this copy: ${what}` },
    });
  });

  it("is blocked by all differences between two policies, even if a third agrees with one of them", () => {
    const plan = planned(one("a", {}, { name: "x" }), one("b"), one("c", {}, { name: "x", ...tags({ env: "dr" }) }));
    expect(plan.copies[0]).toMatchObject({ state: "blocked", reason: { code: "contradiction" } });
    const both = planned(one("a", {}, { name: "x", family: "f" }), one("b", {}, { family: "g" }));
    expect(both.copies[0]).toMatchObject({
      reason: {
        text: 'the policies a and b disagree about this copy: name "x" and "golden-web"; family "f" and "g"',
      },
    });
  });

  it("is created if one policy permits it, with the limits of that policy", () => {
    const strict = one("strict", { maxSizeGiB: 10, attempts: 1 });
    const easy = one("easy", { attempts: 7 });
    for (const policies of [
      [strict, easy],
      [easy, strict],
    ]) {
      expect(called(planned(...policies))).toEqual(["send img-root0001 → ap-shanghai"]);
      expect(desiredCopyOf(...policies).policy).toMatchObject({ name: "easy", attempts: 7 });
    }
    expect(desiredCopyOf(one("first", { attempts: 3 }), easy).policy.name).toBe("first");
    expect(noted(planned(strict, one("small", { maxSizeGiB: 5 })))).toEqual(["ap-shanghai: blocked (too-large)"]);
  });

  it("stays as it is if it is finished already and the policies contradict each other", () => {
    const there = made(root, SHANGHAI, { image: { description: "changed by hand" } });
    const plan = planOf({
      policies: [one("golden", {}, { family: "a" }), one("b", {}, { family: "b" })],
      copies: [there.copy],
      observation: observation([root, there.image]),
      sweep: true,
    });
    expect(plan.actions).toEqual([]);
  });

  it("is orphaned only if neither policy asks for it", () => {
    const there = made(root, SHANGHAI, { policy: "a" });
    const look = (...policies: Policy[]) =>
      noted(planOf({ policies, copies: [there.copy], observation: observation([root, there.image]) }));
    expect(look(one("b"))).toEqual([]);
    expect(look(one("b", { to: ["ap-beijing"] }))).toContain("ap-shanghai: retired (deselected)");
  });
});

describe("a plain copy that one policy asks for directly and another only as an intermediate", () => {
  const encrypting = one("secret", {}, { encrypt: {}, name: "{{name}}-secret" });
  const plain = one("plain", {}, { family: "inherit", shareWith: [FRIEND] });

  it.each([
    ["first", [encrypting, plain]],
    ["last", [plain, encrypting]],
  ])("is a direct copy, even if the encrypting policy comes %s", (_, policies) => {
    const desired = [...planned(...policies).desiredCopies.values()].find(({ key }) => key.variant === "plain");
    expect(desired).toMatchObject({
      settings: { name: "golden-web" },
      publication: { family: "golden", shareWith: [FRIEND] },
      policy: { name: "plain" },
    });
    expect(desired?.policies.toSorted()).toEqual(["plain", "secret"]);
    expect(desired?.intermediate).toBeUndefined();
  });

  it("is the source of the encrypted copy, and is kept", () => {
    const step = made(root, SHANGHAI, { image: { family: "golden" }, policy: "plain" });
    const { imageId, region } = step.image;
    const answers = answered([{ ask: "shares", region, imageId }, [FRIEND]]);
    const plan = (more: readonly ReturnType<typeof made>[]) =>
      planOf({
        policies: [plain, encrypting],
        copies: [step, ...more].map(({ copy }) => copy),
        observation: observation([root, step.image, ...more.map((m) => m.image)]),
        answers,
        sweep: true,
      });
    expect(called(plan([]))).toEqual([`send ${imageId} → ap-shanghai`]);
    const secret = made(
      root,
      SHANGHAI,
      { image: { name: "golden-web-secret" }, policy: "secret" },
      "encrypted:default",
    );
    expect(plan([secret]).actions).toEqual([]);
  });
});
