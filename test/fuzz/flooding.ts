import { readFileSync } from "node:fs";
import { parseEvent } from "../../lib/event/parse-event.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import { requestForImages } from "../../lib/replicator/run-requests.ts";
import { policy } from "../support/builders.ts";
import type { TestWorld } from "../support/world.ts";

const SAMPLE = readFileSync(new URL("../../events/image-created.json", import.meta.url), "utf8");

/** The event that an image was made, as it is delivered. */
export function createdEvent(imageId: string): unknown {
  return JSON.parse(SAMPLE.replaceAll("img-8toqc6s3", imageId));
}

/** What one delivery cost. */
export interface Cost {
  /** Calls to the cloud, as `action region`. */
  readonly calls: readonly string[];
  readonly report: Report;
}

/** What the state holds of the flood's account. */
export interface Rows {
  readonly copies: number;
  readonly awaited: number;
  readonly runs: number;
  readonly journal: number;
}

/** Deliveries of events to `image-created` in a small world: each to an instance of its own, all with one state. */
export function floodOf(small: TestWorld, policies: readonly Policy[] = [policy()]) {
  const { world, state } = small;
  let syncs = 0;
  return {
    /** SyncImages calls that had an effect, ever. */
    syncs: () => syncs,
    async deliver(event: unknown): Promise<Cost> {
      const report = await replicate(requestForImages(parseEvent(event).hints, policies), small.instance(policies));
      // Taken out of the log, which forgets its oldest.
      const made = world.requests.splice(0);
      syncs += made.filter(({ action, effects }) => action === "SyncImages" && effects.length > 0).length;
      return { calls: made.map(({ action, region }) => `${action} ${region}`.trim()), report };
    },
    async rows(account: string): Promise<Rows> {
      const [copies, awaited, runs, journal] = await Promise.all([
        state.copies(account),
        state.awaited(account),
        state.runs(account, 1_000_000),
        state.entries(account, 1_000_000),
      ]);
      return { copies: copies.length, awaited: awaited.length, runs: runs.length, journal: journal.length };
    },
  };
}
