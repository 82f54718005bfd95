// The cookbook: versions that a pipeline makes, promotes, recalls and leaves behind.
import { afterEach, describe, expect, it } from "vitest";
import { changeImage, deleteImage } from "../../emulator/control/console.ts";
import { makeInstances } from "../../emulator/world/image-users.ts";
import { type Case, DAY, HOME, HOUR, openCase } from "./case.ts";

const OTHERS = ["ap-shanghai", "ap-beijing"];

let c: Case;
afterEach(() => c.close());

describe("the cookbook", { timeout: 120_000 }, () => {
  it("golden-pipeline: a rebuild takes the name and the family everywhere, and what it replaced goes later", async () => {
    c = await openCase("golden-pipeline");
    const build = () => c.bake("golden-web", { family: "golden-web" });
    let source = build();
    await c.apply();
    for (const region of OTHERS) expect(c.names(region)).toEqual(["golden-web"]);

    for (let rebuilds = 0; rebuilds < 2; rebuilds += 1) {
      c.passUntilTakingBack();
      deleteImage(c.world, source, true);
      source = build();
      await c.apply();
      for (const region of OTHERS) {
        expect(c.current(region, "golden-web")).toBe("golden-web");
        expect(c.image(region, "golden-web")?.copiedFrom?.imageId).toBe(source.imageId);
      }
    }
    for (const region of OTHERS) expect(c.names(region)).toHaveLength(3);
    c.pass(8 * DAY);
    await c.apply();
    for (const region of OTHERS)
      expect(c.names(region)).toEqual(["golden-web", expect.stringMatching(/^golden-web--replaced-/)]);
  });

  it("promotion-by-tag: an image is copied once it has the tag, and not before", async () => {
    c = await openCase("promotion-by-tag");
    const build = c.bake("app-1.4.0", { tags: { release: "candidate" } });
    await c.apply();
    expect(c.names("ap-shanghai")).toEqual([]);
    changeImage(c.world, build, { tags: { release: "approved" } });
    await c.apply();
    for (const region of ["ap-beijing", "ap-chengdu", "ap-chongqing", "ap-nanjing", "ap-shanghai"]) {
      expect(c.names(region)).toEqual(["app-1.4.0"]);
      expect(c.current(region, "app")).toBe("app-1.4.0");
    }
  });

  it("recall: one tag takes a bad version out of the family everywhere, and back once it is removed", async () => {
    c = await openCase("recall");
    c.bake("web-6");
    c.pass(HOUR);
    const bad = c.bake("web-7");
    await c.apply();
    for (const region of OTHERS) expect(c.current(region, "web")).toBe("web-7");

    changeImage(c.world, bad, { tags: { "cvm-replicator:ignore": "kernel panic" } });
    await c.apply();
    for (const region of OTHERS) {
      expect(c.current(region, "web")).toBe("web-6");
      expect(c.image(region, "web-7")).toMatchObject({ deprecated: true });
    }
    changeImage(c.world, bad, { tags: {} });
    await c.apply();
    for (const region of OTHERS) {
      expect(c.current(region, "web")).toBe("web-7");
      expect(c.image(region, "web-7")).toMatchObject({ deprecated: false });
    }
  });

  it("retention: old copies are deprecated, then deleted with their snapshots, except for one that is in use", async () => {
    c = await openCase("retention");
    for (const version of [1, 2, 3]) {
      c.bake(`api-${version}`);
      await c.apply();
      c.pass(HOUR);
    }
    const used = c.image("ap-shanghai", "api-1");
    makeInstances(c.world, { region: "ap-shanghai", imageId: used?.imageId ?? "" });
    c.pass(2 * DAY);
    await c.apply();
    for (const region of OTHERS) expect(c.image(region, "api-1")).toMatchObject({ deprecated: true });
    c.pass(7 * DAY);
    await c.apply();
    expect(c.names("ap-beijing")).toEqual(["api-2", "api-3"]);
    expect(c.names("ap-shanghai")).toEqual(["api-1", "api-2", "api-3"]);
    expect(c.names(HOME)).toEqual(["api-1", "api-2", "api-3"]); // sources are never deleted
    expect(c.world.leftSnapshots).toEqual([]);
  });
});
