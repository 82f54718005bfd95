// A policy that starts, stops or changes encryption: the former copy is put aside, the new one gets its name.
import { describe, expect, it } from "vitest";
import { asideName } from "../../../lib/model/identity.ts";
import type { Variant } from "../../../lib/model/types.ts";
import { keyOf } from "../../support/builders.ts";
import { type CopyBlock, type CopyFields, days, world } from "../../support/plan-world.ts";

describe("a policy whose encryption changes", () => {
  const KEY = "01234567-89ab-cdef-0123-456789abcdef";
  const PLAIN = "img-root0001-ap-shanghai";
  const asideOf = (variant: Variant) => asideName({ ...keyOf("ap-shanghai"), variant }, "golden-web");
  const encrypting = world()
    .policy({ to: ["ap-shanghai"], copy: { encrypt: {} } })
    .image();
  const encrypted = { variant: "encrypted:default" } as const;
  /** A finished plain copy, from the time before the policy encrypted. */
  const former = encrypting.copy("ap-shanghai", "ready").quota("ap-shanghai", 9);
  const aside = former.change(PLAIN, { name: asideOf("plain") });

  it("renames the plain copy, creates the encrypted copy from it, and keeps it unless the policy permits its deletion", () => {
    const first = former.plan();
    expect(first.calls).toEqual([`modify ${PLAIN}: name = ${asideOf("plain")}`]);
    expect(first.recordChanges).toEqual(["ap-shanghai: waiting (freeing-name)"]);
    expect(aside.plan().calls).toEqual([`send ${PLAIN} → ap-shanghai`]);
    const both = aside.copy("ap-shanghai", "ready", encrypted).withoutAnswers().sweep();
    const later = both.after(both.plan()).at(days(30)).plan();
    expect(later.retained).toMatchObject([{ reason: { code: "not-permitted" } }]);
  });

  it("does not rename the plain copy before there is room for the encrypted copy", () => {
    const plan = former.quota("ap-shanghai", 1).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (quota)"]);
  });

  it.each<[string, CopyBlock, Variant]>([
    ["no longer encrypts", { encrypt: false }, "encrypted:default"],
    ["names another key", { encrypt: { kmsKeyId: KEY } }, "encrypted:default"],
    ["uses the key of the account", { encrypt: {} }, `encrypted:${KEY}`],
  ])("puts the former copy aside if it %s", (_, copy, variant) => {
    const changed = encrypting.policy({ copy }).copy("ap-shanghai", "ready", { variant });
    const [retired] = changed.plan().copies;
    expect(retired?.state).toBe("retired");
    const known = changed.after({ copies: retired ? [retired] : [] }).quota("ap-shanghai", 9);
    const step: CopyFields = { name: "intermediate" };
    const { calls } = (copy.encrypt ? known.copy("ap-shanghai", "ready", step) : known).plan();
    expect(calls).toEqual([`modify ${PLAIN}-enc: name = ${asideOf(variant)}`]);
  });

  it("gives a put-aside copy its name again when it is desired again", () => {
    const plan = aside
      .policy({ copy: { encrypt: false } })
      .sweep()
      .plan();
    expect(plan.calls).toEqual([`modify ${PLAIN}: name = golden-web`]);
  });

  it("does not rename an image without lineage tags", () => {
    const plan = encrypting
      .copy("ap-shanghai", "ready", { name: "intermediate" })
      .otherImage()
      .quota("ap-shanghai", 9)
      .plan();
    expect(plan.calls).toEqual([]);
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (name-taken)"]);
  });
});
