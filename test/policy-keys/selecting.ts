// Tests of the keys of `select`.
import { expect } from "vitest";
import { type ImageSpec, makeImages, shareImage } from "../../emulator/control/console.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { ACCOUNT, NOW } from "../support/builders.ts";
import { baked, DAY, HOME, type KeyTests, OTHER, policyText, TEAM, THERE, trial } from "./setting.ts";
import { refusal } from "./whole-file.ts";

/** Makes the images, and holds what is copied and why the others are left out to what is expected. */
async function selects(select: string, images: readonly Partial<ImageSpec>[], taken: string[], reason: string) {
  const t = await trial(policyText({ select }));
  for (const order of images) t.bake(order);
  const { plan } = await t.sweep();
  expect(plan.notSelected.map((one) => one.reason.code)).toEqual(images.slice(taken.length).map(() => reason));
  await t.settle(t.program, 8);
  expect(t.names(THERE)).toEqual(taken);
  // Nothing of it is asked of the cloud: it costs no call.
  expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 2 });
}

const named = (name: string, fields: Partial<ImageSpec> = {}) => ({ name, ...fields });

/** Which images. */
export const SELECTING: KeyTests = {
  "select.type": {
    "custom: the account's own": async () => {
      const t = await trial(policyText({ select: "{type: custom, newest: 9}" }));
      baked(t);
      const [theirs] = makeImages(t.world, { region: HOME, name: "base-1", account: OTHER, sizeGiB: 20 });
      if (theirs) shareImage(t.world, theirs, [ACCOUNT]);
      await t.settle(t.program, 8);
      expect(t.names(THERE)).toEqual(["golden-1"]);
    },
    "shared: those of others, which the cloud copies within their own region alone": async () => {
      const t = await trial(policyText({ select: `{type: shared, creator: ["${OTHER}"], newest: 9}` }));
      baked(t);
      const [theirs] = makeImages(t.world, { region: HOME, name: "base-1", account: OTHER, sizeGiB: 20 });
      if (theirs) shareImage(t.world, theirs, [ACCOUNT]);
      await t.live(40);
      expect([t.names(HOME), t.names(THERE)]).toEqual([["base-1", "golden-1"], ["base-1"]]);
      const there = { ImageIds: [theirs?.imageId], DestinationRegions: [THERE] };
      expect(t.ask("SyncImages", HOME, there)).toBe("InvalidParameterValue.InvalidRegion");
      const encrypted = { ...there, DestinationRegions: [HOME], Encrypt: true };
      expect(t.ask("SyncImages", HOME, encrypted)).toBe("UnsupportedOperation.SyncEncryptImageNotSupport");
      expect(refusal(policyText({ select: "{type: shared}" }))).toContain("creator");
    },
  },
  "select.name": {
    "globs: one without ! matches, and none with": () =>
      selects(
        `{name: ["web-?", "db/*", "!*-9"], newest: 9}`,
        ["db/a/b", "web-1", "web-9", "web-11", "Web-1"].map((name) => named(name)),
        ["db/a/b", "web-1"],
        "name",
      ),
  },
  "select.tags": {
    "all keys must match; a list means one of its values": () =>
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
    "one must match, in any case": () =>
      selects(
        "{platform: [ubuntu, TencentOS], newest: 9}",
        [named("a", { platform: "Ubuntu" }), named("b"), named("c", { platform: "CentOS" })],
        ["a", "b"],
        "platform",
      ),
  },
  "select.architecture": {
    "one must match, in any case; one that the vendor does not name is a warning": async () => {
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
    "the image family": () =>
      selects(
        "{family: web, newest: 9}",
        [named("a", { family: "web" }), named("b", { family: "db" }), named("c")],
        ["a"],
        "family",
      ),
  },
  "select.creator": {
    "whose images are trusted": async () => {
      const t = await trial(policyText({ select: `{type: shared, creator: ["${OTHER}"], newest: 9}` }));
      for (const account of [OTHER, TEAM]) {
        const [theirs] = makeImages(t.world, { region: HOME, name: `base-${account}`, account, sizeGiB: 20 });
        if (theirs) shareImage(t.world, theirs, [ACCOUNT]);
      }
      expect((await t.sweep()).plan.notSelected).toMatchObject([{ reason: { code: "creator" } }]);
      await t.live(40);
      expect(t.names(THERE)).toEqual([`base-${OTHER}`]);
      expect(DEFAULT_ACCOUNTS.map(({ uin }) => uin)).toContain(TEAM);
    },
  },
  "select.createdAfter": {
    "a day's beginning in UTC, or a time": async () => {
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
    "younger images wait": async () => {
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
  "select.newest": {
    "of each family, and together of those that have none": () =>
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
    "left out when a name matches": () =>
      selects(`{not: {name: ["*-test"]}, newest: 9}`, [named("a"), named("a-test")], ["a"], "not-name"),
    "left out when a tag matches": () =>
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
