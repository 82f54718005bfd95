// The world of the rebuild tests, and instances that stop at a chosen point.

import { afterEach, beforeEach, expect } from "vitest";
import type { WorldOptions } from "../../emulator/world/types.ts";
import { stateOf } from "../../lib/model/identity.ts";
import type { Cloud } from "../../lib/model/ports.ts";
import type { Copy } from "../../lib/model/types.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, policy, SETTLE } from "../support/builders.ts";
import { gate, type StateCall, stopsAtCall } from "../support/gate.ts";
import { recordOf } from "../support/records.ts";
import { type Instance, sweep, type TestWorld, testWorld } from "../support/world.ts";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
/** From a claim until every copy that its call made is visible. */
export const UNKNOWN = 30 * SECOND + 300 * SECOND + 2 * 60 * SECOND + SETTLE;
export const one = policy({ to: ["ap-shanghai"] });
export const three = policy({ to: ["ap-shanghai", "ap-beijing", "ap-nanjing"] });

/** The world of the test that runs; a new one for each test. */
export let t: TestWorld;

/**
 * Replaces the world by a new one, in which copies become visible as late as the settle time
 * permits.
 */
export async function newWorld(switches: WorldOptions["switches"] = { copyVisibleAfterMs: SETTLE - SECOND }) {
  await t?.close();
  t = await testWorld({ switches });
}

/** Begins each test in a world whose account is recorded, so that no copy is uncertain. */
export function useRebuildWorld(): void {
  beforeEach(async () => {
    t = await testWorld({ switches: { copyVisibleAfterMs: SETTLE - SECOND } });
    await replicate(sweep, t.instance([one]));
    t.pass(20 * MINUTE);
  });
  afterEach(() => t.close());
}

export const states = (copies: readonly Copy[]) => copies.map((copy) => `${copy.key.region} ${stateOf(copy)}`).sort();
export const changes = () => t.world.requests.filter(({ effects }) => effects.length > 0).length;
export const record = () => recordOf(t.state, ACCOUNT);
export const expectNoCall = async (request = sweep) => {
  const before = changes();
  await replicate(request, t.instance([one]));
  expect(changes()).toBe(before);
};

/** Runs until every copy is ready, and expects one copy of each image. */
export async function expectOneCopyEach(images = 1): Promise<void> {
  const report = await t.settle(t.instance([one]), 60);
  expect(states(report.copies)).toEqual(Array.from({ length: images }, () => "ap-shanghai ready"));
  expect(t.copies()).toHaveLength(images);
  expect(report.run.problems).toEqual([]);
}

/** An instance that stops at the n-th such call of its state, before or after the call does its work. */
export function stopsAt(call: StateCall, when: "before" | "after", nth = 1) {
  const instance = t.instance([one]);
  const { state, here } = stopsAtCall(t.state, call, when, nth);
  instance.state = state;
  return { instance, here };
}

/** An instance that stops when its request is about to be sent. */
export function stopsAtSend(): { instance: Instance; here: ReturnType<typeof gate> } {
  const instance = t.instance([one]);
  const { cloud } = instance;
  const here = gate();
  const syncImage: Cloud["syncImage"] = (request) => here.pass().then(() => cloud.syncImage(request));
  instance.cloud = { ...cloud, syncImage };
  return { instance, here };
}
