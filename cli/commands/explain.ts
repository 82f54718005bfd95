// The command explain: why an image is or is not copied, and where a copy or an instance's image comes from.
import { InputError, toProblem } from "../../lib/model/errors.ts";
import { isImageId } from "../../lib/model/image.ts";
import { fullText, type Message } from "../../lib/model/messages/define.ts";
import type { Observation } from "../../lib/model/observation.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { Copy, ImageUser, Reason } from "../../lib/model/types.ts";
import { lookUp } from "../../lib/observe/find-image.ts";
import { findImageUser, isUserId } from "../../lib/observe/find-user.ts";
import { didYouMean } from "../../lib/policy/values/did-you-mean.ts";
import { regionProblem } from "../../lib/policy/values/region-groups.ts";
import { BUILT_IN_GROUPS, REGIONS } from "../../lib/policy/values/regions.ts";
import type { Opened } from "../../lib/replicator/open/open-replicator.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { type Explanation, explain as explained } from "../../lib/report/explain/explain.ts";
import { imagesNamed, nameMeant } from "../../lib/report/explain/find-images.ts";
import { type Origin, originOf } from "../../lib/report/history/origin.ts";
import { writeJson } from "../json.ts";
import { message } from "../messages/catalogue.ts";
import { withReplicator } from "../runs/with-replicator.ts";
import { explanationText } from "../ui/explain-text.ts";
import { print } from "../ui/print.ts";
import { printWarnings } from "../ui/warnings.ts";

/** The newest lines of the journal that are searched for the origin of a copy. */
const MOST_LINES = 1_000;

/**
 * Runs `explain`: for an id, for every image of a name, or for the image of an instance, a launch
 * template or a launch configuration. Throws `InputError` for an unknown region, and for a word that
 * is neither recorded nor found in the regions of the policies.
 */
export async function explain(
  word: string,
  { policy, region, json }: { policy?: string; region?: string; json?: boolean },
): Promise<0> {
  return withReplicator<0>(
    policy,
    async (opened) => {
      const { replicator, places } = opened;
      const { policies, now } = replicator;
      if (region !== undefined) checkRegion(region, policies);
      const request = { trigger: "explain", scope: { kind: "sweep" }, mode: "dry-run" } as const;
      const { plan, observation: swept, account } = await replicate(request, replicator);
      let observation: Observation = swept ?? { account, regions: new Map(), unreadable: new Map() };
      const named = policies.flatMap(({ from, to }) => [...from, ...to]);
      const all = [...new Set([...observation.regions.keys(), ...named, ...plan.copies.map(({ key }) => key.region)])];
      const where = region === undefined ? all.sort() : [region];
      const user = isUserId(word) ? await userOf(word, where, opened) : undefined;
      const ids = user?.imageIds ?? (isImageId(word) ? [word] : namesakes(word, observation, plan.copies));
      const result: (Explanation & { origin?: Origin })[] = [];
      for (const imageId of ids) {
        const within = user?.region ?? region;
        const explanations = () =>
          explained(imageId, { policies, plan, observation, now: now() }).filter(
            (one) => within === undefined || one.region === within,
          );
        if (!explanations().some(({ image }) => image !== null))
          observation = await lookUp(imageId, user ? [user.region] : where, observation, replicator);
        if (explanations().length === 0 && isImageId(word))
          throw notFound(message("image-not-found", { imageId, regions: where }), [...observation.unreadable.values()]);
        result.push(...(await Promise.all(explanations().map((one) => withOrigin(one, opened, account)))));
      }
      if (json) writeJson("explain", { user: user ?? null, images: result.map(withAllMembers) });
      else {
        printWarnings(opened);
        print(process.stdout, ...explanationText(result, { user, places }));
      }
      return 0;
    },
    { readOnly: true },
  );
}

/** Every image has every member in JSON. */
function withAllMembers(one: Explanation & { origin?: Origin }) {
  const { region, imageId, image, unread = null, copyOf = null, origin = null, remarks = [], policies } = one;
  return { region, imageId, image, unread, copyOf, origin, remarks, policies };
}

/** Throws `InputError` for a word that no policy names and that cannot be a region. */
function checkRegion(region: string, policies: readonly Policy[]): void {
  const isNamed = policies.some(({ from, to }) => from.includes(region) || to.includes(region));
  if (isNamed || regionProblem(region, BUILT_IN_GROUPS) === undefined) return;
  const ids = REGIONS.map(({ id }) => id);
  const meant = didYouMean(region, ids);
  throw new InputError([toProblem("--region", message("unknown-region", { region, meant, ids }))]);
}

/** The instance, or what starts instances, with this id. Throws `InputError` if no region has it. */
async function userOf(id: string, regions: readonly string[], opened: Opened): Promise<ImageUser> {
  const { findUser, replicator } = opened;
  const { user, unread } = await findImageUser(id, regions, { findUser, concurrency: replicator.concurrency });
  if (user) return user;
  throw notFound(message("user-not-found", { id, regions }), unread);
}

/** The ids of the images with this name. Throws `InputError` if there is none. */
function namesakes(word: string, observation: Observation, copies: readonly Copy[]): string[] {
  const ids = imagesNamed(word, observation, copies);
  if (ids.length > 0) return ids;
  const meant = nameMeant(word, observation, copies);
  throw notFound(message("no-such-image", { word, meant }), [...observation.unreadable.values()]);
}

function notFound(what: Message, unread: readonly Reason[]): InputError {
  const regions = unread.map((reason) => message("not-everything-read", { reason: fullText(reason) }));
  return new InputError([what, ...regions].map((problem) => toProblem("IMAGE", problem)));
}

/** Adds where a copy comes from, as far as the state tells it. */
async function withOrigin(
  one: Explanation,
  { state }: Opened,
  account: string,
): Promise<Explanation & { origin?: Origin }> {
  if (!one.copyOf) return one;
  const { source, variant } = one.copyOf;
  const key = {
    account,
    rootRegion: source.region,
    rootId: source.imageId,
    region: one.region,
    variant,
  } as Copy["key"];
  const [entries, runs] = await Promise.all([
    state.entries(account, MOST_LINES, one.imageId),
    state.runs(account, MOST_LINES),
  ]);
  const origin = originOf(key, entries, runs);
  return origin ? { ...one, origin } : one;
}
