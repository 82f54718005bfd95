// Tests of the keys of `select`.
import { expect } from "vitest";
import { type ImageSpec, makeImages, shareImage } from "../../emulator/control/console.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { ACCOUNT, NOW } from "../support/builders.ts";
import { baked, DAY, HOME, type KeyTests, OTHER, policyText, TEAM, THERE, trial } from "./setting.ts";
import { refusal } from "./whole-file.ts";

/**
 * Makes the images and expects that those named in `selected` are copied, and that all others,
 * which follow them in `images`, are not selected for this reason.
 */
async function selects(select: string, images: readonly Partial<ImageSpec>[], selected: string[], reason: string) {
  const t = await trial(policyText({ select }));
  for (const order of images) t.bake(order);
  const { plan } = await t.sweep();
  expect(plan.notSelected().map((one) => one.reason.code)).toEqual(images.slice(selected.length).map(() => reason));
  await t.settle(t.program, 8);
  expect(t.names(THERE)).toEqual(selected);
  // The selection costs no call.
  expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 2 });
}

const named = (name: string, fields: Partial<ImageSpec> = {}) => ({ name, ...fields });

/** The keys of `select`. */
export const SELECTING: KeyTests = {
  "select.type": {
    "custom: images of the account itself": async () => {
      const t = await trial(policyText({ select: "{type: custom, newest: 9}" }));
      baked(t);
      const [theirs] = makeImages(t.world, { region: HOME, name: "base-1", account: OTHER, sizeGiB: 20 });
      if (theirs) shareImage(t.world, theirs, [ACCOUNT]);
      await t.settle(t.program, 8);
      expect(t.names(THERE)).toEqual(["golden-1"]);
    },
    "shared: images of other accounts, which the cloud copies only within their own region": async () => {
      const t = await trial(policyText({ select: `{type: shared, creator: ["${OTHER}"], newest: 9}` }));
      baked(t);
      const [theirs] = makeImages(t.world, { region: HOME, name: "base-1", account: OTHER, sizeGiB: 20 });
      if (theirs) shareImage(t.world, theirs, [ACCOUNT]);
      await t.live(40);
      expect([t.names(HOME), t.names(THERE)]).toEqual([["base-1", "golden-1"], ["base-1"]]);
      const request = { ImageIds: [theirs?.imageId], DestinationRegions: [THERE] };
      expect(t.ask("SyncImages", HOME, request)).toBe("InvalidParameterValue.InvalidRegion");
      const encrypted = { ...request, DestinationRegions: [HOME], Encrypt: true };
      expect(t.ask("SyncImages", HOME, encrypted)).toBe("UnsupportedOperation.SyncEncryptImageNotSupport");
      expect(refusal(policyText({ select: "{type: shared}" }))).toContain("creator");
    },
  },
  "select.name": {
    "a positive glob must match, and no glob with ! may match": () =>
      selects(
        `{name: ["web-?", "db/*", "!*-9"], newest: 9}`,
        ["db/a/b", "web-1", "web-9", "web-11", "Web-1"].map((name) => named(name)),
        ["db/a/b", "web-1"],
        "name",
      ),
  },
  "select.tags": {
    "all keys must match; of a list, one value": () =>
      selects(
        "{tags: {release: [approved, beta], team: web}, newest: 9}",
        [
          named("a", { tags: { release: "approved", team: "web" } }),
          named("b", { tags: { release: "beta", team: "web", more: "x" } }),
          named("c", { tags: { release: "alpha", team: "web" } }),
          named("d", { tags: { release: "beta" } }),
          named("e"),
        ],
        ["a", "b"],
        "tags",
      ),
  },
  "select.platform": {
    "one value must match, ignoring case": () =>
      selects(
        "{platform: [ubuntu, TencentOS], newest: 9}",
        [named("a", { platform: "Ubuntu" }), named("b"), named("c", { platform: "CentOS" })],
        ["a", "b"],
        "platform",
      ),
  },
  "select.architecture": {
    "one value must match, ignoring case; a value that the vendor does not document gives a warning": async () => {
      await selects(
        "{architecture: [ARM], newest: 9}",
        [named("a", { architecture: "arm" }), named("b")],
        ["a"],
        "architecture",
      );
      const t = await trial(policyText({ select: "{architecture: [arm64], newest: 9}" }));
      expect(t.warnings.map(({ text }) => text).join()).toContain("not an architecture that Tencent Cloud documents");
    },
  },
  "select.family": {
    "the family must match": () =>
      selects(
        "{family: web, newest: 9}",
        [named("a", { family: "web" }), named("b", { family: "db" }), named("c")],
        ["a"],
        "family",
      ),
  },
  "select.creator": {
    "only images of these accounts are selected": async () => {
      const t = await trial(policyText({ select: `{type: shared, creator: ["${OTHER}"], newest: 9}` }));
      for (const account of [OTHER, TEAM]) {
        const [theirs] = makeImages(t.world, { region: HOME, name: `base-${account}`, account, sizeGiB: 20 });
        if (theirs) shareImage(t.world, theirs, [ACCOUNT]);
      }
      expect((await t.sweep()).plan.notSelected()).toMatchObject([{ reason: { code: "creator" } }]);
      await t.live(40);
      expect(t.names(THERE)).toEqual([`base-${OTHER}`]);
      expect(DEFAULT_ACCOUNTS.map(({ uin }) => uin)).toContain(TEAM);
    },
  },
  "select.createdAfter": {
    "is a day, which begins at midnight UTC, or a time": async () => {
      const at = (iso: string) => ({ createdAt: Date.parse(iso) });
      await selects(
        "{createdAfter: 2026-11-20}",
        [named("a", at("2026-11-20T00:00:00Z")), named("b", at("2026-11-19T23:59:59Z"))],
        ["a"],
        "too-old",
      );
      await selects(
        "{createdAfter: 2026-11-20T08:00:00Z}",
        [named("a", at("2026-11-20T08:00:00Z")), named("b", at("2026-11-20T07:59:59Z"))],
        ["a"],
        "too-old",
      );
    },
  },
  "select.minAge": {
    "younger images are selected later": async () => {
      await selects(
        "{minAge: 2d, newest: 9}",
        [named("a", { createdAt: NOW - 2 * DAY }), named("b")],
        ["a"],
        "too-young",
      );
      const t = await trial(policyText({ select: "{minAge: 1h, newest: 9}" }));
      baked(t);
      await t.live(55);
      expect(t.copies()).toEqual([]);
      await t.live(20);
      expect(t.copies()).toHaveLength(1);
    },
  },
  "select.maxAge": {
    "older images are not selected, and the copies of an image that becomes older are orphaned": async () => {
      await selects(
        "{maxAge: 2d, newest: 9}",
        [named("a", { createdAt: NOW - 2 * DAY }), named("b", { createdAt: NOW - 2 * DAY - 1000 })],
        ["a"],
        "over-age",
      );
      const t = await trial(policyText({ select: "{maxAge: 1d}" }));
      baked(t);
      await t.live(20);
      t.pass(DAY);
      expect((await t.live(10)).copies).toMatchObject([{ phase: "retired" }]);
    },
  },
  "select.newest": {
    "the newest of each family; images without a family are one group": () =>
      selects(
        "{newest: 1}",
        [
          named("a2", { family: "a", createdAt: NOW - 1000 }),
          named("b1", { family: "b", createdAt: NOW - 3000 }),
          named("n2", { createdAt: NOW - 1000 }),
          named("a1", { family: "a", createdAt: NOW - 2000 }),
          named("n1", { createdAt: NOW - 2000 }),
        ],
        ["a2", "b1", "n2"],
        "not-newest",
      ),
  },
  "select.not": {
    "excludes images whose name matches": () =>
      selects(`{not: {name: ["*-test"]}, newest: 9}`, [named("a"), named("a-test")], ["a"], "not-name"),
    "excludes images with a matching tag": () =>
      selects(
        "{not: {tags: {stage: [dev, test], broken: yes}}, newest: 9}",
        [
          named("a", { tags: { stage: "live" } }),
          named("b", { tags: { stage: "dev" } }),
          named("c", { tags: { broken: "yes" } }),
        ],
        ["a"],
        "not-tags",
      ),
  },
};
