// Delivers many events to image-created, and counts the calls and records.

import { parseEvent } from "../../lib/event/parse-event.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import { requestForImages } from "../../lib/replicator/run-requests.ts";
import { policy } from "../support/builders.ts";
import { awaitedOf, copiesOf } from "../support/records.ts";
import { sampleText } from "../support/sample-events.ts";
import type { TestWorld } from "../support/world.ts";

const SAMPLE = sampleText("image-created/created");

/** The event of a new image, as the event bus delivers it. */
export function createdEvent(imageId: string): unknown {
  return JSON.parse(SAMPLE.replaceAll("img-8toqc6s3", imageId));
}

/** The calls and the report of one delivery. */
export interface Cost {
  /** Calls to the cloud, as `action region`. */
  readonly calls: readonly string[];
  readonly report: Report;
}

/** The numbers of records of an account in the state. */
export interface Rows {
  readonly copies: number;
  readonly awaited: number;
  readonly runs: number;
  readonly journal: number;
}

/**
 * Delivers events to `image-created` in a small world: each to a new instance, all with the same
 * state.
 */
export function floodOf(small: TestWorld, policies: readonly Policy[] = [policy()]) {
  const { world, state } = small;
  let syncs = 0;
  return {
    /** The number of all SyncImages calls that had an effect. */
    syncs: () => syncs,
    async deliver(event: unknown): Promise<Cost> {
      const report = await replicate(requestForImages(parseEvent(event).hints, policies), small.instance(policies));
      // Removed from the log, because the log drops its oldest requests.
      const calls = world.requests.splice(0);
      syncs += calls.filter(({ action, effects }) => action === "SyncImages" && effects.length > 0).length;
      return { calls: calls.map(({ action, region }) => `${action} ${region}`.trim()), report };
    },
    async rows(account: string): Promise<Rows> {
      const [copies, awaited, runs, journal] = await Promise.all([
        copiesOf(state, account),
        awaitedOf(state, account),
        state.runs(account, 1_000_000),
        state.entries(account, 1_000_000),
      ]);
      return { copies: copies.length, awaited: awaited.length, runs: runs.length, journal: journal.length };
    },
  };
}
