// Which of two versions is newer: a total order, the same whatever the order of the input.

import { describe, expect, it } from "vitest";
import { compareVersions, type Version } from "../../lib/model/image.ts";
import fc from "../support/random.ts";

const version = (fields: Partial<Version> = {}): Version => ({
  createdAt: 1000,
  name: "golden-1",
  region: "ap-guangzhou",
  imageId: "img-1",
  ...fields,
});

describe("of two versions", () => {
  it.each<[string, Partial<Version>, Partial<Version>]>([
    ["the younger one", { createdAt: 2000, name: "golden-1" }, { createdAt: 1000, name: "golden-2" }],
    ["the one with the higher name, if they are of one second", { name: "golden-1.1.0" }, { name: "golden-1.0.0" }],
    ["the one with the higher number in its name", { name: "golden-10" }, { name: "golden-9", imageId: "img-2" }],
    ["the one with the higher id, if they have one name", { imageId: "img-b" }, { imageId: "img-a" }],
    ["one of two with the same id in two regions", { region: "ap-shanghai" }, { region: "ap-beijing" }],
  ])("%s is newer", (_, newer, older) => {
    expect(compareVersions(version(newer), version(older))).toBeGreaterThan(0);
    expect(compareVersions(version(older), version(newer))).toBeLessThan(0);
  });
});

it("the order of versions is total: every shuffle is sorted in the same way", () => {
  const versions = fc.uniqueArray(
    fc.record({
      createdAt: fc.constantFrom(1000, 2000),
      name: fc.constantFrom("golden-1", "golden-01", "golden-2", "golden-10", "Golden-2", "gölden-2", ""),
      region: fc.constantFrom("ap-beijing", "ap-shanghai"),
      imageId: fc.constantFrom("img-a", "img-b", "img-c", "img-d"),
    }),
    { selector: ({ region, imageId }) => `${region}/${imageId}`, maxLength: 8 },
  );
  fc.assert(
    fc.property(
      versions.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => {
        expect(shuffled.sort(compareVersions)).toEqual([...all].sort(compareVersions));
      },
    ),
    { seed: 2026 },
  );
});
