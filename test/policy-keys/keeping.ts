// Tests of the keys about keeping and deleting copies.
import { expect } from "vitest";
import { changeImage, deleteImage, shareImage } from "../../emulator/control/console.ts";
import { makeInstances, makeLaunchTemplate } from "../../emulator/world/image-users.ts";
import { SETTLE } from "../support/builders.ts";
import { baked, DAY, type KeyTests, MINUTE, OTHER, policyText, THERE, type Trial, trial } from "./setting.ts";

const deleting = (minAge: string) => policyText({ prune: `{delete: true, minAge: ${minAge}}` });

/** A look at two regions, and for sources that are not there. */
const READING = { DescribeImages: 3 };

/** A world with so many finished copies, and without their sources. */
async function orphaned(text: string, count = 1): Promise<Trial> {
  const t = await trial(text);
  const roots = t.bake({ name: "golden", count });
  await t.settle(t.program);
  for (const root of roots) deleteImage(t.world, root);
  await t.sweep();
  return t;
}

/** What becomes of finished copies. */
export const KEEPING: KeyTests = {
  "prune.delete": {
    "false: what nobody wants any more stays": async () => {
      const t = await orphaned(policyText());
      t.pass(30 * DAY);
      const { plan, copies } = await t.live(20);
      expect(copies.map(({ state }) => state)).toEqual(["retired"]);
      expect(plan.retained).toMatchObject([{ reason: { code: "not-permitted" } }]);
      expect(t.names(THERE)).toEqual(["golden-1"]);
      expect(await t.calls(t.sweep)).toEqual(READING);
    },
    "true: it is deleted with its snapshots, once who may use it was read": async () => {
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
    "true: at most ten in a run": async () => {
      const t = await orphaned(deleting("1h").replace("newest: 9", "newest: 20"), 12);
      t.pass(DAY);
      await t.sweep();
      expect(t.names(THERE)).toHaveLength(2);
      await t.sweep();
      expect(t.names(THERE)).toEqual([]);
    },
    "true: what is used, shared with others or pointed to stays": async () => {
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
    "true: a launch template costs a DescribeLaunchTemplateVersions besides": async () => {
      const t = await orphaned(deleting("1h"));
      const { imageId = "" } = t.image(THERE, "golden-1") ?? {};
      makeLaunchTemplate(t.world, { region: THERE, imageIds: [imageId, "img-other001"] });
      t.pass(DAY);
      expect(await t.calls(t.sweep)).toMatchObject({ DescribeLaunchTemplates: 1, DescribeLaunchTemplateVersions: 1 });
      expect(t.names(THERE)).toEqual(["golden-1"]);
    },
  },
  "prune.minAge": {
    "so long nobody must have wanted it": async () => {
      const t = await orphaned(deleting("3d"));
      t.pass(3 * DAY - 5 * MINUTE);
      expect((await t.sweep()).plan.retained).toMatchObject([{ reason: { code: "too-recent" } }]);
      t.pass(5 * MINUTE);
      await t.sweep();
      expect(t.names(THERE)).toEqual([]);
    },
    "SETTLE and 60 s at least": async () => {
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
    "repair: what was changed by hand is set right, a call for each; what was deleted is made again": async () => {
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
    "report: it is told, and left as it is": async () => {
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
