// Tests of the keys about keeping and deleting copies.
import { expect } from "vitest";
import { changeImage, deleteImage, shareImage } from "../../emulator/control/console.ts";
import { makeInstances, makeLaunchTemplate } from "../../emulator/world/image-users.ts";
import { SETTLE } from "../support/builders.ts";
import { baked, DAY, type KeyTests, MINUTE, OTHER, policyText, THERE, type Trial, trial } from "./setting.ts";

const deleting = (minAge: string) => policyText({ prune: `{delete: true, minAge: ${minAge}, last: true}` });

/** The calls that read two regions, and one that looks for missing sources. */
const READING = { DescribeImages: 3 };

/** A world with `count` finished copies whose sources were deleted. */
async function orphaned(text: string, count = 1): Promise<Trial> {
  const t = await trial(text);
  const roots = t.bake({ name: "golden", count });
  await t.settle(t.program);
  for (const root of roots) deleteImage(t.world, root);
  await t.sweep();
  return t;
}

/** The keys `prune` and `onDrift`. */
export const KEEPING: KeyTests = {
  "prune.delete": {
    "false: orphaned copies stay": async () => {
      const t = await orphaned(policyText());
      t.pass(30 * DAY);
      const { plan, copies } = await t.live(20);
      expect(copies.map(({ phase }) => phase)).toEqual(["retired"]);
      expect(plan.retained).toMatchObject([{ reason: { code: "not-permitted" } }]);
      expect(t.names(THERE)).toEqual(["golden-1"]);
      expect(await t.calls(t.sweep)).toEqual(READING);
    },
    "true: an orphaned copy is deleted with its snapshots, after its possible uses were read": async () => {
      const t = await orphaned(deleting("1d"), 2);
      expect(await t.calls(t.sweep)).toEqual(READING);
      t.pass(DAY);
      expect(await t.calls(t.sweep)).toMatchObject({
        ...{ DescribeInstances: 1, DescribeLaunchTemplates: 1, DescribeLaunchConfigurations: 1 },
        ...{ DescribeImageSharePermission: 2, DeleteImages: 2 },
      });
      expect(t.names(THERE)).toEqual([]);
      expect(t.world.leftSnapshots.filter(({ region }) => region === THERE)).toEqual([]);
    },
    "true: a run deletes at most ten copies": async () => {
      const t = await orphaned(deleting("1h").replace("newest: 9", "newest: 20"), 12);
      t.pass(DAY);
      await t.sweep();
      expect(t.names(THERE)).toHaveLength(2);
      await t.sweep();
      expect(t.names(THERE)).toEqual([]);
    },
    "true: a copy stays that is in use, shared with other accounts, or the current image of a family": async () => {
      const t = await trial(deleting("1h"));
      const roots = ["golden-1", "golden-2", "golden-3", "golden-4"].map((name) =>
        baked(t, { name, ...(name === "golden-3" && { family: "golden" }) }),
      );
      await t.settle(t.program);
      const idOf = (name: string) => t.image(THERE, name)?.imageId ?? "";
      makeInstances(t.world, { region: THERE, imageId: idOf("golden-1") });
      shareImage(t.world, { region: THERE, imageId: idOf("golden-2") }, [OTHER]);
      for (const root of roots) deleteImage(t.world, root);
      await t.sweep();
      t.pass(DAY);
      await t.live(10);
      const retained: string[] = [];
      const calls = await t.calls(async () => {
        const { plan } = await t.sweep();
        retained.push(...plan.retained.map(({ image, reason }) => `${image.name} ${reason.code}`));
      });
      expect(retained.sort()).toEqual(["golden-1 in-use", "golden-2 shared-outside", "golden-3 family-points-here"]);
      expect(t.names(THERE)).toEqual(["golden-1", "golden-2", "golden-3"]);
      expect(calls).toMatchObject({
        DescribeImageFromFamily: 1,
        DescribeImageSharePermission: 3,
        DescribeInstances: 1,
      });
    },
    "true: each launch template costs one more call, DescribeLaunchTemplateVersions": async () => {
      const t = await orphaned(deleting("1h"));
      const { imageId = "" } = t.image(THERE, "golden-1") ?? {};
      makeLaunchTemplate(t.world, { region: THERE, imageIds: [imageId, "img-other001"] });
      t.pass(DAY);
      expect(await t.calls(t.sweep)).toMatchObject({ DescribeLaunchTemplates: 1, DescribeLaunchTemplateVersions: 1 });
      expect(t.names(THERE)).toEqual(["golden-1"]);
    },
  },
  "prune.minAge": {
    "a copy must be orphaned for this time": async () => {
      const t = await orphaned(deleting("3d"));
      t.pass(3 * DAY - 5 * MINUTE);
      expect((await t.sweep()).plan.retained).toMatchObject([{ reason: { code: "too-recent" } }]);
      t.pass(5 * MINUTE);
      await t.sweep();
      expect(t.names(THERE)).toEqual([]);
    },
    "is at least SETTLE and 60 s": async () => {
      const t = await orphaned(deleting("0s"));
      t.pass(SETTLE + MINUTE - 1);
      await t.sweep();
      expect(t.names(THERE)).toEqual(["golden-1"]);
      t.pass(1);
      await t.sweep();
      expect(t.names(THERE)).toEqual([]);
    },
  },
  onDrift: {
    "repair: each manual change costs one call to repair; a deleted copy is made again": async () => {
      const t = await trial(policyText());
      baked(t, { tags: { team: "web" }, description: "as baked", family: "golden" });
      await t.settle(t.program);
      const { imageId = "" } = t.image(THERE, "golden-1") ?? {};
      const at = { region: THERE, imageId };
      const { team: _, ...others } = t.tags(THERE, "golden-1");
      changeImage(t.world, at, { tags: others, description: "by hand", family: "by-hand" });
      expect(await t.calls(() => t.live(10))).toMatchObject({ TagResources: 1, ModifyImageAttribute: 2 });
      expect(t.image(THERE, "golden-1")).toMatchObject({ description: "as baked", family: "golden" });
      expect(t.tags(THERE, "golden-1")).toMatchObject({ team: "web" });
      deleteImage(t.world, at);
      await t.live(30);
      expect(t.names(THERE)).toEqual(["golden-1"]);
      expect(t.syncs()).toBe(2);
    },
    "report: a manual change is reported and not repaired": async () => {
      const t = await trial(policyText({ onDrift: "report" }));
      baked(t, { description: "as baked" });
      await t.settle(t.program);
      const at = { region: THERE, imageId: t.image(THERE, "golden-1")?.imageId ?? "" };
      changeImage(t.world, at, { description: "by hand" });
      expect((await t.live(10)).problems).toMatchObject([{ code: "drift" }]);
      expect(t.image(THERE, "golden-1")?.description).toBe("by hand");
      deleteImage(t.world, at);
      expect(t.reasons(await t.live(30))).toEqual([`${THERE} gone`]);
      expect(t.syncs()).toBe(1);
    },
  },
};
