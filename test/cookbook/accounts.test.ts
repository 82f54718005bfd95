// The cookbook: images of other accounts and for them, of pull requests, and a runner that keeps nothing.
import { afterEach, describe, expect, it } from "vitest";
import { deleteImage, shareImage } from "../../emulator/control/console.ts";
import { type Case, DAY, HOME, HOUR, OTHER_TEAM, openCase, TEAM, US, VENDOR } from "./case.ts";

const OTHERS = ["ap-shanghai", "ap-beijing"];

let c: Case;
afterEach(() => c.close());

describe("the cookbook", { timeout: 120_000 }, () => {
  it("vendor-image: a shared image is copied by way of its own region, and the copies outlast the sharing", async () => {
    c = await openCase("vendor-image");
    const theirs = c.bake("firewall-9", { account: VENDOR });
    const foreign = c.bake("firewall-9", { account: OTHER_TEAM });
    for (const image of [theirs, foreign]) shareImage(c.world, at(image), [US]);
    await c.apply();
    for (const region of [HOME, "ap-shanghai"]) {
      expect(c.names(region)).toEqual(["firewall-9"]);
      expect(c.current(region, "firewall")).toBe("firewall-9");
    }
    expect(c.image(HOME, "firewall-9")?.copiedFrom?.imageId).toBe(theirs.imageId);
    shareImage(c.world, at(theirs), [US], "CANCEL");
    c.pass(DAY);
    await c.apply(3);
    for (const region of [HOME, "ap-shanghai"]) expect(c.names(region)).toEqual(["firewall-9"]);
  });

  it("many-accounts: each copy is shared with every team, and with one less once it leaves the policy", async () => {
    c = await openCase("many-accounts");
    c.bake("base-5");
    await c.apply();
    const shares = (region: string) => [...(c.image(region, "base-5")?.shares.keys() ?? [])].sort();
    for (const region of OTHERS) expect(shares(region)).toEqual([VENDOR, TEAM, OTHER_TEAM]);

    c.edit(`, "${OTHER_TEAM}"]`, "]");
    await c.run("apply");
    for (const region of OTHERS) expect(shares(region)).toEqual([VENDOR, TEAM, OTHER_TEAM]);
    c.passUntilTakingBack();
    await c.apply();
    for (const region of OTHERS) expect(shares(region)).toEqual([VENDOR, TEAM]);
  });

  it("ci-runner: two runners with nothing but the bucket make one copy, and so does one that lost even that", async () => {
    c = await openCase("ci-runner");
    c.setEnv({ STATE_URL: `cos://state-1250000001/ci?region=${HOME}`, REPLICATOR_INSTALLATION: "ci" });
    c.bake("build-100");
    await c.apply();
    const copy = c.image("ap-shanghai", "build-100");
    await c.apply();
    c.setEnv({ STATE_URL: `cos://state-1250000001/other?region=${HOME}` });
    await c.apply();
    expect(c.names("ap-shanghai")).toEqual(["build-100"]);
    expect(c.image("ap-shanghai", "build-100")).toBe(copy);
  });

  it("ephemeral-images: the copies of a pull request go after a day, also the last one, and also without its source", async () => {
    c = await openCase("ephemeral-images");
    const closed = c.bake("pr-511");
    c.bake("pr-512");
    await c.apply();
    expect(c.names("ap-shanghai")).toEqual(["pr-511", "pr-512"]);
    deleteImage(c.world, closed, true);
    await c.apply();
    c.pass(2 * HOUR);
    await c.apply();
    expect(c.names("ap-shanghai")).toEqual(["pr-512"]);
    c.pass(DAY);
    await c.apply();
    c.pass(2 * HOUR);
    await c.apply();
    expect(c.names("ap-shanghai")).toEqual([]);
  });
});

const at = ({ region, imageId }: { readonly region: string; readonly imageId: string }) => ({ region, imageId });
