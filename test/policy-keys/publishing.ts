// Tests of the keys about families and sharing.
import { expect } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { makeImages, shareImage } from "../../emulator/control/console.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { ALL_SWITCHES } from "../../emulator/settings/switches.ts";
import { setKmsKeys } from "../../emulator/world/world.ts";
import { ACCOUNT } from "../support/builders.ts";
import { baked, DAY, HOME, KEY, type KeyTests, OTHER, policyText, TEAM, THERE, trial } from "./setting.ts";
import { refusal } from "./whole-file.ts";

const NANJING = "ap-nanjing";
/**
 * 501 accounts with which an image can be shared, and a world with these and the default accounts.
 */
const extraAccounts = Array.from({ length: 501 }, (_, index) => ({
  uin: String(200_000_000_000 + index),
  appId: String(index),
  secretId: `AKIDemulator-extra-${index}`,
  secretKey: "emulator-secret",
}));
const manyAccounts = { accounts: [...DEFAULT_ACCOUNTS, ...extraAccounts] };
const firstAccounts = (count: number) => JSON.stringify(extraAccounts.slice(0, count).map(({ uin }) => uin));

/** The keys `copy.family`, `copy.publish`, `copy.shareWith`, `copy.encrypt` and `copy.regions`. */
export const PUBLISHING: KeyTests = {
  "copy.family": {
    "is inherited, another family, or none, and is set in one call with the name": async () => {
      for (const [keys, expected] of [
        [{}, "golden"],
        [{ copy: "{family: web}" }, "web"],
        [{ copy: "{family: false}" }, ""],
      ] as const) {
        const t = await trial(policyText(keys));
        baked(t, { family: "golden" });
        expect(await t.calls(() => t.settle(t.program))).toMatchObject({ ModifyImageAttribute: 1 });
        expect(t.image(THERE, "golden-1")?.family).toBe(expected);
        expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 2 });
      }
    },
    "points to the copy of the newest source; costs one call per region in which several images have the family":
      async () => {
        const t = await trial(policyText({ to: `[${THERE}, ${NANJING}]` }));
        for (const name of ["golden-1", "golden-2"]) {
          t.pass(DAY);
          baked(t, { name, family: "golden" });
          await t.settle(t.program);
        }
        expect([t.pointed(THERE, "golden"), t.pointed(NANJING, "golden")]).toEqual(["golden-2", "golden-2"]);
        expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 3, DescribeImageFromFamily: 2 });
      },
    "is reported if it points to an image that is not ours": async () => {
      const t = await trial(policyText());
      baked(t, { family: "golden" });
      await t.settle(t.program);
      makeImages(t.world, { region: THERE, name: "by hand", family: "golden" });
      expect((await t.sweep()).problems).toMatchObject([{ code: "family-taken" }]);
    },
  },
  "copy.publish": {
    "each: a copy gets its family when it is finished; together: when all are, except stuck copies": async () => {
      for (const [publish, early] of [
        ["each", "golden-1"],
        ["together", undefined],
      ] as const) {
        const t = await trial(
          policyText({ to: `[${THERE}, ${NANJING}]`, stuckAfter: "40m", copy: `{publish: ${publish}}` }),
        );
        baked(t, { family: "golden" });
        const effect = { kind: "stick-copy", percent: 50, destination: NANJING } as const;
        addFault(t.world, { match: { action: "SyncImages", dryRun: false }, effect });
        const report = await t.live(30);
        expect(t.pointed(THERE, "golden")).toBe(early);
        const publicationHold = report.copies.flatMap((copy) =>
          "publicationHold" in copy ? [copy.publicationHold?.code] : [],
        );
        expect(publicationHold).toEqual(publish === "each" ? [] : ["publication-held"]);
        endFaults(t.world);
        await t.live(20);
        expect(t.pointed(THERE, "golden")).toBe("golden-1");
        expect(t.pointed(NANJING, "golden")).toBe(undefined);
      }
    },
    "together: the first copy of a shared image waits for the copies that are made from it": async () => {
      const keys = {
        select: `{type: shared, creator: ["${OTHER}"], newest: 9}`,
        to: `[${HOME}, ${THERE}]`,
        stuckAfter: "9h",
      };
      for (const sourceBusyWhileCopying of ALL_SWITCHES.sourceBusyWhileCopying.values) {
        const text = policyText({ ...keys, copy: `{publish: together, family: base, shareWith: ["${TEAM}"]}` });
        const t = await trial(text, { switches: { sourceBusyWhileCopying } });
        const [theirs] = makeImages(t.world, { region: HOME, name: "base-1", account: OTHER, sizeGiB: 20 });
        if (theirs) shareImage(t.world, theirs, [ACCOUNT]);
        const pointed = new Set<string>();
        for (let round = 0; round < 8; round += 1) {
          await t.live(4, 2);
          pointed.add(`${t.pointed(HOME, "base")} ${t.pointed(THERE, "base")}`);
        }
        expect([...pointed]).toEqual(["undefined undefined", "base-1 base-1"]);
        for (const region of [HOME, THERE])
          expect([...(t.image(region, "base-1")?.shares.keys() ?? [])]).toEqual([TEAM]);
        expect((await t.sweep()).plan.actions).toEqual([]);
      }
    },
    "together: each copy that waits costs one more call": async () => {
      const t = await trial(policyText({ to: `[${THERE}, ${NANJING}]`, copy: "{publish: together}" }));
      baked(t, { family: "golden" });
      expect(await t.calls(() => t.settle(t.program))).toMatchObject({ ModifyImageAttribute: 3 });
      expect([t.pointed(THERE, "golden"), t.pointed(NANJING, "golden")]).toEqual(["golden-1", "golden-1"]);
    },
  },
  "copy.shareWith": {
    "shares the copies, with one call per 50 accounts, and one call per copy in each sweep": async () => {
      const t = await trial(
        policyText({ to: `[${THERE}, ${NANJING}]`, copy: `{shareWith: ${firstAccounts(120)}}` }),
        manyAccounts,
      );
      baked(t);
      expect(await t.calls(() => t.settle(t.program))).toMatchObject({ ModifyImageSharePermission: 6 });
      for (const region of [THERE, NANJING]) expect(t.image(region, "golden-1")?.shares.size).toBe(120);
      expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 3, DescribeImageSharePermission: 2 });
      expect(t.names(HOME)).toEqual(["golden-1"]);
      expect(t.image(HOME, "golden-1")?.shares.size).toBe(0);
    },
    "takes back what it no longer lists, and leaves accounts that a person added": async () => {
      const t = await trial(policyText({ copy: `{shareWith: ["${TEAM}"]}` }));
      baked(t);
      await t.settle(t.program);
      t.image(THERE, "golden-1")?.shares.set(OTHER, 0);
      await t.live(10);
      t.follow(policyText());
      await t.live(10);
      expect([...(t.image(THERE, "golden-1")?.shares.keys() ?? [])]).toEqual([OTHER]);
    },
    "leaves out an account that the cloud refuses, and reports it": async () => {
      const t = await trial(policyText({ copy: `{shareWith: ["100000088888", "${TEAM}"]}` }));
      baked(t);
      const { problems } = await t.settle(t.program);
      expect([...(t.image(THERE, "golden-1")?.shares.keys() ?? [])]).toEqual([TEAM]);
      expect(problems).toMatchObject([{ code: "account-refused" }]);
    },
    "has at most 500 accounts, as in the cloud": async () => {
      expect(refusal(policyText({ copy: `{shareWith: ${firstAccounts(500)}}` }))).toBe("");
      expect(refusal(policyText({ copy: `{shareWith: ${firstAccounts(501)}}` }))).toContain("at most 500");
      const t = await trial(policyText(), manyAccounts);
      const { imageId, shares } = baked(t);
      for (const { uin } of extraAccounts.slice(0, 500)) shares.set(uin, 0);
      const one = { ImageId: imageId, AccountIds: [extraAccounts[500]?.uin], Permission: "SHARE" };
      expect(t.ask("ModifyImageSharePermission", HOME, one)).toBe("OverQuota");
    },
    "reports the error code of an image that the cloud does not share": async () => {
      const t = await trial(policyText({ copy: `{shareWith: ["${TEAM}"]}` }));
      const { imageId } = baked(t, { platform: "RedHat" });
      const report = await t.live(30);
      const code = "FailedOperation.RImageShareFailed";
      expect(t.reasons(report)).toEqual([`${THERE} ${code}`]);
      const same = { ImageId: imageId, AccountIds: [TEAM], Permission: "SHARE" };
      expect(t.ask("ModifyImageSharePermission", HOME, same)).toBe(code);
    },
    "a shared copy cannot be modified in the cloud: it is unshared, modified and shared again": async () => {
      const keys = (description: string) =>
        policyText({ copy: `{shareWith: ["${TEAM}"], description: ${description}}` });
      const t = await trial(keys("first"));
      baked(t);
      await t.settle(t.program);
      const { imageId } = t.image(THERE, "golden-1") ?? {};
      const refused = t.ask("ModifyImageAttribute", THERE, { ImageId: imageId, ImageDescription: "x" });
      expect(refused).toBe("UnsupportedOperation.SharedImageModifyUnsupported");
      t.follow(keys("second"));
      await t.live(5);
      expect(t.image(THERE, "golden-1")?.description).toBe("second");
      expect([...(t.image(THERE, "golden-1")?.shares.keys() ?? [])]).toEqual([TEAM]);
    },
  },
  "copy.encrypt": {
    "an encrypted copy is made from a plain copy in its region, and then the plain copy is deleted": async () => {
      for (const [encrypt, kmsKeyId] of [
        ["true", ""],
        [`{kmsKeyId: ${KEY}}`, KEY],
      ] as const) {
        const t = await trial(policyText({ copy: `{encrypt: ${encrypt}}` }));
        baked(t, { family: "golden" });
        const calls = await t.calls(() => t.live(40));
        expect(calls).toMatchObject({
          SyncImages: 2,
          DeleteImages: 1,
          DescribeInstances: 1,
          DescribeLaunchTemplates: 1,
        });
        expect(t.names(THERE)).toEqual(["golden-1"]);
        expect(t.image(THERE, "golden-1")).toMatchObject({ encrypted: true, kmsKeyId, family: "golden" });
        expect(t.world.leftSnapshots).toEqual([]);
        expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 2 });
      }
    },
    "is refused together with shareWith: the cloud shares no encrypted image": async () => {
      const text = policyText({ copy: `{encrypt: true, shareWith: ["${TEAM}"]}` });
      expect(refusal(text)).toContain("Tencent Cloud does not share encrypted images");
      const t = await trial(policyText());
      const { imageId } = baked(t, { encrypted: true });
      const share = { ImageId: imageId, AccountIds: [TEAM], Permission: "SHARE" };
      expect(t.ask("ModifyImageSharePermission", HOME, share)).toBe("UnsupportedOperation.EncryptedImagesNotSupported");
    },
    "the cloud encrypts a copy only in the region of its source": async () => {
      const t = await trial(policyText());
      const { imageId } = baked(t);
      const request = { ImageIds: [imageId], DestinationRegions: [THERE], Encrypt: true };
      expect(t.ask("SyncImages", HOME, request)).toBe("InvalidParameterValue.InvalidRegion");
      expect(t.ask("SyncImages", HOME, { ...request, DestinationRegions: [HOME] })).toMatchObject({ ImageSet: [] });
    },
    "a KMS key that does not exist in the region is reported with the error code of the cloud": async () => {
      const t = await trial(policyText({ copy: `{encrypt: {kmsKeyId: ${KEY}}}` }));
      setKmsKeys(t.world, HOME, [KEY]);
      baked(t);
      expect(t.reasons(await t.live(30))).toEqual([`${THERE} InvalidParameter.InvalidKmsKeyId`]);
      setKmsKeys(t.world, THERE, [KEY]);
      await t.live(60);
      expect(t.names(THERE)).toEqual(["golden-1"]);
    },
  },
  "copy.regions": {
    "overrides settings for one destination": async () => {
      const regions = `{${THERE}: {encrypt: {kmsKeyId: ${KEY}}, tags: {inherit: false, set: {team: db}}}}`;
      const t = await trial(
        policyText({ to: `[${THERE}, ${NANJING}]`, copy: `{tags: {set: {team: web}}, regions: ${regions}}` }),
      );
      setKmsKeys(t.world, THERE, [KEY]);
      baked(t, { tags: { release: "1" } });
      await t.live(40);
      expect(t.image(THERE, "golden-1")).toMatchObject({ encrypted: true, kmsKeyId: KEY });
      expect(t.image(NANJING, "golden-1")).toMatchObject({ encrypted: false });
      expect(t.tags(NANJING, "golden-1")).toMatchObject({ team: "web", release: "1" });
      expect(t.tags(THERE, "golden-1")).toMatchObject({ team: "db" });
      expect(t.tags(THERE, "golden-1")).not.toHaveProperty("release");
    },
    "is needed for KMS keys, because a key belongs to one region": async () => {
      const to = `[${THERE}, ${NANJING}]`;
      expect(refusal(policyText({ to, copy: `{encrypt: {kmsKeyId: ${KEY}}}` }))).toContain(
        "a KMS key belongs to one region",
      );
      expect(refusal(policyText({ copy: "{regions: {mainland: {encrypt: true}}}" }))).toContain("mainland");
    },
  },
};
