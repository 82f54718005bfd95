// A plain copy that one policy asks for and another one encrypts: it is no intermediate copy that may be deleted.
import { describe, expect, it } from "vitest";
import type { Given } from "../../../lib/model/types.ts";
import { days, type PolicyFields, type World, world } from "../../support/plan-world.ts";

const FRIEND = "100000000003";
const PLAIN = "img-root0001-ap-shanghai";
const encrypted = { variant: "encrypted:default", policy: "secret", image: { name: "golden-web-secret" } } as const;
const secret: PolicyFields = {
  name: "secret",
  to: ["ap-shanghai"],
  copy: { encrypt: {}, name: "{{name}}-secret" },
  prune: { minAge: 0, delete: true, last: true },
};
const direct: PolicyFields = { name: "direct", to: ["ap-shanghai"], copy: { shareWith: [FRIEND], family: "golden" } };
/** The copy is finished, but its policy would not request it today. */
const blocked: PolicyFields = { ...direct, maxSizeGiB: 1 };
const none = { type: "custom", name: ["other-*"] } as const;

const given: Given = { accounts: [FRIEND], tags: {}, families: ["golden"] };
const published = { image: { family: "golden" }, policy: "direct", record: { given: { direct: given } } } as const;
const asked = (one: World) =>
  one.shares(PLAIN, [FRIEND]).users(PLAIN, undefined).familyPointsTo(PLAIN).quota("ap-shanghai", 9).sweep();
const changes = (calls: readonly string[]) => calls.filter((call) => call.includes(PLAIN) && !call.startsWith("send "));

/** Applies the records of the plan again and again, for a month; collects the calls on the plain copy. */
function month(begin: World): { readonly calls: readonly string[]; readonly end: World } {
  let now = begin;
  const calls: string[] = [];
  for (const day of [0, 1, 2, 30]) {
    const plan = now.at(days(day)).plan();
    calls.push(...changes(plan.calls));
    now = now.after(plan);
  }
  return { calls, end: now };
}

describe.each<[string, PolicyFields]>([
  ["permits it", direct],
  ["blocks it by now", blocked],
])("a finished plain copy whose policy %s, and that another policy encrypts", (_, own) => {
  const orders: readonly (readonly PolicyFields[])[] = [
    [own, secret],
    [secret, own],
  ];

  it.each(orders.map((policies) => [policies.map(({ name }) => name).join(" before "), policies] as const))(
    "keeps its name, family and shares, before and after it is encrypted: %s",
    (_, policies) => {
      const before = world()
        .policies(...policies)
        .image({ family: "golden" })
        .copy("ap-shanghai", "ready", published);
      expect(month(asked(before)).calls).toEqual([]);
      const after = before.copy("ap-shanghai", "ready", encrypted);
      const { calls, end } = month(asked(after));
      expect(calls).toEqual([]);
      expect(end.plan().copies.map(({ phase }) => phase)).toEqual(["ready", "ready"]);
    },
  );

  it("is not deleted as an intermediate copy, although it has the name of one, when no policy selects it any more", () => {
    const named = { policy: "direct", name: "intermediate", record: { desiredDirectly: true } } as const;
    const before = world().policies(own, secret).image().copy("ap-shanghai", "ready", named);
    const kept = asked(before).plan();
    expect(kept.copies.find(({ key }) => key.variant === "plain")).toMatchObject({ desiredDirectly: true });
    const later = asked(before.after(kept).copy("ap-shanghai", "ready", encrypted))
      .shares(PLAIN, [])
      .policies({ ...own, select: none }, { ...secret, select: none });
    const { calls, end } = month(later);
    expect(calls.filter((call) => call.startsWith("delete"))).toEqual([]);
    expect(end.plan().copies.find(({ key }) => key.variant === "plain")).toMatchObject({
      phase: "retired",
      reason: { code: "deselected" },
      desiredDirectly: true,
    });
  });
});

describe("a copy that was finished for its own policy, which is gone", () => {
  it("is encrypted, and is not deleted after that without the permission of the policy that remains", () => {
    const keeping = { ...secret, prune: { delete: false } };
    const alone = world().policies(keeping).image().copy("ap-shanghai", "ready", { policy: "secret" });
    expect(asked(alone).plan().calls).toEqual([`send ${PLAIN} → ap-shanghai`]);
    const { calls, end } = month(asked(alone.copy("ap-shanghai", "ready", encrypted)));
    expect(calls).toEqual([]);
    expect(end.plan().retained).toMatchObject([{ image: { imageId: PLAIN }, reason: { code: "not-permitted" } }]);
  });
});
