// The chain to an encrypted copy: a plain intermediate copy, then the encrypted copy from it.
import { describe, expect, it } from "vitest";
import { intermediateName } from "../../../lib/model/identity.ts";
import { keyOf } from "../../support/builders.ts";
import { type CopyBlock, NOW, world } from "../../support/plan-world.ts";

const PLAIN = "img-root0001-ap-shanghai";
const KEY = "01234567-89ab-cdef-0123-456789abcdef";
const encrypted = { variant: "encrypted:default" } as const;
const intermediate = { name: "intermediate" } as const;
const encrypting = world()
  .policy({ to: ["ap-shanghai"], copy: { encrypt: {} } })
  .image();

describe("an encrypted copy", () => {
  it("is created in two steps: an intermediate plain copy, and the encrypted copy from it", () => {
    const { desired } = encrypting.plan();
    expect(
      desired.map(({ key, parent, settings, intermediate: isStep }) => [
        key.variant,
        parent?.variant,
        settings.name,
        isStep,
      ]),
    ).toEqual([
      ["encrypted:default", "plain", "golden-web", undefined],
      ["plain", undefined, intermediateName(keyOf("ap-shanghai"), "golden-web"), true],
    ]);
  });

  it("is requested from the plain copy, in the same region, once that is ready", () => {
    const first = encrypting.plan();
    expect(first.calls).toEqual(["send img-root0001 → ap-shanghai"]);
    expect(first.recordChanges).toEqual(["ap-shanghai: waiting (parent-not-ready)"]);
    const second = encrypting.copy("ap-shanghai", "ready", intermediate).plan();
    expect(second.calls).toEqual([`send ${PLAIN} → ap-shanghai`]);
  });

  it("is not requested while its plain copy may be missing", () => {
    const plan = encrypting.copy("ap-shanghai", "ready", { ...intermediate, image: "absent" }).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.actions).toMatchObject([{ event: "waiting" }, { event: "missing" }]);
  });

  const regional = { regions: { "ap-shanghai": { encrypt: { kmsKeyId: KEY } } } };
  it.each<[string, CopyBlock, string]>([
    ["the key of the account", { encrypt: {} }, "encrypted:default"],
    ["the key that the policy names", { encrypt: { kmsKeyId: KEY } }, `encrypted:${KEY}`],
    ["the key of its region", { encrypt: {}, ...regional }, `encrypted:${KEY}`],
    ["the key of its region alone", { encrypt: false, ...regional }, `encrypted:${KEY}`],
  ])("uses %s", (_, copy, variant) => {
    const { desired } = encrypting.policy({ copy }).plan();
    expect(desired.map(({ key }) => key.variant)).toContain(variant);
  });

  it("is not created in a region with encrypt: false", () => {
    const { desired } = encrypting.policy({ copy: { regions: { "ap-shanghai": { encrypt: false } } } }).plan();
    expect(desired.map(({ key, settings }) => [key.variant, settings.name])).toEqual([["plain", "golden-web"]]);
  });

  it("is never adopted, because the API does not show whether an image is encrypted", () => {
    const plan = encrypting
      .policy({ existing: "adopt" })
      .copy("ap-shanghai", "ready", intermediate)
      .otherImage({ createdAt: NOW })
      .plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (name-taken)"]);
  });

  it("is published, and the plain copy is not", () => {
    const { desired } = encrypting.policy({ copy: { family: "web" } }).plan();
    expect(desired.map(({ publication: { family } }) => family)).toEqual(["web", undefined]);
  });
});

describe("a shared source with encrypted copies", () => {
  const OWNER = "100000000002";
  const HOME = "img-shared01-ap-guangzhou";
  const shared = world()
    .policy({
      select: { type: "shared", creator: [OWNER] },
      to: ["ap-guangzhou", "ap-shanghai"],
      copy: { encrypt: {} },
    })
    .image({ type: "shared", creator: OWNER, imageId: "img-shared01", name: "base" });
  const first = shared.copy("ap-guangzhou", "ready", intermediate);

  it("is copied within its own region first; that plain copy is encrypted there and copied to the other regions", () => {
    const plan = first.plan();
    expect(plan.calls).toEqual([`send ${HOME} → ap-guangzhou`, `send ${HOME} → ap-shanghai`]);
    expect(plan.sends).toHaveLength(2);
  });

  it("keeps the plain copy in its own region, which is the source of the others", () => {
    const plan = first.copy("ap-guangzhou", "ready", encrypted).sweep().plan();
    expect(plan.recordChanges.filter((change) => change.startsWith("ap-guangzhou"))).toEqual([]);
    expect(plan.calls).toEqual([`send ${HOME} → ap-shanghai`]);
  });

  it("has a first copy with the final name if its own region is no destination", () => {
    const { desired } = shared.policy({ to: ["ap-shanghai"] }).plan();
    const key = keyOf("ap-shanghai", { region: "ap-guangzhou", imageId: "img-shared01" });
    expect(desired.map(({ key: { region, variant }, settings }) => [region, variant, settings.name])).toEqual([
      ["ap-guangzhou", "plain", "base"],
      ["ap-shanghai", "encrypted:default", "base"],
      ["ap-shanghai", "plain", intermediateName(key, "base")],
    ]);
  });
});

describe("an encrypted copy that is absent", () => {
  const sweeping = encrypting.sweep();

  it("does not get a new intermediate copy after one absent reading", () => {
    const plan = sweeping.copy("ap-shanghai", "ready", { ...encrypted, image: "absent" }).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.actions).toMatchObject([{ event: "missing" }]);
  });

  it("is not created again with onDrift: report", () => {
    const gone = { ...encrypted, record: { reason: "gone" } };
    const plan = sweeping.policy({ onDrift: "report" }).copy("ap-shanghai", "blocked", gone).plan();
    expect(plan.actions).toEqual([]);
  });
});
