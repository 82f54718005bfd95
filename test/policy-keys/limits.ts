// Tests of the keys that limit copying.
import { expect } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { baked, DAY, HOME, type KeyTests, MINUTE, policyText, THERE, trial } from "./setting.ts";
import { refusal } from "./whole-file.ts";

/** The keys `existing`, `maxSizeGiB`, `attempts` and `stuckAfter`. */
export const LIMITS: KeyTests = {
  existing: {
    "block: another image with the same name requires manual action; the cloud allows each name once": async () => {
      const t = await trial(policyText());
      baked(t, { region: THERE });
      baked(t);
      expect(t.reasons(await t.sweep())).toEqual([`${THERE} name-taken`]);
      const { imageId } = baked(t, { region: THERE, name: "other" });
      const renamed = t.ask("ModifyImageAttribute", THERE, { ImageId: imageId, ImageName: "golden-1" });
      expect(renamed).toBe("InvalidImageName.Duplicate");
    },
    "adopt: a matching image becomes the copy, and is neither changed nor deleted": async () => {
      const keys = {
        existing: "adopt",
        copy: "{description: ours, family: ours}",
        prune: "{delete: true, minAge: 0s}",
      };
      const t = await trial(policyText(keys));
      const root = baked(t);
      t.pass(MINUTE);
      const before = structuredClone(baked(t, { region: THERE, description: "made by hand" }));
      await t.live(20);
      expect((await t.sweep()).copies).toMatchObject([{ phase: "ready", adopted: true, imageId: before.imageId }]);
      t.ask("DeleteImages", HOME, { ImageIds: [root.imageId] });
      t.pass(DAY);
      const { plan } = await t.live(20);
      expect(plan.retained).toMatchObject([{ reason: { code: "adopted" } }]);
      expect(t.image(THERE, "golden-1")).toEqual(before);
    },
    "adopt: an image that does not match requires manual action": async () => {
      const misfits = [
        { sizeGiB: 21 },
        { osName: "Ubuntu" },
        { architecture: "arm" },
        { state: "CREATEFAILED" as const },
      ];
      for (const misfit of misfits) {
        const t = await trial(policyText({ existing: "adopt" }));
        baked(t);
        t.pass(MINUTE);
        baked(t, { region: THERE, ...misfit });
        const { copies } = await t.sweep();
        expect(copies).toMatchObject([{ phase: "blocked", reason: { code: "name-taken" } }]);
      }
      const older = await trial(policyText({ existing: "adopt" }));
      baked(older, { region: THERE });
      older.pass(MINUTE);
      baked(older);
      expect(older.reasons(await older.sweep())).toEqual([`${THERE} name-taken`]);
    },
  },
  maxSizeGiB: {
    "larger images are not requested": async () => {
      const t = await trial(policyText({ maxSizeGiB: "20" }));
      baked(t, { sizeGiB: 20 });
      baked(t, { name: "golden-2", sizeGiB: 21 });
      expect(t.reasons(await t.settle(t.program, 6))).toEqual([`${THERE} too-large`]);
      expect(t.names(THERE)).toEqual(["golden-1"]);
    },
    "without it the limit of the cloud applies, and its refusal is reported": async () => {
      const t = await trial(policyText(), { maxCopyGiB: 50 });
      const { imageId } = baked(t, { sizeGiB: 60 });
      expect(t.reasons(await t.settle(t.program, 3))).toEqual([`${THERE} InvalidImageId.TooLarge`]);
      expect(t.ask("SyncImages", HOME, { ImageIds: [imageId], DestinationRegions: [THERE] })).toBe(
        "InvalidImageId.TooLarge",
      );
    },
    "plan warns above 50 GiB": async () => {
      const t = await trial(policyText());
      baked(t, { sizeGiB: 51 });
      baked(t, { name: "golden-2", sizeGiB: 50 });
      expect((await t.sweep()).plan.warnings.map(({ code }) => code)).toEqual(["large"]);
    },
  },
  attempts: {
    "limits the attempts of a copy; one call deletes each failed image before the next attempt": async () => {
      const t = await trial(policyText({ attempts: "3" }));
      baked(t);
      addFault(t.world, {
        match: { action: "SyncImages", dryRun: false, times: 0 },
        effect: { kind: "fail-copy", percent: 50 },
      });
      const calls = await t.calls(() => t.live(120));
      expect(calls).toMatchObject({ SyncImages: 3, DeleteImages: 2 });
      const { copies } = await t.sweep();
      expect(copies).toMatchObject([{ phase: "failed", attempts: 3, reason: { code: "copy-failed" } }]);
    },
    "is from 1 to 20": async () => {
      for (const wrong of ["0", "21", "1.5"])
        expect(refusal(policyText({ attempts: wrong }))).toContain("from 1 to 20");
    },
  },
  stuckAfter: {
    "limits the time in which a copy makes no progress": async () => {
      for (const [stuckAfter, codes] of [
        ["20m", [`${THERE} stuck`]],
        ["2h", []],
      ] as const) {
        const t = await trial(policyText({ stuckAfter }));
        baked(t);
        addFault(t.world, {
          match: { action: "SyncImages", dryRun: false },
          effect: { kind: "stick-copy", percent: 50 },
        });
        expect(t.reasons(await t.live(45))).toEqual(codes);
        expect(t.syncs()).toBe(1);
      }
    },
  },
};
