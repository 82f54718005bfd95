import { callAction } from "../../emulator/call.ts";
import { changeImage, deleteImage, makeImages } from "../../emulator/console.ts";
import { ApiError } from "../../emulator/errors.ts";
import { progressOf, type StoredImage, tagsOf } from "../../emulator/image.ts";
import type { World } from "../../emulator/world.ts";
import { IGNORE_TAG, TAG_PREFIX, tokenIn } from "../../lib/core/mark.ts";
import type { FaultKind } from "./faults.ts";
import type { Scene } from "./scene.ts";
import { bake, REGIONS } from "./setting.ts";

/** What a person may do; each answers whether there was something to do it to. */
const ACTS = {
  "same-name": (sim) => {
    const name = sim.dice.pick([...sim.roots().map((root) => root.name), "golden-x"]);
    makeImages(sim.world, { region: sim.dice.pick(REGIONS), name, silent: true });
    return true;
  },
  noise: ({ world, dice }) => {
    const region = dice.pick(REGIONS);
    const [noise] = makeImages(world, { region, name: `noise-${dice.between(1, 1e6)}`, silent: true });
    const old = imagesIn(world, region).filter((image) => image.name.startsWith("noise-") && image !== noise);
    if (old.length > 3) deleteImage(world, dice.pick(old), true);
    return true;
  },
  "delete-copy": ({ world }, copy) => copy && done(deleteImage(world, copy, true)),
  "rename-copy": ({ world, dice }, copy) =>
    copy && done(changeImage(world, copy, { name: `mine-${dice.between(1, 1e6)}`, silent: true })),
  "untag-copy": ({ world }, copy) => copy && done(changeImage(world, copy, { tags: {}, silent: true })),
  "retag-copy": ({ world, dice }, copy) => copy && done(retag(world, copy, { owner: `p${dice.between(1, 9)}` })),
  "copy-by-hand": (sim, copy) => copy !== undefined && copyByHand(sim, copy),
  "delete-root": (sim, _, root) => root && sim.roots().length >= 3 && done(deleteImage(sim.world, root, true)),
  "retag-root": ({ world, dice }, _, root) => root && done(retag(world, root, { team: `t${dice.between(1, 9)}` })),
  "ignore-root": (sim, _, root) => {
    if (!root) return false;
    if (!sim.recalled.has(root.imageId)) sim.recalled.set(root.imageId, sim.scheduler.now);
    return done(retag(sim.world, root, { [IGNORE_TAG]: "yes" }));
  },
  "fill-quota": ({ world, dice }) => {
    const region = dice.pick(REGIONS);
    if (imagesIn(world, region).length > 20) return false;
    makeImages(world, { region, name: `full-${dice.between(1, 1e6)}`, count: dice.between(2, 8), silent: true });
    return true;
  },
  "new-root": (sim) => {
    if (sim.roots().length > 6) return false;
    bake(sim.world, sim.dice, sim.dice.roll(0.5) ? "CREATING" : "NORMAL");
    return true;
  },
} satisfies Partial<Record<FaultKind, (sim: Scene, copy?: StoredImage, root?: StoredImage) => boolean | undefined>>;

/** Somebody does something to the images, from the console. */
export function somebodyActs(sim: Scene): void {
  const { dice } = sim;
  const kind = dice.pick(Object.keys(ACTS) as (keyof typeof ACTS)[]);
  const copies = sim.ourCopies();
  const roots = sim.roots();
  const copy = copies.length > 0 ? dice.pick(copies) : undefined;
  const root = roots.length > 0 ? dice.pick(roots) : undefined;
  const act: (sim: Scene, copy?: StoredImage, root?: StoredImage) => boolean | undefined = ACTS[kind];
  if (!act(sim, copy, root)) return;
  // Without both marks no program can know a copy of ours; it is nobody's to count. The same for tags that are taken
  // away between their reading back and the renaming.
  const isBare = copy && !tokenIn(copy.name) && tagsOf(copy).get(`${TAG_PREFIX}self`) !== copy.imageId;
  const isBeingNamed = copy && kind === "untag-copy" && progressOf(copy, sim.world.workNow()).state === "NORMAL";
  if (copy && (isBare || isBeingNamed)) sim.unmarked.add(copy.imageId);
  if (copy && (kind === "untag-copy" || kind === "rename-copy")) sim.edited.add(copy.imageId);
  sim.touched();
  sim.count(kind);
}

function retag(world: World, image: StoredImage, tags: Record<string, string>): void {
  changeImage(world, image, { tags: { ...Object.fromEntries(tagsOf(image)), ...tags }, silent: true });
}

/** A copy of our copy, made by a person: where tags are carried over it has our lineage tags, and is not ours. */
function copyByHand(sim: Scene, copy: StoredImage): boolean {
  const { world, dice } = sim;
  const [account] = world.config.accounts;
  const region = dice.pick(REGIONS.filter((r) => r !== copy.region));
  if (!account || progressOf(copy, world.workNow()).state !== "NORMAL" || tokenIn(copy.name)) return false;
  const params = {
    ImageIds: [copy.imageId],
    DestinationRegions: [region],
    ImageName: `by-hand-${dice.between(1, 1e6)}`,
  };
  const before = new Set(world.images.get(region)?.keys());
  try {
    const version = "2017-03-12";
    callAction(world, { account, service: "cvm", action: "SyncImages", version, region: copy.region, params });
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
  for (const id of world.images.get(region)?.keys() ?? []) if (!before.has(id)) sim.byHand.add(id);
  return true;
}

function imagesIn(world: World, region: string): StoredImage[] {
  return [...(world.images.get(region)?.values() ?? [])];
}

function done(_: unknown): true {
  return true;
}
