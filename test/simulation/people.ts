import { changeImage, deleteImage, makeImages } from "../../emulator/console.ts";
import { tagsOf } from "../../emulator/image.ts";
import { TAG_PREFIX, tokenIn } from "../../lib/core/mark.ts";
import type { Simulation } from "./simulation.ts";

/** What people do to images meanwhile, from the console. */
export function somebodyActs(sim: Simulation): void {
  const { dice, world } = sim;
  const copies = sim.ourCopies();
  const roots = sim.roots();
  const act = dice.pick([
    "same-name",
    "noise",
    "delete-copy",
    "rename-copy",
    "untag-copy",
    "retag-copy",
    "delete-root",
    "retag-root",
    "fill-quota",
    "new-root",
  ] as const);
  const copy = copies.length > 0 ? dice.pick(copies) : undefined;
  const root = roots.length > 0 ? dice.pick(roots) : undefined;
  const region = dice.pick(sim.regions);
  switch (act) {
    case "same-name":
      makeImages(world, { region, name: dice.pick(roots.map((r) => r.name).concat("golden-x")), silent: true });
      break;
    case "noise": {
      const [noise] = makeImages(world, { region, name: `noise-${dice.between(1, 1e6)}`, silent: true });
      const old = [...(world.images.get(region)?.values() ?? [])].filter(
        (i) => i.name.startsWith("noise-") && i !== noise,
      );
      if (old.length > 3) deleteImage(world, dice.pick(old), true);
      break;
    }
    case "delete-copy":
      if (!copy) return;
      deleteImage(world, copy, true);
      break;
    case "rename-copy":
      if (!copy) return;
      changeImage(world, copy, { name: `mine-${dice.between(1, 1e6)}`, silent: true });
      break;
    case "untag-copy":
      if (!copy) return;
      changeImage(world, copy, { tags: {}, silent: true });
      break;
    case "retag-copy":
      if (!copy) return;
      changeImage(world, copy, {
        tags: { ...Object.fromEntries(tagsOf(copy)), owner: `p${dice.between(1, 9)}` },
        silent: true,
      });
      break;
    case "delete-root":
      if (!root || roots.length < 3) return;
      deleteImage(world, root, true);
      break;
    case "retag-root":
      if (!root) return;
      changeImage(world, root, {
        tags: dice.roll(0.3) ? { "cvm-replicator:ignore": "yes" } : { team: `t${dice.between(1, 9)}` },
        silent: true,
      });
      break;
    case "fill-quota":
      if ((world.images.get(region)?.size ?? 0) > 20) return;
      makeImages(world, { region, name: `full-${dice.between(1, 1e6)}`, count: dice.between(2, 8), silent: true });
      break;
    case "new-root":
      if (roots.length > 6) return;
      sim.bake(dice.roll(0.5) ? "CREATING" : "NORMAL");
      break;
  }
  // Without both marks no program can know a copy of ours; it is nobody's to count.
  // The same for tags that are taken away between their reading back and the renaming.
  if (copy && act === "untag-copy") sim.unmark(copy);
  if (copy && !tokenIn(copy.name) && tagsOf(copy).get(`${TAG_PREFIX}self`) !== copy.imageId) sim.unmark(copy);
  sim.count(act);
}
