// Tests of the keys that set attributes of copies.
import { expect } from "vitest";
import { changeImage } from "../../emulator/control/console.ts";
import { baked, HOME, type KeyTests, MINUTE, policyText, THERE, trial } from "./setting.ts";
import { refusal } from "./whole-file.ts";

const TAGGED = { release: "approved", "qcs:owner": "x", Tencent: "x", projectId: "1" };

/** The keys `copy.name`, `copy.description` and `copy.tags`. */
export const DRESSING: KeyTests = {
  "copy.name": {
    "is a template with several variables": async () => {
      const name = `'{{name}}.{{region}}.{{sourceRegion}}.{{date}}'`;
      const t = await trial(policyText({ copy: `{name: ${name}}` }));
      baked(t);
      const calls = await t.calls(() => t.settle(t.program));
      expect(t.names(THERE)).toEqual(["golden-1.ap-shanghai.ap-guangzhou.2026-11-21"]);
      expect(calls).toMatchObject({ ModifyImageAttribute: 1 });
      expect(refusal(policyText({ copy: "{name: '{{nam}}'}" }))).toContain("{{sourceId}}");
    },
    "distinguishes two sources with the same name, whose copies have a name conflict otherwise": async () => {
      for (const [keys, codes, copies] of [
        [{}, [`${THERE} name-conflict`], 1],
        [{ copy: "{name: '{{name}}-{{sourceId}}'}" }, [], 2],
      ] as const) {
        const t = await trial(policyText({ from: `[${HOME}, ap-nanjing]`, ...keys }));
        baked(t);
        t.pass(MINUTE);
        baked(t, { region: "ap-nanjing" });
        expect(t.reasons(await t.sweep())).toEqual(codes);
        await t.settle(t.program, 8);
        expect(t.copies()).toHaveLength(copies);
      }
    },
    "does not rename a finished copy": async () => {
      const t = await trial(policyText());
      baked(t);
      await t.settle(t.program);
      t.follow(policyText({ copy: "{name: '{{name}}-new'}" }));
      expect((await t.live(10)).plan.actions).toEqual([]);
      expect(t.names(THERE)).toEqual(["golden-1"]);
    },
    "has at most 60 characters, as in the cloud": async () => {
      const t = await trial(policyText({ copy: "{name: '{{name}}-{{region}}'}" }));
      baked(t, { name: `golden-${"x".repeat(41)}` });
      const { imageId } = baked(t, { name: `golden-${"y".repeat(42)}` });
      expect(t.reasons(await t.settle(t.program, 6))).toEqual([`${THERE} bad-name`]);
      expect(t.names(THERE)).toEqual([`golden-${"x".repeat(41)}-${THERE}`]);
      const tooLong = { ImageIds: [imageId], ImageName: "x".repeat(61) };
      expect(t.ask("SyncImages", HOME, { ...tooLong, DestinationRegions: [THERE] })).toBe(
        "InvalidParameterValue.TooLarge",
      );
    },
  },
  "copy.description": {
    "is that of the source or a text, set in one call with the name": async () => {
      for (const [keys, expected] of [
        [{}, "as baked"],
        [{ copy: "{description: inherit}" }, "as baked"],
        [{ copy: "{description: ours}" }, "ours"],
      ] as const) {
        const t = await trial(policyText(keys));
        baked(t, { description: "as baked" });
        expect(await t.calls(() => t.settle(t.program))).toMatchObject({ ModifyImageAttribute: 1 });
        expect(t.image(THERE, "golden-1")?.description).toBe(expected);
      }
    },
    "has at most 256 characters, as in the cloud": async () => {
      const [longest, tooLong] = ["x".repeat(256), "x".repeat(257)];
      const t = await trial(policyText({ copy: `{description: ${longest}}` }));
      const { imageId } = baked(t);
      await t.settle(t.program);
      expect(t.image(THERE, "golden-1")?.description).toBe(longest);
      expect(refusal(policyText({ copy: `{description: ${tooLong}}` }))).toContain("at most 256");
      const refused = t.ask("ModifyImageAttribute", HOME, { ImageId: imageId, ImageDescription: tooLong });
      expect(refused).toBe("InvalidParameterValue.TooLarge");
    },
  },
  "copy.tags.inherit": {
    "true: copies get the tags of the source, also after a change, except reserved tags": async () => {
      const t = await trial(policyText());
      const root = baked(t, { tags: TAGGED });
      await t.settle(t.program);
      const inherited = () =>
        Object.entries(t.tags(THERE, "golden-1")).filter(([key]) => !key.startsWith("cvm-replicator:"));
      expect(inherited()).toEqual([["release", "approved"]]);
      changeImage(t.world, root, { tags: { ...TAGGED, release: "old" } });
      expect(await t.calls(t.sweep)).toMatchObject({ TagResources: 1 });
      expect(inherited()).toEqual([["release", "old"]]);
    },
    "true: copies lose a tag that the source loses, unless its value was changed by hand": async () => {
      const t = await trial(policyText());
      const root = baked(t, { tags: { a: "1", b: "2" } });
      await t.settle(t.program);
      const copy = t.image(THERE, "golden-1");
      if (copy) changeImage(t.world, copy, { tags: { ...t.tags(THERE, "golden-1"), b: "mine" } });
      changeImage(t.world, root, { tags: {} });
      expect(await t.calls(() => t.live(10))).toMatchObject({ UnTagResources: 1 });
      expect(t.tags(THERE, "golden-1")).toMatchObject({ b: "mine" });
      expect(t.tags(THERE, "golden-1")).not.toHaveProperty("a");
    },
    "false: copies get no tag of the source": async () => {
      const t = await trial(policyText({ copy: "{tags: {inherit: false}}" }));
      baked(t, { tags: TAGGED });
      await t.settle(t.program);
      expect(t.tags(THERE, "golden-1")).not.toHaveProperty("release");
    },
    "a copy with too many tags is blocked, because the cloud refuses it": async () => {
      const t = await trial(policyText());
      const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`t${i}`, ""]));
      const { imageId } = baked(t, { tags: tags(45) });
      baked(t, { name: "golden-2", tags: tags(44) });
      expect(t.reasons(await t.settle(t.program, 6))).toEqual([`${THERE} too-many-tags`]);
      expect(Object.keys(t.tags(THERE, "golden-2"))).toHaveLength(49);
      const resource = `qcs::cvm:${HOME}:uin/100000000001:image/${imageId}`;
      const more = Array.from({ length: 6 }, (_, i) => ({ TagKey: `more${i}`, TagValue: "" }));
      expect(t.ask("TagResources", HOME, { ResourceList: [resource], Tags: more })).toMatchObject({
        FailedResources: [{ Code: "LimitExceeded.ResourceAttachedTags" }],
      });
    },
  },
  "copy.tags.set": {
    "are removed again when the policy no longer sets them": async () => {
      const t = await trial(policyText({ copy: "{tags: {set: {team: web, env: prod}}}" }));
      baked(t);
      await t.settle(t.program);
      t.follow(policyText({ copy: "{tags: {set: {team: web}}}" }));
      expect(await t.calls(() => t.live(10))).toMatchObject({ UnTagResources: 1 });
      expect(t.tags(THERE, "golden-1")).toMatchObject({ team: "web" });
      expect(t.tags(THERE, "golden-1")).not.toHaveProperty("env");
    },
    "override inherited tags, and cost one call per 10 tags": async () => {
      const t = await trial(policyText({ copy: "{tags: {set: {release: ours, team: web}}}" }));
      baked(t, { tags: TAGGED });
      expect(await t.calls(() => t.settle(t.program))).toMatchObject({ TagResources: 1 });
      expect(t.tags(THERE, "golden-1")).toMatchObject({ release: "ours", team: "web" });
      const set = Array.from({ length: 44 }, (_, i) => `t${i}: x`).join(", ");
      const u = await trial(policyText({ copy: `{tags: {inherit: false, set: {${set}}}}` }));
      baked(u);
      // 44 tags and the five lineage tags.
      expect(await u.calls(() => u.settle(u.program))).toMatchObject({ TagResources: 5 });
      expect(Object.keys(u.tags(THERE, "golden-1"))).toHaveLength(49);
      expect(refusal(policyText({ copy: `{tags: {set: {${set}, more: x}}}` }))).toContain("at most 44");
    },
    "have keys and values that the cloud accepts": async () => {
      const t = await trial(policyText());
      const { imageId } = baked(t);
      const resource = `qcs::cvm:${HOME}:uin/100000000001:image/${imageId}`;
      const wrong = [
        ["qcs:x", "x"],
        ["k".repeat(128), "x"],
        ["k", "v".repeat(256)],
      ] as const;
      for (const [TagKey, TagValue] of wrong) {
        expect(refusal(policyText({ copy: `{tags: {set: {"${TagKey}": "${TagValue}"}}}` }))).not.toBe("");
        const answer = t.ask("TagResources", HOME, { ResourceList: [resource], Tags: [{ TagKey, TagValue }] });
        expect(answer).toEqual(expect.any(String));
      }
    },
  },
};
