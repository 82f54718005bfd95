// What a deployed account is to look like, and what is read of it: copies, invocations, state, journal.

import { tagsOf } from "../../emulator/world/image.ts";
import { openState } from "../../lib/adapters/state/open.ts";
import type { JournalEntry } from "../../lib/model/types.ts";
import { HOME, MAIN, type RunningCloud } from "./cloud.ts";

export const BASE = "cvm-image-replicator-dev";
export const DESTINATIONS = ["ap-shanghai", "ap-beijing", "ap-singapore"];
const BUCKET = `cvm-image-replicator-${MAIN.appId}`;

export const POLICY = `version: 1
policies:
  - name: golden
    from: [${HOME}]
    select: { name: ["golden-*"] }
    to: [${DESTINATIONS.join(", ")}]
    crossBorder: approved
    copy: { tags: { set: { env: prod } } }
`;

/** The environment of a command line that looks at the same account and state. */
export function commandEnv({ url, world }: RunningCloud): Record<string, string> {
  const journal = [...world.logTopics.values()].find(({ name }) => name === "journal");
  return {
    REPLICATOR_ENDPOINT: url,
    TENCENTCLOUD_SECRET_ID: MAIN.secretId,
    TENCENTCLOUD_SECRET_KEY: MAIN.secretKey,
    STATE_URL: `cos://${BUCKET}/dev?region=${HOME}`,
    TENCENTCLOUD_REGION: HOME,
    ...(journal && { CLS_TOPIC_ID: journal.id }),
  };
}

/** Reads the account as it is now. */
export function reading(cloud: RunningCloud) {
  const { world } = cloud;
  const copiesOf = (name: string) => {
    const sources = new Set(
      [...(world.images.get(HOME)?.values() ?? [])]
        .filter((image) => image.name === name)
        .map(({ imageId }) => imageId),
    );
    return cloud.copies().filter(({ copiedFrom }) => copiedFrom !== undefined && sources.has(copiedFrom.imageId));
  };
  return {
    /** The copies of the sources of this name. */
    copiesOf,
    /** Whether there is exactly one finished copy in each destination, with its name and tags. */
    isFinished(name: string): boolean {
      const copies = copiesOf(name);
      const regions = copies.map(({ region }) => region).sort();
      return (
        JSON.stringify(regions) === JSON.stringify([...DESTINATIONS].sort()) &&
        copies.every((copy) => cloud.stateOf(copy) === "NORMAL" && copy.name === name) &&
        copies.every((copy) => tagsOf(copy).get("env") === "prod" && tagsOf(copy).has("cvm-replicator:policy"))
      );
    },
    invocations: (name: string) => world.invocations.filter(({ target }) => target.name === `${BASE}-${name}`),
    rules: () => [...world.eventBuses.values()].flatMap((bus) => [...bus.rules.values()]),
    stateObjects: () => world.buckets.get(BUCKET)?.objects.size ?? 0,
    /**
     * Waits until CLS has each line that the state has, at most for a minute: a run leaves the fresh lines of others
     * to them. Answers how many lines there are, and how many CLS lacks.
     */
    async sentLines(): Promise<{ readonly stored: number; readonly missing: number }> {
      for (let minute = 0; ; minute += 1) {
        const stored = (await this.storedLines()).length;
        const sent = new Set((await cloud.linesOf("journal", "*")).map(({ id }) => id)).size;
        if (sent >= stored || minute === 60) return { stored, missing: stored - sent };
        await cloud.pass(1, () => false);
      }
    },
    /** The journal as the state has it. */
    async storedLines(): Promise<readonly JournalEntry[]> {
      const credentials = async () => ({ secretId: MAIN.secretId, secretKey: MAIN.secretKey });
      const cos = { credentials, endpoint: new URL(cloud.url), region: HOME };
      const state = await openState(`cos://${BUCKET}/dev`, { readOnly: true, cos });
      try {
        return await state.entries(MAIN.uin, 10_000);
      } finally {
        await state.close();
      }
    },
  };
}
