// An orphaned old version and its successor, for the tests of pruning.

import { keyOf as copyKeyOf } from "../../support/builders.ts";
import {
  type CopyFields,
  hours,
  type PolicyFields,
  type RecordFields,
  type World,
  world,
} from "../../support/plan-world.ts";

export const REGION = "ap-shanghai";
export const keyOf = (n: number) => copyKeyOf(REGION, { region: "ap-guangzhou", imageId: `img-root000${n}` });
export const idOf = (n: number) => `img-root000${n}-${REGION}`;
export const [OLD, NEW] = [idOf(1), idOf(2)];
export const NEWEST: PolicyFields = {
  to: [REGION],
  select: { type: "custom", name: ["golden-*"], newest: 1 },
  prune: { minAge: hours(1), delete: true },
};
export const free = (given: World, ...imageIds: readonly string[]) =>
  imageIds.reduce<World>((all, imageId) => all.users(imageId, undefined).shares(imageId, []), given);
/** Version 1 is orphaned, and every other check permits its deletion; version 2 is selected. */
export const outdated = (record: RecordFields = {}, fields: CopyFields = {}) =>
  free(
    world()
      .policy(NEWEST)
      .version(1)
      .copy(REGION, "retired", { record, ...fields })
      .sweep(),
    OLD,
  ).version(2);
export const deletions = (given: World) => given.plan().calls.filter((call) => call.startsWith("delete"));
export const kept = (given: World) =>
  given.plan().retained.map(({ image, reason }) => `${image.imageId} ${reason.code}`);
