// Finds what starts instances, by its id, in many regions.
import PQueue from "p-queue";
import { settleAll } from "../model/collections.ts";
import type { RunDeps } from "../model/ports.ts";
import type { FindUser, ImageUser, Reason } from "../model/types.ts";
import { readFailure } from "./read-failure.ts";

/** Whether a word is the id of an instance, a launch template or a launch configuration. */
export function isUserId(word: string): boolean {
  return /^(ins|lt|asc)-[0-9a-z]{4,32}$/.test(word);
}

/**
 * Finds a user of images in the regions. `unread`: why some could not be asked. Throws an abort, and
 * any error that is not a `CloudError`, once all calls have ended.
 */
export async function findImageUser(
  id: string,
  regions: readonly string[],
  { findUser, concurrency }: { readonly findUser: FindUser } & Pick<RunDeps, "concurrency">,
): Promise<{ user: ImageUser | undefined; unread: Reason[] }> {
  const queue = new PQueue({ concurrency });
  const unread: Reason[] = [];
  const ask = (region: string) =>
    findUser(region, id).catch((error: unknown) => {
      unread.push(readFailure("unreadable", error));
      return undefined;
    });
  const found = await settleAll(regions.map((region) => queue.add(() => ask(region))));
  return { user: found.find((one) => one !== undefined), unread };
}
