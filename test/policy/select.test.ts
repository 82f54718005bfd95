import { describe, expect, it } from "vitest";
import type { Select } from "../../lib/model/policy.ts";
import type { Image } from "../../lib/model/types.ts";
import { newestOf, whyNotSelected } from "../../lib/policy/values/select.ts";
import { image, NOW } from "../support/builders.ts";

const HOUR = 3_600_000;
const codeOf = (select: Partial<Select>, fields: Partial<Image> = {}) =>
  whyNotSelected({ type: "custom", ...select }, image(fields), NOW)?.code;

describe("whyNotSelected", () => {
  it("selects every image of its type if no other criterion is given", () => {
    expect(codeOf({})).toBeUndefined();
    expect(codeOf({ type: "shared" }, { type: "shared" })).toBeUndefined();
    expect(codeOf({ type: "shared", tags: {}, not: { tags: {} } }, { type: "shared" })).toBeUndefined();
  });

  it.each<[string, Partial<Select>, Partial<Image>]>([
    ["name", { name: ["golden-*", "!*-test"] }, { name: "golden-web" }],
    ["tags, one of a list", { tags: { release: ["approved", "final"] } }, { tags: { release: "final" } }],
    ["platform, in any case", { platform: ["ubuntu", "TENCENTOS"] }, {}],
    ["architecture", { architecture: ["arm", "x86_64"] }, {}],
    ["family", { family: "golden" }, { family: "golden" }],
    ["creator", { creator: ["100000000001"] }, {}],
    ["createdAfter, at exactly that time", { createdAfter: NOW - 24 * HOUR }, {}],
    ["minAge, at exactly that age", { minAge: 24 * HOUR }, {}],
    ["maxAge, at exactly that age", { maxAge: 24 * HOUR }, {}],
    [
      "not, if no part of it matches",
      { not: { name: ["*-debug"], tags: { replicate: ["no"] } } },
      { tags: { replicate: "yes" } },
    ],
  ])("selects by %s", (_, select, fields) => {
    expect(codeOf(select, fields)).toBeUndefined();
  });

  it.each<[string, Partial<Select>, Partial<Image>]>([
    ["deprecated", {}, { deprecated: true }],
    ["ignored", {}, { tags: { "cvm-replicator:ignore": "false" } }],
    ["ignored", {}, { tags: { "cvm-replicator:ignore": "" } }],
    ["other-type", {}, { type: "shared" }],
    ["other-type", { type: "shared" }, { type: "public" }],
    ["name", { name: ["base-*"] }, {}],
    ["name", { name: ["golden-*", "!*-web"] }, {}],
    ["tags", { tags: { release: ["approved"] } }, {}],
    ["tags-unseen", { type: "shared", tags: { release: ["approved"] } }, { type: "shared" }],
    ["tags-unseen", { type: "shared", not: { tags: { release: ["rejected"] } } }, { type: "shared" }],
    [
      "not-tags",
      { type: "shared", not: { tags: { release: ["rejected"] } } },
      { type: "shared", tags: { release: "rejected" } },
    ],
    ["tags", { tags: { release: ["approved"] } }, { tags: { release: "Approved" } }],
    ["tags", { tags: { a: ["1"], b: ["2"] } }, { tags: { a: "1" } }],
    ["tags", { tags: { toString: ["x"] } }, {}],
    ["platform", { platform: ["Ubuntu"] }, {}],
    ["architecture", { architecture: ["arm"] }, {}],
    ["family", { family: "golden" }, {}],
    ["family", { family: "golden" }, { family: "Golden" }],
    ["creator", { creator: ["100000000002"] }, {}],
    ["too-old", { createdAfter: NOW - 24 * HOUR + 1 }, {}],
    ["too-old", { createdAfter: 0 }, { createdAt: Number.NaN }],
    ["not-name", { not: { name: ["x", "*-web"] } }, {}],
    ["not-tags", { not: { tags: { a: ["1"], b: ["2", "3"] } } }, { tags: { b: "3" } }],
    ["too-young", { minAge: 24 * HOUR + 1 }, {}],
    ["over-age", { maxAge: 24 * HOUR - 1 }, {}],
    ["over-age", { maxAge: HOUR, minAge: 48 * HOUR }, {}],
  ])("refuses with %s: %j %j", (code, select, fields) => {
    expect(codeOf(select, fields)).toBe(code);
  });

  it("says when an image that is too young will be selected", () => {
    expect(whyNotSelected({ type: "custom", minAge: 36 * HOUR }, image(), NOW)).toEqual({
      code: "too-young",
      text: "the image must be at least 36h old; it is selected from 2026-11-22T00:00:00.000Z on",
      notBefore: Date.UTC(2026, 10, 22),
    });
  });

  it("answers too-young only if nothing else excludes the image", () => {
    expect(codeOf({ minAge: 48 * HOUR, not: { name: ["*-web"] } })).toBe("not-name");
    expect(codeOf({ maxAge: HOUR, not: { name: ["*-web"] } })).toBe("not-name");
  });

  it("names the value, the allowed values and the remedy", () => {
    expect(
      whyNotSelected({ type: "custom", tags: { release: ["a", "b"] } }, image({ tags: { release: "c" } }), NOW),
    ).toEqual({
      code: "tags",
      text: 'the tag release is "c"; the policy selects any of "a", "b"',
      remedy: "tag the image, or change select.tags in the policy",
    });
  });
});

describe("newestOf", () => {
  const made = (imageId: string, hour: number, fields: Partial<Image> = {}) =>
    image({ imageId, createdAt: NOW + hour * HOUR, ...fields });
  const ids = (newest: number | undefined, images: Image[]) =>
    newestOf({ type: "custom", ...(newest !== undefined && { newest }) }, images).map((one) => one.imageId);

  it("keeps the newest, newest first, and does not change its input", () => {
    const images = [made("img-1", 1), made("img-3", 3), made("img-2", 2)];
    expect(ids(2, images)).toEqual(["img-3", "img-2"]);
    expect(images.map((one) => one.imageId)).toEqual(["img-1", "img-3", "img-2"]);
  });

  it("keeps all images if newest is not given", () => {
    expect(ids(undefined, [made("img-1", 1), made("img-2", 2)])).toEqual(["img-2", "img-1"]);
  });

  it("counts each family on its own, and images without a family together", () => {
    const images = [
      made("img-1", 1, { family: "a" }),
      made("img-2", 2, { family: "a" }),
      made("img-3", 3, { family: "b" }),
      made("img-4", 4),
      made("img-5", 5, { region: "ap-tokyo" }),
    ];
    expect(ids(1, images)).toEqual(["img-5", "img-3", "img-2"]);
  });

  it("sorts images of the same time by their ids, whatever their order", () => {
    const images = [made("img-a", 1), made("img-c", 1), made("img-b", 1)];
    expect(ids(2, images)).toEqual(["img-c", "img-b"]);
    expect(ids(2, images.reverse())).toEqual(["img-c", "img-b"]);
  });
});
