// Explanations of sources, copies and missing images.

import { describe, expect, it } from "vitest";
import { tokenName } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { sharesOf } from "../../lib/model/observation.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { Image } from "../../lib/model/types.ts";
import type { PlanInput } from "../../lib/plan/types.ts";
import { explain } from "../../lib/report/explain.ts";
import {
  answered,
  copy,
  copySettings,
  image,
  made,
  NOW,
  observation,
  planOf,
  policy,
  retired,
} from "../support/builders.ts";

const root = image();
const text = (part: string) => expect.stringContaining(part) as string;

function explained(imageId: string, input: Partial<PlanInput> & Pick<PlanInput, "observation">) {
  const policies = input.policies ?? [policy()];
  const plan = planOf({ ...input, policies, sweep: true });
  return explain(imageId, { policies, plan, observation: input.observation, now: NOW });
}

describe("an explanation of a source", () => {
  it("lists each destination with its state and reason", () => {
    const policies = [
      policy({ to: ["ap-shanghai", "ap-beijing", "ap-tokyo"] }),
      policy({ name: "off", enabled: false }),
    ];
    const ready = made(root, "ap-shanghai");
    const world = observation([root, ready.image], ["ap-beijing", "ap-tokyo"]);
    expect(explained(root.imageId, { observation: world, copies: [ready.copy], policies })).toMatchObject([
      {
        region: "ap-guangzhou",
        image: { name: "golden-web", type: "custom", state: "NORMAL", sizeGiB: 20 },
        policies: [
          {
            policy: "golden",
            selects: true,
            reasons: [],
            regions: [
              { region: "ap-shanghai", state: "ready", imageId: ready.image.imageId, reason: null, next: [] },
              { region: "ap-beijing", state: "to be requested", imageId: null, reason: null },
              { region: "ap-tokyo", state: "blocked", reason: text("crossBorder: approved") },
            ],
          },
          { policy: "off", selects: false, reasons: [{ code: "disabled" }], regions: [] },
        ],
      },
    ]);
  });

  it("distinguishes the copies of a chain", () => {
    const encrypted = policy({ to: ["ap-beijing"], copy: copySettings({ encrypt: {} }) });
    const [one] = explained(root.imageId, { observation: observation([root]), policies: [encrypted] });
    expect(one?.policies[0]?.regions).toMatchObject([
      { variant: "encrypted:default", intermediate: false, state: "waiting", reason: text("waits for the copy in") },
      { variant: "plain", intermediate: true, state: "to be requested" },
    ]);
  });

  it("shows whether a manually changed copy will be repaired or is only reported", () => {
    const drifted = made(root, "ap-beijing", { image: { description: "by hand" } });
    const rule = (onDrift: Policy["onDrift"]) => ({
      observation: observation([root, drifted.image]),
      copies: [drifted.copy],
      policies: [policy({ to: ["ap-beijing"], onDrift })],
      answers: answered([sharesOf(drifted.image), []]),
    });
    const regionOf = (onDrift: Policy["onDrift"]) => explained(root.imageId, rule(onDrift))[0]?.policies[0]?.regions[0];
    expect(regionOf("repair")).toMatchObject({ state: "ready", reason: null, next: ["set the description"] });
    expect(regionOf("report")).toMatchObject({
      state: "ready",
      reason: text("differs from its desired state"),
      next: [],
    });
    expect(explained(drifted.image.imageId, rule("repair"))).toMatchObject([
      { copyOf: { next: ["set the description"] } },
    ]);
  });

  it.each<[string, Policy, Partial<Image>]>([
    ["disabled", policy({ enabled: false }), {}],
    ["other-region", policy({ from: ["ap-beijing"] }), {}],
    ["name", policy(), { name: "other" }],
    ["tags", policy({ select: { type: "custom", tags: { a: ["1"] } } }), {}],
    ["other-type", policy({ select: { type: "shared", creator: ["1"] } }), {}],
    ["creator", policy({ select: { type: "shared", creator: ["1"] } }), { type: "shared", creator: "2" }],
    ["public", policy(), { type: "public" }],
    ["ignored", policy(), { tags: { "cvm-replicator:ignore": "" } }],
    ["deprecated", policy(), { deprecated: true }],
    ["too-young", policy({ select: { type: "custom", minAge: 60_000 } }), { createdAt: NOW - 1 }],
    ["no-destination", policy({ to: ["ap-guangzhou"] }), {}],
    ["not-newest", policy({ select: { type: "custom", newest: 1 } }), { createdAt: 1 }],
  ])("that is not copied gives the reason: %s", (code, only, fields) => {
    const newer = image({ imageId: "img-root0002", name: "newer" });
    const [one] = explained(root.imageId, { observation: observation([image(fields), newer]), policies: [only] });
    expect(one?.policies).toMatchObject([{ selects: false, reasons: [{ code }], regions: [] }]);
  });

  it("lists every reason, not only the first", () => {
    const only = policy({
      enabled: false,
      from: ["ap-beijing"],
      select: {
        type: "custom",
        name: ["web-*"],
        tags: { a: ["1"], b: ["2"], c: ["3"] },
        platform: ["Ubuntu"],
        createdAfter: NOW,
        minAge: 10 * 86_400_000,
        not: { name: ["golden-*"], tags: { c: ["3"], d: ["4"] } },
      },
    });
    const tags = { "cvm-replicator:ignore": "", c: "3", d: "4" };
    const shown = observation([image({ deprecated: true, tags })]);
    const [one] = explained(root.imageId, { observation: shown, policies: [only] });
    const codes = one?.policies[0]?.reasons.map((reason) => reason.code);
    expect(codes).toEqual([
      ...["disabled", "other-region", "deprecated", "ignored", "name", "tags", "tags", "platform", "too-old"],
      ...["not-name", "not-tags", "too-young"],
    ]);
  });

  it("that is no longer selected lists its orphaned copies, including those of former policies", () => {
    const left = retired(image({ name: "other" }), "ap-beijing");
    const orphan = retired(image({ name: "other" }), "ap-shanghai", { policy: "former" });
    const world = observation([image({ name: "other" }), left.image, orphan.image]);
    const [one] = explained(root.imageId, { observation: world, copies: [left.copy, orphan.copy] });
    expect(one?.policies).toMatchObject([
      {
        policy: "golden",
        selects: false,
        reasons: [{ code: "name" }],
        regions: [{ region: "ap-beijing", state: "retired", reason: text("not deleted: policy golden does not") }],
      },
      { policy: "former", reasons: [{ code: "policy-gone" }], regions: [{ region: "ap-shanghai" }] },
    ]);
  });
});

describe("an explanation of a copy", () => {
  it.each([true, false])("names its source, policy and state; recorded: %s", (recorded) => {
    const finished = made(root, "ap-beijing");
    const world = { observation: observation([root, finished.image]), copies: recorded ? [finished.copy] : [] };
    expect(explained(finished.image.imageId, world)).toMatchObject([
      {
        copyOf: { root: { imageId: root.imageId }, policy: "golden", desiredBy: ["golden"], state: "ready" },
        policies: [{ selects: false, reasons: [{ code: "is-a-copy" }] }],
      },
    ]);
  });

  it("that is a duplicate names the recorded copy", () => {
    const finished = made(root, "ap-beijing");
    const name = tokenName(finished.key, root.name, 2);
    const second = image({ imageId: "img-second01", region: "ap-beijing", name });
    const world = { observation: observation([root, finished.image, second]), copies: [finished.copy] };
    expect(explained("img-second01", world)).toMatchObject([
      { copyOf: { state: null, reason: text(`${finished.image.imageId} is the recorded copy`) } },
    ]);
  });

  it("that is adopted or orphaned gives the reason why it is not changed", () => {
    const theirs = image({ imageId: "img-theirs01", region: "ap-beijing" });
    const own = { state: "ready", imageId: "img-theirs01", name: root.name, readyAt: NOW, adopted: true } as const;
    const adopted = explained("img-theirs01", {
      observation: observation([root, theirs]),
      copies: [copy<"ready">("ap-beijing", own)],
    });
    expect(adopted).toMatchObject([
      { copyOf: { state: "ready", reason: text("adopted: created outside this program") } },
    ]);
    const left = retired(image({ name: "other" }), "ap-beijing");
    const retained = explained(left.image.imageId, {
      observation: observation([image({ name: "other" }), left.image]),
      copies: [left.copy],
    });
    expect(retained).toMatchObject([
      { copyOf: { state: "retired", desiredBy: [], reason: text("prune: { delete: true }") } },
    ]);
  });
});

describe("an explanation of a missing image", () => {
  it("lists the copies of a source, and the record of a copy", () => {
    const own = {
      state: "retired",
      imageId: "img-copy0001",
      reason: { code: "deselected", text: storedText("x") },
    } as const;
    const left = { observation: observation([]), copies: [copy<"retired">("ap-beijing", own)] };
    expect(explained(root.imageId, left)).toMatchObject([
      {
        region: "ap-guangzhou",
        image: null,
        policies: [{ reasons: [{ code: "source-gone" }], regions: [{ region: "ap-beijing", state: "retired" }] }],
      },
    ]);
    expect(explained("img-copy0001", left)).toMatchObject([
      { region: "ap-beijing", image: null, copyOf: { root: { imageId: root.imageId }, state: "retired" } },
    ]);
  });

  it.each([
    ["pruned", "img-copy0001 was deleted: no policy wants it any more"],
    ["gone", "img-copy0001 is gone: not found twice"],
  ])("finds a copy whose record names its image only in its reason: %s", (code, reason) => {
    const own = { state: "retired", reason: { code, text: storedText(reason) } } as const;
    const left = { observation: observation([]), copies: [copy<"retired">("ap-beijing", own)] };
    expect(explained("img-copy0001", left)).toMatchObject([
      {
        region: "ap-beijing",
        image: null,
        copyOf: { root: { imageId: root.imageId }, policy: "golden", state: "retired", reason },
      },
    ]);
    expect(explained("img-copy000", left)).toEqual([]);
  });

  it("does not call a source missing if its region cannot be read", () => {
    const shown = observation([], ["ap-beijing"]);
    const unreadable = new Map([["ap-guangzhou", { code: "unreadable-Network", text: storedText("no answer") }]]);
    const copies = [made(root, "ap-beijing").copy];
    expect(explained(root.imageId, { observation: { ...shown, unreadable }, copies })).toMatchObject([
      { image: null, policies: [{ reasons: [{ code: "unreadable-Network" }] }] },
    ]);
  });

  it("is empty for an unknown image", () => {
    expect(explained("img-none0000", { observation: observation([root]) })).toEqual([]);
  });
});
