// The cookbook: regions that stand in for each other, lie abroad, or hold encrypted images only.
import { afterEach, describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { type Case, HOME, HOUR, openCase } from "./case.ts";

let c: Case;
afterEach(() => c.close());

describe("the cookbook", { timeout: 120_000 }, () => {
  it("disaster-recovery: while one region is down, the other has the images, and builds; later both have all", async () => {
    c = await openCase("disaster-recovery");
    c.bake("shop-41");
    await c.apply();
    expect(c.current("ap-shanghai", "shop")).toBe("shop-41");

    addFault(c.world, {
      match: { service: "cvm", region: HOME, times: 0 },
      effect: { kind: "error", code: "InternalError" },
    });
    c.pass(HOUR);
    const down = await c.run("apply");
    expect(down.code).toBe(3);
    expect(down.stdout + down.stderr).toMatch(/in ap-guangzhou: InternalError/);
    // The failover: instances start from the family in Shanghai, and a fix is built there.
    expect(c.current("ap-shanghai", "shop")).toBe("shop-41");
    c.bake("shop-42", { region: "ap-shanghai", family: "shop" });
    await c.run("apply");
    expect(c.current("ap-shanghai", "shop")).toBe("shop-42");

    endFaults(c.world);
    c.pass(HOUR);
    await c.apply();
    expect(c.names(HOME)).toEqual(["shop-41", "shop-42"]);
    expect(c.names("ap-shanghai")).toEqual(["shop-41", "shop-42"]);
    expect(c.current(HOME, "shop")).toBe("shop-42");
  });

  it("encrypted-region: the copy there is encrypted with its key, and the plain one on the way to it is deleted", async () => {
    c = await openCase("encrypted-region");
    c.bake("ledger-3");
    await c.apply();
    expect(c.names("ap-shanghai")).toEqual(["ledger-3"]);
    expect(c.image("ap-shanghai", "ledger-3")).toMatchObject({
      encrypted: true,
      kmsKeyId: "01234567-89ab-cdef-0123-456789abcdef",
    });
    expect(c.image("ap-beijing", "ledger-3")).toMatchObject({ encrypted: false });
    for (const region of ["ap-beijing", "ap-shanghai"]) expect(c.current(region, "ledger")).toBe("ledger-3");
  });

  it("across-the-border: only images with the tag leave the mainland; without the approval they are blocked", async () => {
    c = await openCase("across-the-border");
    c.bake("site-8", { tags: { export: "approved" } });
    c.bake("site-9");
    await c.apply();
    expect(c.names("ap-shanghai")).toEqual(["site-8", "site-9"]);
    for (const region of ["ap-hongkong", "ap-singapore"]) expect(c.names(region)).toEqual(["site-8"]);

    c.edit("    crossBorder: approved", "    # crossBorder: approved");
    c.bake("site-10", { tags: { export: "approved" } });
    await c.apply(3);
    expect((await c.run("status")).stdout).toContain("crosses the border of mainland China");
    expect(c.names("ap-hongkong")).toEqual(["site-8"]);
    expect(c.names("ap-shanghai")).toEqual(["site-10", "site-8", "site-9"]);
  });

  it("adopt-packer-copies: a copy that Packer made counts, unchanged, and only what is missing is copied", async () => {
    c = await openCase("adopt-packer-copies");
    c.bake("runner-20");
    c.pass(HOUR);
    const made = c.bake("runner-20", { region: "ap-shanghai" });
    const plan = await c.run("plan");
    expect(plan.stdout).toContain("ap-beijing");
    await c.apply();
    expect(c.names("ap-shanghai")).toEqual(["runner-20"]);
    expect(c.names("ap-beijing")).toEqual(["runner-20"]);
    expect(c.image("ap-shanghai", "runner-20")).toBe(made);
    expect(c.image("ap-beijing", "runner-20")?.copiedFrom).toBeDefined();
    expect((await c.run("status")).stdout).toContain(made.imageId);
  });
});
