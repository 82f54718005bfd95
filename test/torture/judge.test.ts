// The judge finds each kind of violation.
import { describe, expect, it } from "vitest";
import { type Evidence, judge, type WorldImage } from "./judge.ts";

const account = "100000000001";
const root: WorldImage = {
  account,
  region: "ap-guangzhou",
  imageId: "img-root",
  name: "golden-1",
  description: "as baked",
  state: "NORMAL",
  family: "",
  deprecated: false,
  sharedWith: [],
  tags: { team: "web" },
  copiedFrom: null,
};
const copy: WorldImage = {
  ...root,
  region: "ap-beijing",
  imageId: "img-copy",
  tags: {
    team: "web",
    "cvm-replicator:root": `${account}/ap-guangzhou/img-root/plain`,
    "cvm-replicator:parent": "ap-guangzhou/img-root",
    "cvm-replicator:self": "img-copy",
  },
  copiedFrom: { region: "ap-guangzhou", imageId: "img-root" },
};
const good: Evidence = {
  account,
  images: [root, copy],
  requests: [],
  desired: [{ ...root, destinations: ["ap-beijing"] }],
  original: [root],
};
const request = { account, region: "ap-beijing", params: {}, result: "ok", effects: [] };
const counts = (evidence: Partial<Evidence>) => {
  const { doubled, lost, foreign, throttled } = judge({ ...good, ...evidence });
  return { doubled: doubled.length, lost: lost.length, foreign: foreign.length, throttled };
};
const noViolation = { doubled: 0, lost: 0, foreign: 0, throttled: 0 };

describe("the judge", () => {
  it("finds no violation if each copy exists once and nothing else was changed", () => {
    const change = {
      ...request,
      action: "ModifyImageAttribute",
      effects: [{ region: copy.region, imageId: "img-copy" }],
    };
    expect(counts({ requests: [change] })).toEqual(noViolation);
  });

  it("counts a second copy as doubled, unless it failed in the cloud", () => {
    const second = { ...copy, imageId: "img-second", name: "golden-1--copying-0123456789abcdef-2" };
    expect(counts({ images: [root, copy, second] })).toEqual({ ...noViolation, doubled: 1 });
    expect(counts({ images: [root, copy, { ...second, state: "CREATEFAILED" }] })).toEqual(noViolation);
  });

  it("finds the root of a copy through its intermediate copy", () => {
    const first = { ...copy, region: "ap-guangzhou", imageId: "img-first" };
    const chained = { ...copy, imageId: "img-chained", copiedFrom: { region: "ap-guangzhou", imageId: "img-first" } };
    expect(counts({ images: [root, first, copy, chained] })).toMatchObject({ doubled: 1 });
  });

  it.each([
    ["is missing", []],
    ["is not NORMAL", [{ ...copy, state: "SYNCING" }]],
    ["still has its temporary name", [{ ...copy, name: "golden-1--copying-0123456789abcdef-1" }]],
    ["has another description", [{ ...copy, description: "" }]],
    ["lacks an inherited tag", [{ ...copy, tags: { ...copy.tags, team: "db" } }]],
    ["has the lineage of another image", [{ ...copy, tags: { ...copy.tags, "cvm-replicator:self": "img-root" } }]],
  ])("counts a copy as lost that %s", (_, copies) => {
    expect(counts({ images: [root, ...copies] })).toEqual({ ...noViolation, lost: 1 });
  });

  it.each<[string, Partial<Evidence>]>([
    ["a deleted image of another owner", { images: [copy] }],
    ["a renamed image of another owner", { images: [{ ...root, name: "golden-2" }, copy] }],
    ["a changed tag of an image of another owner", { images: [{ ...root, tags: { team: "web", new: "" } }, copy] }],
    ["a copy that no policy desires", { images: [root, copy, { ...copy, region: "ap-tokyo" }] }],
    ["DeleteImages, even without an effect", { requests: [{ ...request, action: "DeleteImages" }] }],
    [
      "a call with an effect on an image of another owner, even if nothing differs afterwards",
      {
        requests: [{ ...request, action: "TagResources", effects: [{ region: "ap-guangzhou", imageId: "img-root" }] }],
      },
    ],
  ])("counts as foreign %s", (_, evidence) => {
    expect(counts(evidence)).toEqual({ ...noViolation, foreign: 1 });
  });

  it("counts calls that the rate limit refused", () => {
    const throttled = { ...request, action: "DescribeImages", result: "RequestLimitExceeded" };
    expect(counts({ requests: [throttled] })).toEqual({ ...noViolation, throttled: 1 });
  });

  it("refuses to judge a log from which requests were dropped", () => {
    const requests = Array.from({ length: 50_000 }, () => ({ ...request, action: "DescribeImages" }));
    expect(() => judge({ ...good, requests })).toThrow("forgotten");
  });
});
