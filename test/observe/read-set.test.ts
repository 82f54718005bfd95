// What a run reads: a sweep, a poll, and a run for named images.
import { describe, expect, it } from "vitest";
import { isOpen } from "../../lib/model/copy/due.ts";
import type { Scope } from "../../lib/model/observation.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { AwaitedImage, Copy } from "../../lib/model/types.ts";
import { firstReadSet, type ReadSet, secondReadSet } from "../../lib/observe/read-set.ts";
import { ACCOUNT, image, NOW, observation, policy } from "../support/builders.ts";
import { copyIn, recordOf } from "../support/plan-copy.ts";

const [HOME, SHANGHAI, BEIJING] = ["ap-guangzhou", "ap-shanghai", "ap-beijing"];
const root = image();
const shown = (readSet: ReadSet): Record<string, string> =>
  Object.fromEntries([...readSet].map(([region, { types, ids }]) => [region, [...types, ...ids].sort().join(" ")]));
const first = (
  kind: Scope["kind"] | Scope,
  copies: readonly Copy[] = [],
  more: { policies?: readonly Policy[]; awaited?: readonly AwaitedImage[] } = {},
) => {
  const scope = typeof kind === "string" ? ({ kind } as Scope) : kind;
  return shown(firstReadSet(scope, more.policies ?? [policy()], { copies, awaited: more.awaited ?? [] }, NOW));
};
const ready = recordOf(SHANGHAI, "ready");
const copying = recordOf(SHANGHAI, "copying");
const named: Scope = { kind: "images", images: [{ region: HOME, imageId: root.imageId }] };

describe("a sweep", () => {
  it("reads every region that a policy copies from or to, and every region of a copy", () => {
    const waiting = recordOf("ap-tokyo", "waiting");
    expect(first("sweep", [waiting])).toEqual({
      [HOME]: "custom img-root0001",
      [SHANGHAI]: "custom",
      [BEIJING]: "custom",
      "ap-tokyo": "custom",
    });
  });

  it("reads shared images only if a policy selects them, and custom images with them", () => {
    const shared = policy({ select: { type: "shared", creator: ["100000000002"] } });
    expect(first("sweep", [], { policies: [shared] })[HOME]).toBe("custom shared");
  });

  it("ignores a disabled policy, but not the copies that it made", () => {
    const policies = [policy({ enabled: false })];
    expect(first("sweep", [], { policies })).toEqual({});
    expect(Object.keys(first("sweep", [ready], { policies }))).toContain(SHANGHAI);
  });
});

describe("a poll", () => {
  it("reads a copy in progress and its source by their ids", () => {
    expect(first("poll", [copying])).toEqual({ [HOME]: root.imageId, [SHANGHAI]: "img-root0001-ap-shanghai" });
  });

  it.each<[string, Copy]>([
    ["ready", ready],
    ["retired", recordOf(SHANGHAI, "retired")],
    ["failed", recordOf(SHANGHAI, "failed")],
    ["blocked until a user changes something", recordOf(SHANGHAI, "blocked")],
  ])("reads nothing of a copy that is %s", (_, one) => {
    expect(isOpen(one)).toBe(false);
    expect(first("poll", [one])).toEqual({});
  });

  const step = recordOf(SHANGHAI, "ready", {}, { name: "intermediate" });
  const superseded = recordOf(SHANGHAI, "retired", { reason: "superseded" });
  it.each<[string, Copy]>([
    ["being repaired", recordOf(SHANGHAI, "ready", { repair: { differences: ["tags"], tries: 1, at: NOW } })],
    ["an intermediate of an encrypted copy", step],
    ["a superseded intermediate", superseded],
  ])("reads a finished copy that is %s", (_, one) => {
    expect(isOpen(one)).toBe(true);
    expect(first("poll", [one])[SHANGHAI]).toBe("img-root0001-ap-shanghai");
  });

  it.each(["ready", "copying"] as const)("searches the whole destination for a %s copy that is missing", (phase) => {
    const one = recordOf(SHANGHAI, phase, { missingSince: NOW });
    expect(isOpen(one)).toBe(true);
    expect(first("poll", [one])[SHANGHAI]).toBe("custom img-root0001-ap-shanghai");
  });

  it("reads the whole destination of a copy without a known image, once it is due", () => {
    const waiting = (notBefore: number) => recordOf(SHANGHAI, "waiting", { notBefore });
    expect(first("poll", [waiting(NOW)])[SHANGHAI]).toBe("custom");
    expect(first("poll", [waiting(NOW + 1)])).toEqual({ [HOME]: root.imageId });
  });

  it("reads the first step of a chain with each later one, and the other steps within a region", () => {
    const home = recordOf(HOME, "ready");
    const secret = recordOf(SHANGHAI, "ready", {}, { variant: "encrypted:default" });
    expect(first("poll", [home, copying, secret])).toEqual({
      [HOME]: "img-root0001 img-root0001-ap-guangzhou",
      [SHANGHAI]: "img-root0001-ap-shanghai img-root0001-ap-shanghai-enc",
    });
  });

  it("reads all images that compete if a policy selects only the newest", () => {
    const newest = [policy({ select: { type: "custom", newest: 2 } })];
    expect(first("poll", [copying], { policies: newest })[HOME]).toBe("custom img-root0001");
    expect(first("poll", [ready], { policies: newest })).toEqual({});
    const another = [policy(), policy({ name: "another", select: { type: "custom", newest: 2 } })];
    expect(first("poll", [copying], { policies: another })[HOME]).toBe("custom img-root0001");
    const elsewhere = [policy(), policy({ name: "another", from: [BEIJING], select: { type: "custom", newest: 2 } })];
    expect(first("poll", [copying], { policies: elsewhere })).not.toHaveProperty(BEIJING);
  });

  it("reads the awaited images", () => {
    const awaited = [{ account: ACCOUNT, region: HOME, imageId: "img-new", since: NOW }];
    expect(first("poll", [], { awaited })).toEqual({ [HOME]: "img-new" });
  });
});

describe("a run for named images", () => {
  it("reads these images and their open copies, and no others", () => {
    const other = copyIn("copying", image({ imageId: "img-other" }), BEIJING, {}).record as Copy;
    expect(first(named, [copying, other])).toEqual({ [HOME]: root.imageId, [SHANGHAI]: "img-root0001-ap-shanghai" });
  });

  const second = (policies: readonly Policy[], copies: readonly Copy[] = [], images = [root]) =>
    shown(
      secondReadSet(
        [{ region: HOME, imageId: root.imageId }],
        policies,
        { copies, ...observation(images, [HOME]) },
        NOW,
      ),
    );

  it("then reads the destinations of the policies that select one of them", () => {
    expect(second([policy()])).toEqual({ [SHANGHAI]: "custom", [BEIJING]: "custom" });
  });

  it.each<[string, readonly Policy[], readonly Copy[], (typeof root)[]]>([
    ["no policy selects it", [policy({ select: { type: "custom", name: ["silver-*"] } })], [], [root]],
    ["its policy is disabled", [policy({ enabled: false })], [], [root]],
    ["it does not exist", [policy()], [], []],
    ["its copies are ready", [policy({ to: [SHANGHAI] })], [ready], [root]],
    ["its copies are in progress", [policy({ to: [SHANGHAI] })], [copying], [root]],
  ])("reads nothing more if %s", (_, policies, copies, images) => {
    expect(second(policies, copies, images)).toEqual({});
  });

  it("reads a destination again if its copy was absent when it was last read", () => {
    expect(second([policy({ to: [SHANGHAI] })], [recordOf(SHANGHAI, "ready", { missingSince: NOW })])).toEqual({
      [SHANGHAI]: "custom",
    });
  });

  it("reads the own region of a shared image, and all images that compete if only the newest are selected", () => {
    const shared = image({ type: "shared", creator: "100000000002" });
    const rule = policy({ select: { type: "shared", creator: ["100000000002"], newest: 1 }, to: [SHANGHAI] });
    expect(second([rule], [], [shared])).toEqual({ [HOME]: "custom shared", [SHANGHAI]: "custom" });
  });
});
