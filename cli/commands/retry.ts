// The command retry: resets failed and blocked copies, then runs apply.
import { InputError, toProblem } from "../../lib/model/errors.ts";
import { copyId } from "../../lib/model/identity.ts";
import { fullText } from "../../lib/model/messages/define.ts";
import { isUserId } from "../../lib/observe/find-user.ts";
import { openUserSearch } from "../../lib/replicator/open/open-user-search.ts";
import { chooseForRetry } from "../../lib/report/copies/choose-for-retry.ts";
import { message } from "../messages/catalogue.ts";
import { warn, withRecords } from "../runs/with-records.ts";
import { apply } from "./apply.ts";

/**
 * The options of `retry`. Without `only` and `region` it retries the copies of all policies and
 * regions.
 */
export interface RetryOptions {
  readonly policy?: string;
  /** Names of policies. */
  readonly only?: readonly string[];
  /** The regions of the copies. */
  readonly region?: readonly string[];
  readonly wait?: boolean;
  readonly json?: boolean;
  /** Delete what the policies say without asking, as for `apply`. */
  readonly yes?: boolean;
}

/**
 * Runs `retry`: like `apply`, but it retries failed and blocked copies at once. `images` (ids, names of
 * sources, or what runs such an image) and the options limit which. Throws `InputError` if one of them
 * fits no failed or blocked copy.
 */
export async function retry(words: readonly string[], options: RetryOptions): Promise<0 | 1 | 3 | 130> {
  const { only = [], region = [], ...rest } = options;
  const images = await imagesOf(words, region);
  return apply(rest, (copies, say) => {
    const { chosen, problems } = chooseForRetry(copies, { images, policies: only, regions: region });
    if (problems.length > 0) throw new InputError(problems);
    const waiting = chosen.filter(({ phase }) => phase === "waiting").length;
    const ids = new Set(chosen.map(({ key }) => copyId(key)));
    say(message("retrying", { copies: chosen.length - waiting, waiting }).text);
    return { trigger: "retry", retry: ({ key }) => ids.has(copyId(key)), readAnyway: () => true };
  });
}

/** The words, with the images of an instance, a launch template or a launch configuration in its place. */
async function imagesOf(words: readonly string[], regions: readonly string[]): Promise<string[]> {
  if (!words.some(isUserId)) return [...words];
  return withRecords(undefined, async ({ account, state, config }) => {
    const { copies } = account === undefined ? { copies: [] } : await state.read(account, { all: true });
    const recorded = copies.flatMap(({ key }) => [key.region, key.rootRegion]);
    const where = regions.length > 0 ? regions : [...new Set(recorded)].sort();
    const search = await openUserSearch(config, process.env, warn);
    try {
      const images: string[] = [];
      for (const word of words)
        images.push(...(isUserId(word) ? await imagesOfUser(word, where, search.find) : [word]));
      return images;
    } finally {
      search.close();
    }
  });
}

async function imagesOfUser(
  id: string,
  regions: readonly string[],
  find: Awaited<ReturnType<typeof openUserSearch>>["find"],
): Promise<readonly string[]> {
  const { user, unread } = await find(id, regions);
  if (user) return user.imageIds;
  const regionsUnread = unread.map((reason) => message("not-everything-read", { reason: fullText(reason) }));
  const problems = [message("user-not-found", { id, regions }), ...regionsUnread];
  throw new InputError(problems.map((problem) => toProblem("IMAGE", problem)));
}
