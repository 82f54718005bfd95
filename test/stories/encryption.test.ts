// Encrypted copies: through a plain copy in the same region, which is deleted afterwards.
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeUser, removeUser } from "../../emulator/world/image-users.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { copySettings, policy } from "../support/builders.ts";
import { sweep } from "../support/world.ts";
import { FACTORY, type Story, story } from "./story.ts";

const KEY = "01234567-89ab-cdef-0123-456789abcdef";
const golden = policy({
  to: ["ap-shanghai", "ap-beijing"],
  copy: copySettings({ family: "inherit", regions: { "ap-shanghai": { encrypt: { kmsKeyId: KEY } } } }),
});

let s: Story;
beforeEach(async () => {
  s = await story();
});
afterEach(() => s.t.close());

it("an encrypted copy is made from a plain copy in its region, and then the plain copy is deleted", {
  timeout: 60_000,
}, async () => {
  s.t.world.kmsKeys.set("ap-shanghai", [KEY]);
  const program = s.program(FACTORY, [golden]);
  s.bake("golden-1", "golden");
  await s.pass(3, [program]);
  expect(s.names(FACTORY, "ap-shanghai")).toEqual(["golden-1"]);
  expect(s.image(FACTORY, "ap-shanghai", "golden-1")).toMatchObject({ encrypted: true, family: "golden" });
  expect(s.image(FACTORY, "ap-beijing", "golden-1")).toMatchObject({ encrypted: false, family: "golden" });
  expect(s.t.world.leftSnapshots).toEqual([]);
  expect((await replicate(sweep, program)).plan.actions).toEqual([]);

  await s.t.forget();
  const syncs = s.t.syncs();
  await s.pass(1, [s.program(FACTORY, [golden])]);
  expect(s.t.syncs()).toBe(syncs);
});

it("a plain copy that is in use is deleted only after its last use", { timeout: 60_000 }, async () => {
  const program = s.program(FACTORY, [golden]);
  s.bake("golden-1", "golden");
  let instance = "";
  await s.pass(3, [program], () => {
    const plain = [...(s.t.world.images.get("ap-shanghai")?.values() ?? [])].find(({ name }) =>
      name.includes("--plain-"),
    );
    if (!plain || instance) return;
    instance = makeUser(s.t.world, { kind: "instance", region: "ap-shanghai", imageIds: [plain.imageId] }).id;
  });
  expect(s.names(FACTORY, "ap-shanghai")).toEqual(["golden-1", expect.stringMatching(/^golden-1--plain-/)]);
  removeUser(s.t.world, "ap-shanghai", instance);
  await s.pass(1, [program]);
  expect(s.names(FACTORY, "ap-shanghai")).toEqual(["golden-1"]);
});
