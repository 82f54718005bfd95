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
/** Accounts that an image can be shared with, and the usual ones. */
const crowd = Array.from({ length: 501 }, (_, index) => ({
  uin: String(200_000_000_000 + index),
  appId: String(index),
  secretId: `AKIDemulator-crowd-${index}`,
  secretKey: "emulator-secret",
}));
const crowded = { accounts: [...DEFAULT_ACCOUNTS, ...crowd] };
const many = (count: number) => JSON.stringify(crowd.slice(0, count).map(({ uin }) => uin));

/** What the copies are like, and who gets to see them. */
export const PUBLISHING: KeyTests = {
  "copy.family": {
    "inherit, another name, or none; with the name": async () => {
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
    "the newest source leads in each region; a question where several images have it": async () => {
      const t = await trial(policyText({ to: `[${THERE}, ${NANJING}]` }));
      for (const name of ["golden-1", "golden-2"]) {
        t.pass(DAY);
        baked(t, { name, family: "golden" });
        await t.settle(t.program);
      }
      expect([t.pointed(THERE, "golden"), t.pointed(NANJING, "golden")]).toEqual(["golden-2", "golden-2"]);
      expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 3, DescribeImageFromFamily: 2 });
    },
    "that points to somebody else's image is told": async () => {
      const t = await trial(policyText());
      baked(t, { family: "golden" });
      await t.settle(t.program);
      makeImages(t.world, { region: THERE, name: "by hand", family: "golden" });
      expect((await t.sweep()).problems).toMatchObject([{ code: "family-taken" }]);
    },
  },
  "copy.publish": {
    "each: a copy gets its family when it is finished; together: with the others; left out is what stands still":
      async () => {
        for (const [publish, early] of [
          ["each", "golden-1"],
          ["together", undefined],
        ] as const) {
          const t = await trial(
            policyText({ to: `[${THERE}, ${NANJING}]`, stuckAfter: "40m", copy: `{publish: ${publish}}` }),
          );
          baked(t, { family: "golden" });
          const effect = { kind: "stick-copy", percent: 50, destination: NANJING } as const;
          addFault(t.world, { match: { action: "SyncImages" }, effect });
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
    "together: of a shared image the copies are made from one that waits for them": async () => {
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
    "together costs one call more for each copy that waits": async () => {
      const t = await trial(policyText({ to: `[${THERE}, ${NANJING}]`, copy: "{publish: together}" }));
      baked(t, { family: "golden" });
      expect(await t.calls(() => t.settle(t.program))).toMatchObject({ ModifyImageAttribute: 3 });
      expect([t.pointed(THERE, "golden"), t.pointed(NANJING, "golden")]).toEqual(["golden-1", "golden-1"]);
    },
  },
  "copy.shareWith": {
    "shares the copies; a call for 50 accounts, and a question for each copy and look": async () => {
      const t = await trial(policyText({ to: `[${THERE}, ${NANJING}]`, copy: `{shareWith: ${many(120)}}` }), crowded);
      baked(t);
      expect(await t.calls(() => t.settle(t.program))).toMatchObject({ ModifyImageSharePermission: 6 });
      for (const region of [THERE, NANJING]) expect(t.image(region, "golden-1")?.shares.size).toBe(120);
      expect(await t.calls(t.sweep)).toEqual({ DescribeImages: 3, DescribeImageSharePermission: 2 });
      expect(t.names(HOME)).toEqual(["golden-1"]);
      expect(t.image(HOME, "golden-1")?.shares.size).toBe(0);
    },
    "leaves accounts that somebody else added": async () => {
      const t = await trial(policyText({ copy: `{shareWith: ["${TEAM}"]}` }));
      baked(t);
      await t.settle(t.program);
      t.image(THERE, "golden-1")?.shares.set(OTHER, 0);
      await t.live(10);
      t.follow(policyText());
      await t.live(10);
      expect([...(t.image(THERE, "golden-1")?.shares.keys() ?? [])]).toEqual([TEAM, OTHER]);
    },
    "at most 500, by the cloud's rule": async () => {
      expect(refusal(policyText({ copy: `{shareWith: ${many(500)}}` }))).toBe("");
      expect(refusal(policyText({ copy: `{shareWith: ${many(501)}}` }))).toContain("at most 500");
      const t = await trial(policyText(), crowded);
      const { imageId, shares } = baked(t);
      for (const { uin } of crowd.slice(0, 500)) shares.set(uin, 0);
      const one = { ImageId: imageId, AccountIds: [crowd[500]?.uin], Permission: "SHARE" };
      expect(t.ask("ModifyImageSharePermission", HOME, one)).toBe("OverQuota");
    },
    "what the cloud does not share is told with its code": async () => {
      const t = await trial(policyText({ copy: `{shareWith: ["${TEAM}"]}` }));
      const { imageId } = baked(t, { platform: "RedHat" });
      const report = await t.live(30);
      const code = "FailedOperation.RImageShareFailed";
      expect(t.reasons(report)).toEqual([`${THERE} ${code}`]);
      const same = { ImageId: imageId, AccountIds: [TEAM], Permission: "SHARE" };
      expect(t.ask("ModifyImageSharePermission", HOME, same)).toBe(code);
    },
    "a shared copy cannot be modified: it is shared anew after it was": async () => {
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
    "the copy goes there plain, is encrypted there, and the plain one is deleted": async () => {
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
    "not together with shareWith: the cloud shares no encrypted image": async () => {
      const text = policyText({ copy: `{encrypt: true, shareWith: ["${TEAM}"]}` });
      expect(refusal(text)).toContain("Tencent Cloud does not share encrypted images");
      const t = await trial(policyText());
      const { imageId } = baked(t, { encrypted: true });
      const share = { ImageId: imageId, AccountIds: [TEAM], Permission: "SHARE" };
      expect(t.ask("ModifyImageSharePermission", HOME, share)).toBe("UnsupportedOperation.EncryptedImagesNotSupported");
    },
    "in its own region alone, by the cloud's rule": async () => {
      const t = await trial(policyText());
      const { imageId } = baked(t);
      const there = { ImageIds: [imageId], DestinationRegions: [THERE], Encrypt: true };
      expect(t.ask("SyncImages", HOME, there)).toBe("InvalidParameterValue.InvalidRegion");
      expect(t.ask("SyncImages", HOME, { ...there, DestinationRegions: [HOME] })).toMatchObject({ ImageSet: [] });
    },
    "a key that the region does not have is told with the cloud's code": async () => {
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
    "what differs in a destination": async () => {
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
    "a key belongs to a region": async () => {
      const to = `[${THERE}, ${NANJING}]`;
      expect(refusal(policyText({ to, copy: `{encrypt: {kmsKeyId: ${KEY}}}` }))).toContain(
        "a KMS key belongs to one region",
      );
      expect(refusal(policyText({ copy: "{regions: {mainland: {encrypt: true}}}" }))).toContain("mainland");
    },
  },
};
