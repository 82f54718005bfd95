// Tests of the keys that name a policy, its sources and its destinations.
import { expect } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { setQuota } from "../../emulator/world/world.ts";
import { baked, DAY, HOME, type KeyTests, policyEntry, policyText, THERE, trial } from "./setting.ts";
import { refusal } from "./whole-file.ts";

const TOKYO = "ap-tokyo";
const notApproved = { accounts: DEFAULT_ACCOUNTS };
const own = (keys: object) => ({ ImageIds: [""], DestinationRegions: [THERE], ...keys });

/** Which copies are made, and when one is not. */
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
    "false: nothing is selected, and what is there is retired and never deleted": async () => {
      const pruning = { prune: "{delete: true, minAge: 0s}" };
      const t = await trial(policyText(pruning));
      baked(t);
      await t.settle(t.program);
      t.follow(policyText({ ...pruning, enabled: "false" }));
      baked(t, { name: "golden-2" });
      t.pass(8 * DAY);
      const report = await t.live(30);
      expect(report.copies.map(({ state }) => state)).toEqual(["retired"]);
      expect(report.plan.retained).toMatchObject([{ reason: { code: "policy-disabled" } }]);
      expect(t.names(THERE)).toEqual(["golden-1"]);
    },
  },
  from: {
    "images of these regions are looked at, and of no others": async () => {
      const t = await trial(policyText({ from: "[ap-nanjing, ap-beijing]" }));
      baked(t);
      baked(t, { region: "ap-nanjing", name: "golden-2" });
      baked(t, { region: "ap-beijing", name: "golden-3" });
      await t.settle(t.program);
      expect(t.names(THERE)).toEqual(["golden-2", "golden-3"]);
      expect(t.world.requests.filter(({ service, region }) => service === "cvm" && region === HOME)).toEqual([]);
    },
    "costs a DescribeImages for 100 images, at each look": async () => {
      const t = await trial(policyText({ select: "{name: [other-*]}" }));
      expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 2 });
      t.bake({ name: "golden", count: 250 });
      expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 4 });
    },
    "a region that cannot be read is told with the cloud's code": async () => {
      const t = await trial(policyText());
      baked(t);
      const effect = { kind: "error", code: "UnauthorizedOperation" } as const;
      addFault(t.world, { match: { action: "DescribeImages", region: HOME, times: 0 }, effect });
      expect((await t.sweep()).problems).toMatchObject([{ code: "unreadable-UnauthorizedOperation" }]);
    },
  },
  select: {
    "without it every image is copied, but what is recalled": async () => {
      const t = await trial("version: 1\npolicies: [{name: a, from: [ap-guangzhou], to: [ap-shanghai]}]");
      t.bake({ name: "one" });
      t.bake({ name: "two", deprecated: true });
      t.bake({ name: "three", tags: { "cvm-replicator:ignore": "" } });
      await t.settle(t.program);
      expect(t.names(THERE)).toEqual(["one"]);
      expect(t.warnings.map(({ text }) => text).join()).toContain("it copies every old image");
    },
    "an image of a whole instance is refused by the cloud, and not asked for": async () => {
      const t = await trial(policyText());
      const { imageId } = baked(t, { dataDisks: [20] });
      expect(t.reasons(await t.sweep())).toEqual([`${THERE} whole-machine`]);
      expect(t.syncs()).toBe(0);
      expect(t.ask("SyncImages", HOME, own({ ImageIds: [imageId] }))).toBe("InvalidParameter.InstanceImageNotSupport");
    },
  },
  to: {
    "each gets one copy, and the source's own region none": async () => {
      const t = await trial(policyText({ to: "[mainland, '!ap-chengdu']" }));
      baked(t);
      await t.settle(t.program);
      const regions = ["ap-beijing", "ap-chongqing", "ap-nanjing", THERE];
      expect(t.copies().map((line) => line.split(/[ :]+/)[2])).toEqual(regions);
      expect(t.names(HOME)).toEqual(["golden-1"]);
    },
    "a sweep reads each, and asks a quota where something is copied": async () => {
      const t = await trial(policyText({ to: `[${THERE}, ap-nanjing]` }));
      expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 3 });
      baked(t);
      expect(await t.calls(t.sweep)).toMatchObject({ DescribeImageQuota: 2, SyncImages: 1 });
      await t.settle(t.program);
      expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 3 });
    },
    "a full region is refused by the cloud, and not asked for; the newest come first": async () => {
      const t = await trial(policyText());
      setQuota(t.world, THERE, 1);
      const { imageId } = baked(t);
      t.pass(DAY);
      baked(t, { name: "golden-2" });
      expect(t.reasons(await t.settle(t.program, 5))).toEqual([`${THERE} quota`]);
      expect(t.names(THERE)).toEqual(["golden-2"]);
      expect(t.ask("SyncImages", HOME, own({ ImageIds: [imageId] }))).toBe("ImageQuotaLimitExceeded");
    },
  },
  crossBorder: {
    "never: nothing crosses the border of the mainland, which the cloud refuses without its approval": async () => {
      const t = await trial(policyText({ to: `[${THERE}, ${TOKYO}]` }), notApproved);
      const { imageId } = baked(t);
      expect(t.reasons(await t.settle(t.program, 6))).toEqual([`${TOKYO} cross-border`]);
      expect([t.names(THERE), t.names(TOKYO)]).toEqual([["golden-1"], []]);
      const refused = t.ask("SyncImages", HOME, own({ ImageIds: [imageId], DestinationRegions: [TOKYO] }));
      expect(refused).toBe("UnsupportedOperation.Region");
    },
    "approved: it does where the vendor has opened it, and without that holds up nothing else": async () => {
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
