import { progressOf } from "../../emulator/image.ts";
import { keyText } from "../../lib/core/mark.ts";
import type { Action } from "../../lib/core/plan.ts";
import type { Report } from "../../lib/shell/replicate.ts";
import type { Simulation } from "./simulation.ts";

/** Reasons for which a copy may rightly not be ready when everything else is calm. */
const EXCUSES = new Set([
  "name-taken",
  "name-clash",
  "stuck",
  "source-failed",
  "ImageQuotaLimitExceeded",
  "InvalidImageName.Duplicate",
  "copy-failed",
]);

/** What no step of any process may bring about; with the report of the last run, also how it all has to end. */
export function findViolation(sim: Simulation, last?: Report): string | undefined {
  return (
    doubled(sim) ?? copyOfACopy(sim) ?? foreignTouched(sim) ?? (sim.chaos ? undefined : last && unfinished(sim, last))
  );
}

const origins = new WeakMap<Simulation, Map<string, { rootId: string; depth: number }>>();

/** Follows a copy to its root, also when what lies between is gone. */
function originsOf(sim: Simulation): Map<string, { rootId: string; depth: number }> {
  const known = origins.get(sim) ?? new Map<string, { rootId: string; depth: number }>();
  origins.set(sim, known);
  for (const image of sim.images()) {
    if (!image.copiedFrom || known.has(image.imageId)) continue;
    const parent = known.get(image.copiedFrom.imageId);
    known.set(image.imageId, { rootId: parent?.rootId ?? image.copiedFrom.imageId, depth: (parent?.depth ?? 0) + 1 });
  }
  return known;
}

function doubled(sim: Simulation): string | undefined {
  const known = originsOf(sim);
  const live = new Map<string, string>();
  for (const { imageId, region } of sim.ourCopies()) {
    const key = `${known.get(imageId)?.rootId} → ${region}`;
    const other = live.get(key);
    if (other) return `two live copies of ${key}: ${other} and ${imageId}`;
    live.set(key, imageId);
  }
  return undefined;
}

/** Only a shared image has two steps: into its own region, and from there on. */
function copyOfACopy(sim: Simulation): string | undefined {
  const known = originsOf(sim);
  for (const { imageId, copiedFrom, region } of sim.images()) {
    const origin = known.get(imageId);
    if (!origin || !copiedFrom || origin.depth === 1 || sim.unmarked.has(copiedFrom.imageId)) continue;
    const shared = sim.world.images.get("ap-guangzhou")?.get(origin.rootId)?.owner === "100000000002";
    if (origin.depth > 2 || !shared || copiedFrom.region !== "ap-guangzhou")
      return `${imageId} in ${region} is a copy of the copy ${copiedFrom.imageId}`;
  }
  return undefined;
}

/** Every write of ours is about a copy of ours; each request is judged once. */
function foreignTouched(sim: Simulation): string | undefined {
  const from = judged.get(sim) ?? 0;
  judged.set(sim, sim.world.requests.length);
  for (const { action, params, effects } of sim.world.requests.slice(from)) {
    const foreign = effects.some(({ region, imageId }) => {
      const image = sim.world.images.get(region)?.get(imageId);
      return image !== undefined && image.copiedFrom === undefined;
    });
    if (action === "DeleteImages" || (foreign && (action === "ModifyImageAttribute" || action === "TagResources"))) {
      return `${action} on what is not ours: ${JSON.stringify(params)}`;
    }
  }
  return undefined;
}

/** What a run must not believe: that a copy is ready which is not NORMAL or not ours (no policy here adopts). */
export function findWrongRecord(sim: Simulation, { copies }: Report): string | undefined {
  for (const copy of copies) {
    if (copy.state !== "ready") continue;
    const image = sim.world.images.get(copy.key.region)?.get(copy.imageId);
    if (!image) continue;
    const { state } = progressOf(image, sim.world.workNow());
    if (state !== "NORMAL") return `${copy.imageId} counts as ready and is ${state}`;
    if (!image.copiedFrom) return `${copy.imageId} counts as our copy and is somebody else's`;
  }
  return undefined;
}

const judged = new WeakMap<Simulation, number>();

function unfinished(sim: Simulation, last: Report): string | undefined {
  // What is blocked with an excuse is tried again now and then, for ever.
  const excused = new Set(
    last.copies.filter((c) => c.state === "blocked" && EXCUSES.has(c.reason.code)).map((c) => keyText(c.key)),
  );
  const rightly = (action: Action) =>
    action.do === "send" ? isBusyForGood(sim, action.source.imageId) : excused.has(keyText(action.copy.key));
  if (!last.plan.actions.every(rightly)) {
    return `one more sweep has something to do: ${JSON.stringify(last.plan.actions.map((a) => (a.do === "note" ? [a.what, a.text] : a.do)))}`;
  }
  for (const copy of last.copies) {
    const where = `${copy.rootName} ${copy.key.rootId} → ${copy.key.region}`;
    if (copy.state === "ready") {
      const image = sim.world.images.get(copy.key.region)?.get(copy.imageId);
      if (!image || progressOf(image, sim.world.workNow()).state !== "NORMAL")
        return `${where} counts as ready, but ${copy.imageId} is not`;
    } else if (copy.state === "blocked" || copy.state === "failed") {
      if (!EXCUSES.has(copy.reason.code)) return `${where} is ${copy.state}: ${copy.reason.text}`;
    } else if (
      copy.state === "waiting" &&
      (copy.reason.code === "parent-not-ready" || /SYNCING|busy/.test(copy.reason.text))
    ) {
      // The first step of a chain has an excuse of its own; and a copy that is stuck keeps its source busy.
    } else if (copy.state !== "retired") {
      return `${where} is still ${copy.state}: ${JSON.stringify("reason" in copy ? copy.reason : copy)}`;
    }
  }
  const told = new Set(last.copies.map(({ key }) => `${key.rootId} → ${key.region}`));
  const [wanted] = sim
    .roots()
    .filter(
      (root) =>
        root.region === "ap-guangzhou" &&
        root.name.startsWith("golden-") &&
        progressOf(root, sim.world.workNow()).state === "NORMAL",
    );
  if (wanted && !told.has(`${wanted.imageId} → ap-shanghai`) && !ignored(wanted))
    return `${wanted.imageId} → ap-shanghai is not even known`;
  return undefined;
}

/** A copy that is stuck keeps its source busy, where sources are. */
function isBusyForGood(sim: Simulation, imageId: string): boolean {
  return sim
    .images()
    .some(({ copiedFrom, work }) => copiedFrom?.imageId === imageId && work?.sticksAtPercent !== undefined);
}

function ignored(image: { tagWrites: readonly { key: string; value: string | undefined }[] }): boolean {
  return image.tagWrites.some(({ key, value }) => key === "cvm-replicator:ignore" && value !== undefined);
}
