// What a cloud has done, by its own log: the images that were created, changed and deleted.
import type { RequestRecord } from "../../emulator/world/types.ts";
import type { Outlook } from "../../lib/report/plan/plan-view.ts";

/** Counts images by the requests that had an effect, in the words of a plan. */
export function imagesChangedBy(requests: readonly RequestRecord[]): Outlook {
  const [created, changed, deleted] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const { action, effects } of requests) {
    const kind = action === "SyncImages" ? created : action === "DeleteImages" ? deleted : changed;
    for (const { region, imageId } of effects) kind.add(`${region}/${imageId}`);
  }
  const existing = [...changed].filter((image) => !created.has(image) && !deleted.has(image));
  return { created: created.size, changed: existing.length, deleted: deleted.size };
}

/** The requests that a person would look at after a failure: those that were to change something. */
export function linesOf(requests: readonly RequestRecord[]): string {
  const changing = requests.filter(({ action }) => !action.startsWith("Describe") && action !== "GetCallerIdentity");
  return changing.map(({ action, result, params }) => `${action} ${result} ${JSON.stringify(params)}`).join("\n");
}
