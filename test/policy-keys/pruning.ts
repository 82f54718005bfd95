// Tests of the keys of `prune` that say which orphaned copies stay.
import { expect } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { deleteImage, shareImage } from "../../emulator/control/console.ts";
import { makeLaunchTemplate } from "../../emulator/world/image-users.ts";
import { baked, DAY, HOUR, type KeyTests, OTHER, policyText, TEAM, THERE, type Trial, trial } from "./setting.ts";

const NEWEST = '{name: ["golden-*"], newest: 1}';

/** A world with the versions golden-1, golden-2 …, made one day after the other and all copied. */
async function versions(keys: Readonly<Record<string, string>>, count: number): Promise<Trial> {
  const t = await trial(policyText({ select: NEWEST, ...keys }));
  for (let n = 1; n <= count; n += 1) await nextVersion(t, n);
  return t;
}

async function nextVersion(t: Trial, n: number): Promise<void> {
  t.pass(DAY);
  baked(t, { name: `golden-${n}`, createdAt: t.world.now() });
  await t.live(20);
}

/** Makes every copy fail from now on. */
function failCopies(t: Trial): void {
  addFault(t.world, { match: { action: "SyncImages", times: 0 }, effect: { kind: "fail-copy", percent: 40 } });
}

const idOf = (t: Trial, name: string) => t.image(THERE, name)?.imageId ?? "";

/** The keys of `prune` except `delete` and `minAge`. */
export const PRUNING: KeyTests = {
  "prune.last": {
    "false: the old version stays as long as the new one cannot be made": async () => {
      const t = await versions({ prune: "{delete: true, minAge: 1h}", attempts: "1" }, 1);
      failCopies(t);
      await nextVersion(t, 2);
      t.pass(30 * DAY);
      const { plan } = await t.live(20);
      expect(plan.retained).toMatchObject([{ reason: { code: "last-version" } }]);
      expect(t.names(THERE)).toContain("golden-1");
    },
    "true: the old version is deleted all the same": async () => {
      const t = await versions({ prune: "{delete: true, minAge: 1h, last: true}", attempts: "1" }, 1);
      failCopies(t);
      await nextVersion(t, 2);
      t.pass(DAY);
      await t.live(20);
      expect(t.names(THERE)).not.toContain("golden-1");
    },
  },
  "prune.shared": {
    "keep: a copy that its policy shares stays; validate warns where that is not said": async () => {
      const keys = { copy: `{shareWith: ["${TEAM}"]}`, prune: "{delete: true, minAge: 1h}" };
      const t = await versions(keys, 2);
      expect(t.warnings.map(({ text }) => text).join()).toContain("prune.shared");
      t.pass(DAY);
      const { plan } = await t.live(20);
      expect(plan.retained).toMatchObject([{ reason: { code: "shared" } }]);
      expect(t.names(THERE)).toEqual(["golden-1", "golden-2"]);
    },
    "delete: it is unshared and then deleted, unless it is also shared with another account": async () => {
      const keys = { copy: `{shareWith: ["${TEAM}"]}`, prune: "{delete: true, minAge: 1h, shared: delete}" };
      const t = await versions(keys, 2);
      expect(t.warnings).toEqual([]);
      t.pass(DAY);
      expect(await t.calls(() => t.live(20))).toMatchObject({ ModifyImageSharePermission: 1, DeleteImages: 1 });
      expect(t.names(THERE)).toEqual(["golden-2"]);
      shareImage(t.world, { region: THERE, imageId: idOf(t, "golden-2") }, [OTHER]);
      await nextVersion(t, 3);
      t.pass(DAY);
      expect((await t.live(20)).plan.retained).toMatchObject([{ reason: { code: "shared-outside" } }]);
      expect(t.names(THERE)).toEqual(["golden-2", "golden-3"]);
    },
  },
  "prune.keep": {
    "the newest orphaned copies stay": async () => {
      const t = await versions({ prune: "{delete: true, minAge: 1h, keep: 2}" }, 5);
      t.pass(DAY);
      const { plan } = await t.live(20);
      expect(plan.retained.map(({ reason }) => reason.code)).toEqual(["kept", "kept"]);
      expect(t.names(THERE)).toEqual(["golden-3", "golden-4", "golden-5"]);
    },
  },
  "prune.deprecateAfter": {
    "an orphaned copy is deprecated after this time, and the last version is not": async () => {
      const t = await versions({ prune: "{deprecateAfter: 12h}" }, 2);
      expect(t.image(THERE, "golden-1")?.deprecated).toBe(false);
      t.pass(12 * HOUR);
      expect(await t.calls(() => t.live(20))).toMatchObject({ ModifyImageAttribute: 1 });
      expect(t.image(THERE, "golden-1")?.deprecated).toBe(true);
      for (const name of ["golden-1", "golden-2"]) {
        const root = t.image("ap-guangzhou", name);
        if (root) deleteImage(t.world, root);
      }
      t.pass(DAY);
      await t.live(20);
      expect(t.image(THERE, "golden-2")?.deprecated).toBe(false);
    },
    "the deprecation ends when the copy is desired again": async () => {
      const t = await versions({ prune: "{deprecateAfter: 1h}" }, 2);
      t.pass(HOUR);
      await t.live(20);
      expect(t.image(THERE, "golden-1")?.deprecated).toBe(true);
      t.follow(policyText());
      await t.live(20);
      expect(t.image(THERE, "golden-1")?.deprecated).toBe(false);
    },
  },
  "prune.templateVersions": {
    "all: every version of a launch template keeps its image": async () => {
      const t = await versions({ prune: "{delete: true, minAge: 1h}" }, 2);
      const imageIds = [idOf(t, "golden-1"), idOf(t, "golden-2")];
      makeLaunchTemplate(t.world, { region: THERE, imageIds, defaultVersion: 2 });
      t.pass(DAY);
      expect((await t.live(20)).plan.retained).toMatchObject([{ reason: { code: "in-use" } }]);
    },
    "default: an older version than the default one does not, and a newer one does": async () => {
      const t = await versions({ prune: "{delete: true, minAge: 1h, templateVersions: default}" }, 3);
      const ids = ["golden-1", "golden-3", "golden-2"].map((name) => idOf(t, name));
      makeLaunchTemplate(t.world, { region: THERE, imageIds: ids, defaultVersion: 2 });
      t.pass(DAY);
      expect((await t.live(20)).plan.retained).toMatchObject([{ reason: { code: "in-use" } }]);
      expect(t.names(THERE)).toEqual(["golden-2", "golden-3"]);
    },
  },
};
