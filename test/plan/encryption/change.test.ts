// A policy that starts, stops or changes encryption: the former copy is put aside, the new one gets its name.
import { describe, expect, it } from "vitest";
import { asideName } from "../../../lib/model/identity.ts";
import type { Variant } from "../../../lib/model/types.ts";
import { keyOf } from "../../support/builders.ts";
import { type CopyBlock, type CopyFields, days, NOW, world } from "../../support/plan-world.ts";

describe("a policy whose encryption changes", () => {
  const KEY = "01234567-89ab-cdef-0123-456789abcdef";
  const PLAIN = "img-root0001-ap-shanghai";
  const asideOf = (variant: Variant) => asideName({ ...keyOf("ap-shanghai"), variant }, "golden-web");
  const encrypting = world()
    .policy({ to: ["ap-shanghai"], copy: { encrypt: {} } })
    .image();
  const encrypted = { variant: "encrypted:default" } as const;
  /** A finished plain copy, from the time before the policy encrypted. */
  const former = encrypting.copy("ap-shanghai", "ready").quota("ap-shanghai", 9).shares(PLAIN, []);
  const aside = former.change(PLAIN, { name: asideOf("plain") });

  it("creates the encrypted copy from the plain one, which keeps the name until then", () => {
    expect(former.plan().calls).toEqual([`send ${PLAIN} → ap-shanghai`]);
    const finished = former.copy("ap-shanghai", "finishing", encrypted);
    expect(finished.plan().calls).toEqual([`modify ${PLAIN}: name = ${asideOf("plain")}`]);
    const freed = finished.after(finished.plan()).change(PLAIN, { name: asideOf("plain") });
    expect(freed.plan().calls).toEqual([`modify ${PLAIN}-enc: name = golden-web, description = a golden image`]);
    const both = aside.copy("ap-shanghai", "ready", encrypted).withoutAnswers().sweep();
    const later = both.after(both.plan()).at(days(30)).plan();
    expect(later.retained).toMatchObject([{ reason: { code: "not-permitted" } }]);
  });

  it("waits to rename the plain copy while that is the source of another copy", () => {
    const plan = former.change(PLAIN, { state: "SYNCING" }).copy("ap-shanghai", "finishing", encrypted).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.waits).toMatchObject([{ reason: { code: "image-busy" } }]);
  });

  it("makes no encrypted copy if the plain one is shared, and so cannot give up its name", () => {
    const shared = former.withoutAnswers().quota("ap-shanghai", 9).shares(PLAIN, ["100000000009"]).plan();
    expect(shared.calls).toEqual([]);
    expect(shared.recordChanges).toEqual(["ap-shanghai: blocked (name-taken)"]);
    expect(shared.copies.at(-1)).toMatchObject({ reason: { text: expect.stringContaining("100000000009") as string } });
  });

  it.each<[string, CopyBlock, Variant]>([
    ["no longer encrypts", { encrypt: false }, "encrypted:default"],
    ["names another key", { encrypt: { kmsKeyId: KEY } }, "encrypted:default"],
    ["uses the key of the account", { encrypt: {} }, `encrypted:${KEY}`],
  ])("puts the former copy aside for the finished one if it %s", (_, copy, variant) => {
    const now: CopyFields = copy.encrypt ? { variant: `encrypted:${copy.encrypt.kmsKeyId ?? "default"}` } : {};
    const changed = encrypting
      .policy({ copy })
      .copy("ap-shanghai", "retired", { variant, image: { imageId: "img-old" } });
    const { calls } = changed.copy("ap-shanghai", "finishing", now).shares("img-old", []).plan();
    const modified = calls.filter((call) => call.startsWith("modify"));
    expect(modified).toEqual([`modify img-old: name = ${asideOf(variant)}`]);
  });

  it("gives a put-aside copy its name again when it is desired again", () => {
    const plan = aside
      .policy({ copy: { encrypt: false } })
      .sweep()
      .plan();
    expect(plan.calls).toEqual([`modify ${PLAIN}: name = golden-web`]);
  });

  it("puts the other copy aside for it only once the policy has run alone for some time", () => {
    const both = aside
      .policy({ copy: { encrypt: false } })
      .copy("ap-shanghai", "retired", { ...encrypted, name: "final" })
      .sweep();
    expect(both.plan().calls).toEqual([`modify ${PLAIN}-enc: name = ${asideOf("encrypted:default")}`]);
    const brake = { since: NOW, until: NOW + days(1), isUnconfirmed: false };
    const plan = both.option({ brake }).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.waits).toMatchObject([{ reason: { code: "policy-too-new" } }]);
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
