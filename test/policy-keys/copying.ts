// Tests of the keys that name a policy, its sources and its destinations.
import { expect } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { setQuota } from "../../emulator/world/world.ts";
import { baked, DAY, HOME, type KeyTests, policyEntry, policyText, THERE, trial } from "./setting.ts";
import { refusal } from "./whole-file.ts";

const TOKYO = "ap-tokyo";
const notApproved = { accounts: DEFAULT_ACCOUNTS };
const syncParams = (keys: object) => ({ ImageIds: [""], DestinationRegions: [THERE], ...keys });

/** The keys `name`, `enabled`, `from`, `select`, `to` and `crossBorder`. */
export const COPYING: KeyTests = {
  name: {
    "is in a tag of the copy, and unique in the file": async () => {
      const t = await trial(policyText({ name: "golden_web-1.2" }));
      baked(t);
      await t.settle(t.program);
      expect(t.tags(THERE, "golden-1")).toMatchObject({ "cvm-replicator:policy": "golden_web-1.2" });
      expect(refusal(policyText({ name: "a b" }))).toContain("letters, digits");
      expect(refusal(policyText({ name: "a".repeat(60) }))).toBe("");
      expect(refusal(policyText({ name: "a".repeat(61) }))).toContain("at most 60");
      expect(refusal(policyText() + policyEntry())).toContain("unique");
    },
  },
  enabled: {
    "false: no image is selected, and existing copies are retired and never deleted": async () => {
      const pruning = { prune: "{delete: true, minAge: 0s}" };
      const t = await trial(policyText(pruning));
      baked(t);
      await t.settle(t.program);
      t.follow(policyText({ ...pruning, enabled: "false" }));
      baked(t, { name: "golden-2" });
      t.pass(8 * DAY);
      const report = await t.live(30);
      expect(report.copies.map(({ phase }) => phase)).toEqual(["retired"]);
      expect(report.plan.retained).toMatchObject([{ reason: { code: "policy-disabled" } }]);
      expect(t.names(THERE)).toEqual(["golden-1"]);
    },
  },
  from: {
    "only images of these regions are read": async () => {
      const t = await trial(policyText({ from: "[ap-nanjing, ap-beijing]" }));
      baked(t);
      baked(t, { region: "ap-nanjing", name: "golden-2" });
      baked(t, { region: "ap-beijing", name: "golden-3" });
      await t.settle(t.program);
      expect(t.names(THERE)).toEqual(["golden-2", "golden-3"]);
      expect(t.world.requests.filter(({ service, region }) => service === "cvm" && region === HOME)).toEqual([]);
    },
    "costs one DescribeImages per 100 images in each sweep": async () => {
      const t = await trial(policyText({ select: "{name: [other-*]}" }));
      expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 2 });
      t.bake({ name: "golden", count: 250 });
      expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 4 });
    },
    "a region that cannot be read is reported with the error code of the cloud": async () => {
      const t = await trial(policyText());
      baked(t);
      const effect = { kind: "error", code: "UnauthorizedOperation" } as const;
      addFault(t.world, { match: { action: "DescribeImages", region: HOME, times: 0 }, effect });
      expect((await t.sweep()).problems).toMatchObject([{ code: "unreadable-UnauthorizedOperation" }]);
    },
  },
  select: {
    "without it every image is copied that is not recalled": async () => {
      const t = await trial("version: 1\npolicies: [{name: a, from: [ap-guangzhou], to: [ap-shanghai]}]");
      t.bake({ name: "one" });
      t.bake({ name: "two", deprecated: true });
      t.bake({ name: "three", tags: { "cvm-replicator:ignore": "" } });
      await t.settle(t.program);
      expect(t.names(THERE)).toEqual(["one"]);
      expect(t.warnings.map(({ text }) => text).join()).toContain("it copies every old image");
    },
    "an image of a whole instance is not requested, because the cloud refuses it": async () => {
      const t = await trial(policyText());
      const { imageId } = baked(t, { dataDisks: [20] });
      expect(t.reasons(await t.sweep())).toEqual([`${THERE} whole-machine`]);
      expect(t.syncs()).toBe(0);
      expect(t.ask("SyncImages", HOME, syncParams({ ImageIds: [imageId] }))).toBe(
        "InvalidParameter.InstanceImageNotSupport",
      );
    },
  },
  to: {
    "each region gets one copy, except the source's own region": async () => {
      const t = await trial(policyText({ to: "[mainland, '!ap-chengdu']" }));
      baked(t);
      await t.settle(t.program);
      const regions = ["ap-beijing", "ap-chongqing", "ap-nanjing", THERE];
      expect(t.copies().map((line) => line.split(/[ :]+/)[2])).toEqual(regions);
      expect(t.names(HOME)).toEqual(["golden-1"]);
    },
    "a sweep reads each region, and the quota of a region that gets a copy": async () => {
      const t = await trial(policyText({ to: `[${THERE}, ap-nanjing]` }));
      expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 3 });
      baked(t);
      expect(await t.calls(t.sweep)).toMatchObject({ DescribeImageQuota: 2, SyncImages: 1 });
      await t.settle(t.program);
      expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 3 });
    },
    "a copy to a full region is not requested, because the cloud refuses it; the newest images come first":
      async () => {
        const t = await trial(policyText());
        setQuota(t.world, THERE, 1);
        const { imageId } = baked(t);
        t.pass(DAY);
        baked(t, { name: "golden-2" });
        expect(t.reasons(await t.settle(t.program, 5))).toEqual([`${THERE} quota`]);
        expect(t.names(THERE)).toEqual(["golden-2"]);
        expect(t.ask("SyncImages", HOME, syncParams({ ImageIds: [imageId] }))).toBe("ImageQuotaLimitExceeded");
      },
  },
  crossBorder: {
    "never: no copy crosses the border of the mainland, which the cloud refuses without its approval": async () => {
      const t = await trial(policyText({ to: `[${THERE}, ${TOKYO}]` }), notApproved);
      const { imageId } = baked(t);
      expect(t.reasons(await t.settle(t.program, 6))).toEqual([`${TOKYO} cross-border`]);
      expect([t.names(THERE), t.names(TOKYO)]).toEqual([["golden-1"], []]);
      const refused = t.ask("SyncImages", HOME, syncParams({ ImageIds: [imageId], DestinationRegions: [TOKYO] }));
      expect(refused).toBe("UnsupportedOperation.Region");
    },
    "approved: copies cross it if the vendor has approved; a refusal does not delay other regions": async () => {
      for (const [options, copies] of [
        [{}, ["golden-1"]],
        [notApproved, []],
      ] as const) {
        const t = await trial(policyText({ to: `[${THERE}, ${TOKYO}]`, crossBorder: "approved" }), options);
        baked(t);
        await t.settle(t.program, 8);
        expect([t.names(THERE), t.names(TOKYO)]).toEqual([["golden-1"], copies]);
      }
    },
  },
};
