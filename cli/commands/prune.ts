// The command prune: deletes the orphaned copies of one image, the last versions included.

import { fullText } from "../../lib/model/messages/define.ts";
import { findPrunable, type Prunable, type Pruning, pruneImages } from "../../lib/replicator/prune-image.ts";
import { writeJson } from "../json.ts";
import { message } from "../messages/catalogue.ts";
import { withReplicator } from "../runs/with-replicator.ts";
import { confirm } from "../ui/confirm.ts";
import { print } from "../ui/print.ts";

/**
 * Runs `prune`: shows what it will delete, asks, and deletes. Answers the exit code: 3 if a copy of
 * the image stays. Throws `InputError` if no copy has this id, or if it is not confirmed: by
 * `--yes`, or by an answer in a terminal.
 */
export async function prune(
  imageId: string,
  options: { policy?: string; yes?: boolean; json?: boolean },
): Promise<0 | 3 | 130> {
  return withReplicator(options.policy, async ({ replicator }, interrupted) => {
    const pruning = await findPrunable(imageId, replicator);
    // With --json, standard output has the JSON alone.
    print(options.json ? process.stderr : process.stdout, ...textsOf(pruning));
    const { prunable, retained } = pruning;
    if (prunable.length > 0 && !options.yes) {
      await confirm("prune", message("prune-effect", { images: prunable.length, sizeGiB: sizeOf(prunable) }).text);
    }
    if (interrupted()) return 130;
    const images = prunable.length > 0 ? await pruneImages(prunable, replicator) : [];
    const deleted = images.filter(({ done }) => done).length;
    const left = images.length - deleted + retained.length;
    if (options.json)
      writeJson("prune", { imageId, images: images.map(({ why: text, ...one }) => ({ ...one, text })), retained });
    else print(process.stdout, message("prune-result", { deleted, left }).text);
    if (interrupted()) return 130;
    return deleted < images.length || retained.length > 0 ? 3 : 0;
  });
}

/** What is deleted and what is not, one line each. */
function textsOf({ prunable, retained }: Pruning): string[] {
  return [
    ...prunable.map(({ isShared, why: text, ...image }) => message("prune-delete", { ...image, isShared, text })),
    ...retained.map(({ imageId, name, region, reason }) => {
      return message("prune-retained", { name, imageId, region, reason: fullText(reason) });
    }),
  ].map(({ text }) => text);
}

function sizeOf(prunable: readonly Prunable[]): number {
  return prunable.reduce((sum, { sizeGiB }) => sum + sizeGiB, 0);
}
