import { progressOf, type StoredImage, tagsOf } from "../../emulator/image.ts";
import { IGNORE_TAG, keyText, tokenIn } from "../../lib/core/mark.ts";
import type { Action } from "../../lib/core/plan.ts";
import type { Report } from "../../lib/shell/replicate.ts";
import type { Copy } from "../../lib/types.ts";
import { doublesOf } from "./invariants.ts";
import type { Scene } from "./scene.ts";
import { HOME } from "./setting.ts";

/** Reasons for which a copy may rightly not be ready when everything is calm. */
const EXCUSES = new Set([
  "name-taken",
  "name-clash",
  "stuck",
  "source-failed",
  "ImageQuotaLimitExceeded",
  "InvalidImageName.Duplicate",
  "copy-failed",
  "cross-border",
  "too-large",
]);

/** How it all has to end once faults have stopped: what can be ready is ready, and the last sweep had nothing to do. */
export function findUnfinished(sim: Scene, last: Report): string | undefined {
  if (sim.beyond) return unreported(sim, last);
  return (
    workLeft(sim, last) ?? last.copies.map((copy) => whyUnfinished(sim, copy)).find(Boolean) ?? forgotten(sim, last)
  );
}

/** Where copies stay invisible longer than `SETTLE` there may be two; then a person is told of all but one. */
function unreported(sim: Scene, last: Report): string | undefined {
  for (const [key, ids] of doublesOf(sim)) {
    const told = ids.filter((id) =>
      last.plan.problems.some(({ code, text }) => code === "duplicate" && text.includes(id)),
    );
    if (told.length < ids.length - 1)
      return `of the copies ${ids.join(", ")} of ${key} only ${told.length} are reported`;
    sim.count("double-reported");
  }
  return undefined;
}

/** One more sweep does nothing. What is blocked with an excuse is tried again now and then, for ever. */
function workLeft(sim: Scene, last: Report): string | undefined {
  const excused = new Set(last.copies.filter(isExcused).map((copy) => keyText(copy.key)));
  const rightly = (action: Action) =>
    action.do === "send"
      ? isBusyForGood(sim, action.source.imageId) ||
        action.drafts.every((draft) => excused.has(keyText(draft.copy.key)))
      : excused.has(keyText(action.copy.key));
  const left = last.plan.actions.filter((action) => !rightly(action));
  if (left.length === 0) return undefined;
  return `one more sweep has something to do: ${JSON.stringify(left.map((a) => (a.do === "note" ? [a.what, a.text] : a.do)))}`;
}

/** A copy that is stuck keeps its source busy, where sources are. */
function isBusyForGood(sim: Scene, imageId: string): boolean {
  return sim
    .images()
    .some(({ copiedFrom, work }) => copiedFrom?.imageId === imageId && work?.sticksAtPercent !== undefined);
}

/** Blocked or failed for a reason that stands when everything is calm. */
export function isExcused(copy: Copy): boolean {
  return (copy.state === "blocked" || copy.state === "failed") && EXCUSES.has(copy.reason.code);
}

/** Ready, and really so; or not, with an excuse. No claim is left open. */
function whyUnfinished(sim: Scene, copy: Copy): string | undefined {
  const where = `${copy.rootName} ${copy.key.rootId} → ${copy.key.region}`;
  switch (copy.state) {
    case "ready": {
      const image = sim.imageOf(copy);
      if (!image || progressOf(image, sim.world.workNow()).state !== "NORMAL")
        return `${where} counts as ready, but ${copy.imageId} is not`;
      if (tokenIn(image.name)) return `${where} counts as ready, but ${copy.imageId} is still named ${image.name}`;
      return sim.edited.has(image.imageId) ? undefined : whyUnlike(sim, image, copy);
    }
    case "retired":
      return undefined;
    case "blocked":
    case "failed":
      return isExcused(copy) ? undefined : `${where} is ${copy.state}: ${copy.reason.text}`;
    case "waiting":
      // The first step of a chain has an excuse of its own; and a copy that is stuck keeps its source busy.
      if (copy.reason.code === "parent-not-ready" || /SYNCING|busy/.test(copy.reason.text)) return undefined;
      return `${where} is still waiting: ${JSON.stringify(copy.reason)}`;
    case "copying":
    case "finishing":
    case "retrying":
      return `${where} is still ${copy.state}: ${JSON.stringify(copy)}`;
  }
}

/** What a finished copy has from its root: the tag and the description that each of ours was made with. */
function whyUnlike(sim: Scene, image: StoredImage, { key }: Copy): string | undefined {
  const root = sim.world.images.get(key.rootRegion)?.get(key.rootId);
  if (!root) return undefined;
  const where = `${root.imageId} → ${key.region} counts as ready, but ${image.imageId}`;
  if (root.tagWrites.some((write) => write.key === "team") && !tagsOf(image).has("team")) return `${where} lacks a tag`;
  if (image.description !== root.description) return `${where} is described as "${image.description}"`;
  return undefined;
}

/** Every copy that the policies want is known, and not retired. */
function forgotten(sim: Scene, last: Report): string | undefined {
  const open = last.copies.filter(({ state }) => state !== "retired");
  const known = new Set(open.map(({ key }) => `${key.rootId} → ${key.region}`));
  const wanted = sim.roots().flatMap((root) => {
    const policy = sim.policies.find(({ name, from }) => name !== "base" && from.includes(root.region));
    const excluded = root.region === HOME && (!root.name.startsWith("golden-") || root.name.endsWith("-test"));
    if (!policy || excluded || tagsOf(root).has(IGNORE_TAG)) return [];
    if (progressOf(root, sim.world.workNow()).state !== "NORMAL") return [];
    return policy.to.map((region) => `${root.imageId} → ${region}`);
  });
  const missing = wanted.find((copy) => !known.has(copy));
  return missing && `${missing} is not even known`;
}
