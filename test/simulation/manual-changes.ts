// Changes of images by hand, as in the console, between the steps of a simulation.
import { callAction } from "../../emulator/api/dispatch.ts";
import { changeImage, deleteImage, makeImages, shareImage } from "../../emulator/control/console.ts";
import { ApiError } from "../../emulator/errors.ts";
import { progressOf, type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import { makeUser, removeUser } from "../../emulator/world/image-users.ts";
import type { World } from "../../emulator/world/types.ts";
import { setQuota } from "../../emulator/world/world.ts";
import { IGNORE_TAG, ROLLED_BACK_TAG, TAG_PREFIX, tokenIn } from "../../lib/model/identity.ts";
import type { SimulationContext } from "./context.ts";
import type { FaultKind } from "./faults.ts";
import { bake, FAMILY, HOME, OURS, PARTNER, REGIONS, STRANGER } from "./setting.ts";

/** Manual changes. Each returns whether there was an image to change. */
const MANUAL_CHANGES = {
  "same-name": (sim) => {
    const name = sim.random.pick([...sim.roots().map((root) => root.name), "golden-x"]);
    makeImages(sim.world, { region: sim.random.pick(REGIONS), name, silent: true });
    return true;
  },
  noise: ({ world, random }) => {
    const region = random.pick(REGIONS);
    const [noise] = makeImages(world, { region, name: `noise-${random.between(1, 1e6)}`, silent: true });
    const old = imagesIn(world, region).filter((image) => image.name.startsWith("noise-") && image !== noise);
    if (old.length > 3) deleteImage(world, random.pick(old), true);
    return true;
  },
  "delete-copy": ({ world }, copy) => copy && done(deleteImage(world, copy, true)),
  "rename-copy": ({ world, random }, copy) =>
    copy && done(changeImage(world, copy, { name: `mine-${random.between(1, 1e6)}`, silent: true })),
  "untag-copy": ({ world }, copy) => copy && done(changeImage(world, copy, { tags: {}, silent: true })),
  "retag-copy": ({ world, random }, copy) => copy && done(retag(world, copy, { owner: `p${random.between(1, 9)}` })),
  "share-copy": ({ world }, copy) =>
    copy && isFinished(world, copy) && !copy.encrypted && !copy.shares.has(STRANGER)
      ? isDone(() => shareImage(world, copy, [STRANGER], "SHARE", true))
      : false,
  "unshare-copy": (sim) => {
    const shared = sim.ourCopies().filter(({ shares }) => shares.size > 0);
    if (shared.length === 0) return false;
    const copy = sim.random.pick(shared);
    return isDone(() => shareImage(sim.world, copy, [...copy.shares.keys()], "CANCEL", true));
  },
  "family-moved": ({ world, random }, copy) =>
    copy && isFinished(world, copy)
      ? done(changeImage(world, copy, { family: random.pick(["", "mine", FAMILY, FAMILY, "back"]), silent: true }))
      : false,
  "family-taken": (sim) => {
    const { random, world } = sim;
    const region = random.pick(REGIONS.slice(1));
    const familyHolders = imagesIn(world, region).filter((image) => image.name.startsWith("held-"));
    if (familyHolders.length > 0) return done(deleteImage(world, random.pick(familyHolders), true));
    return done(makeImages(world, { region, name: `held-${random.between(1, 1e6)}`, family: FAMILY, silent: true }));
  },
  "describe-copy": ({ world }, copy) =>
    copy && isFinished(world, copy) ? done(changeImage(world, copy, { description: "mine", silent: true })) : false,
  "deprecate-copy": ({ world }, copy) =>
    copy && isFinished(world, copy) ? done(changeImage(world, copy, { deprecated: true, silent: true })) : false,
  "undeprecate-copy": (sim) => {
    const marked = sim.ourCopies().filter((image) => image.deprecated);
    if (marked.length === 0) return false;
    const copy = sim.random.pick(marked);
    const tags = Object.fromEntries([...tagsOf(copy)].filter(([key]) => key !== ROLLED_BACK_TAG));
    return done(changeImage(sim.world, copy, { deprecated: false, tags, silent: true }));
  },
  "use-copy": ({ world, random }, copy) => {
    if (!copy || !isFinished(world, copy)) return false;
    const kind = random.pick(["instance", "launch-template", "launch-configuration"] as const);
    return done(makeUser(world, { kind, region: copy.region, imageIds: [copy.imageId], account: OURS }));
  },
  "stop-using": ({ world, random }) => {
    const { region, id } = world.users.length > 0 ? random.pick(world.users) : { region: "", id: "" };
    return id !== "" && done(removeUser(world, region, id));
  },
  "delete-intermediate": (sim) => {
    const steps = sim.ourCopies().filter(({ name }) => name.includes("--plain-"));
    return steps.length > 0 && done(deleteImage(sim.world, sim.random.pick(steps), true));
  },
  "copy-by-hand": (sim, copy) => copy !== undefined && copyByHand(sim, copy),
  "delete-root": (sim, _, root) => root && sim.roots().length >= 3 && done(deleteImage(sim.world, root, true)),
  "rebuild-root": ({ world }, _, root) => {
    if (!root || root.region !== HOME || progressOf(root, world.workNow()).state !== "NORMAL") return false;
    deleteImage(world, root, true);
    return done(makeImages(world, sameAgain(root)));
  },
  "rename-root": ({ world, random }, _, root) => {
    if (!root || root.region !== HOME || progressOf(root, world.workNow()).state !== "NORMAL") return false;
    const order = sameAgain(root);
    changeImage(world, root, { name: `golden-${random.between(1, 1e6)}`, silent: true });
    return done(makeImages(world, order));
  },
  "retag-root": ({ world, random }, _, root) => root && done(retag(world, root, { team: `t${random.between(1, 9)}` })),
  "ignore-root": (sim, _, root) => {
    if (!root) return false;
    if (!sim.recalled.has(root.imageId)) sim.recalled.set(root.imageId, sim.scheduler.now);
    sim.everRecalled.add(root.imageId);
    return done(retag(sim.world, root, { [IGNORE_TAG]: "yes" }));
  },
  "unignore-root": (sim) => {
    const marked = sim.roots().filter((root) => tagsOf(root).has(IGNORE_TAG));
    if (marked.length === 0) return false;
    const root = sim.random.pick(marked);
    sim.recalled.delete(root.imageId);
    const tags = Object.fromEntries([...tagsOf(root)].filter(([key]) => key !== IGNORE_TAG));
    return done(changeImage(sim.world, root, { tags, silent: true }));
  },
  "deprecate-root": ({ world }, _, root) =>
    root && !root.deprecated && done(changeImage(world, root, { deprecated: true, silent: true })),
  "undeprecate-root": (sim) => {
    const marked = sim.roots().filter((root) => root.deprecated);
    return (
      marked.length > 0 && done(changeImage(sim.world, sim.random.pick(marked), { deprecated: false, silent: true }))
    );
  },
  "revoke-root": ({ world }) => {
    const root = [...world.images.values()]
      .flatMap((images) => [...images.values()])
      .find(({ owner, name }) => owner === PARTNER && name === "base-os");
    return root && done(shareImage(world, root, [OURS], root.shares.has(OURS) ? "CANCEL" : "SHARE", true));
  },
  "quota-changed": ({ world, random }) => done(setQuota(world, random.pick(REGIONS), random.pick([4, 8, 12, 30, 30]))),
  "fill-quota": ({ world, random }) => {
    const region = random.pick(REGIONS);
    if (imagesIn(world, region).length > 20) return false;
    makeImages(world, { region, name: `full-${random.between(1, 1e6)}`, count: random.between(2, 8), silent: true });
    return true;
  },
  "new-root": (sim) => {
    if (sim.roots().length > 6) return false;
    bake(sim.world, sim.random, sim.random.roll(0.5) ? "CREATING" : "NORMAL");
    return true;
  },
} satisfies Partial<
  Record<FaultKind, (sim: SimulationContext, copy?: StoredImage, root?: StoredImage) => boolean | undefined>
>;

/** The order of an image like this one, made now. */
function sameAgain({ region, name, sizeGiB, description, family }: StoredImage) {
  return { region, name, sizeGiB, description, tags: { team: "web" }, ...(family && { family }) };
}

/** Changes that affect neither which copies are desired nor which may be deleted. */
const HARMLESS = new Set<FaultKind>(["use-copy", "stop-using", "share-copy", "noise", "fill-quota", "quota-changed"]);

/** Makes one random manual change, as in the console. */
export function changeByHand(sim: SimulationContext): void {
  const { random } = sim;
  const kind = random.pick(Object.keys(MANUAL_CHANGES) as (keyof typeof MANUAL_CHANGES)[]);
  const copies = sim.ourCopies();
  const roots = sim.roots();
  const copy = copies.length > 0 ? random.pick(copies) : undefined;
  const root = roots.length > 0 ? random.pick(roots) : undefined;
  const call: (sim: SimulationContext, copy?: StoredImage, root?: StoredImage) => boolean | undefined =
    MANUAL_CHANGES[kind];
  if (!call(sim, copy, root)) return;
  // Without both marks no program can recognise our copy, so no check counts it. The same holds if
  // tags are removed between their reading back and the renaming.
  const isBare = copy && !tokenIn(copy.name) && tagsOf(copy).get(`${TAG_PREFIX}self`) !== copy.imageId;
  const isBeingNamed = copy && kind === "untag-copy" && progressOf(copy, sim.world.workNow()).state === "NORMAL";
  if (copy && (isBare || isBeingNamed)) sim.unmarked.add(copy.imageId);
  if (copy && (kind === "untag-copy" || kind === "rename-copy")) sim.edited.add(copy.imageId);
  if (!HARMLESS.has(kind)) sim.changedByHandAt = sim.scheduler.now;
  sim.touched();
  sim.count(kind);
}

function retag(world: World, image: StoredImage, tags: Record<string, string>): void {
  changeImage(world, image, { tags: { ...Object.fromEntries(tagsOf(image)), ...tags }, silent: true });
}

/**
 * Copies our copy by hand. If the cloud carries tags over, the new image has our lineage tags, but
 * it is not ours.
 */
function copyByHand(sim: SimulationContext, copy: StoredImage): boolean {
  const { world, random } = sim;
  const [account] = world.config.accounts;
  const region = random.pick(REGIONS.filter((r) => r !== copy.region));
  if (!account || progressOf(copy, world.workNow()).state !== "NORMAL" || tokenIn(copy.name)) return false;
  const params = {
    ImageIds: [copy.imageId],
    DestinationRegions: [region],
    ImageName: `by-hand-${random.between(1, 1e6)}`,
  };
  const before = new Set(world.images.get(region)?.keys());
  const version = "2017-03-12";
  const order = { account, action: "SyncImages", version, region: copy.region, params };
  if (!isDone(() => callAction(world, { ...order, service: "cvm" }))) return false;
  for (const id of world.images.get(region)?.keys() ?? []) if (!before.has(id)) sim.byHand.add(id);
  return true;
}

function isFinished(world: World, image: StoredImage): boolean {
  return progressOf(image, world.workNow()).state === "NORMAL" && !tokenIn(image.name);
}

function imagesIn(world: World, region: string): StoredImage[] {
  return [...(world.images.get(region)?.values() ?? [])];
}

/** Whether the cloud accepts the call. */
function isDone(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

function done(_: unknown): true {
  return true;
}
