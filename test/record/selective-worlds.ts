// Random accounts in which copies meet in regions, names and families: for the property test of selective reading.
import { IGNORE_TAG } from "../../lib/model/identity.ts";
import { SUPERSEDED } from "../../lib/model/messages/reasons.ts";
import type { Scope } from "../../lib/model/observation.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { Cloud, Replicator } from "../../lib/model/ports.ts";
import type { Copy, CopyPhase, Image } from "../../lib/model/types.ts";
import { BEIJING, HOME, policies, SHANGHAI } from "../property/arbitraries.ts";
import { ACCOUNT, BORN, image, LAB, NOW, SETTLE } from "../support/builders.ts";
import { memoryState } from "../support/memory-state.ts";
import { type CopyFields, copyIn, type RecordFields } from "../support/plan-copy.ts";
import fc from "../support/random.ts";
import { saveCopy, saveRecord } from "../support/records.ts";

const HOUR = 3_600_000;
const NAMES = ["golden-1", "golden-2"] as const;
const FAMILIES = ["web", "web", "golden", undefined] as const;
const PHASES = [
  ...(["ready", "ready", "ready", "retired", "copying", "finishing", "finishing"] as const),
  ...(["waiting", "requested", "retrying", "blocked", "stuck", "failed", "ended"] as const),
] satisfies CopyPhase[];

const source = fc.record({
  name: fc.constantFrom(...NAMES),
  family: fc.constantFrom(...FAMILIES),
  isIgnored: fc.nat(6).map((n) => n === 0),
  deprecated: fc.nat(6).map((n) => n === 0),
  isGone: fc.nat(6).map((n) => n === 0),
});
const copy = fc.record({
  of: fc.nat(3),
  region: fc.constantFrom(SHANGHAI, SHANGHAI, BEIJING),
  isEncrypted: fc.nat(4).map((n) => n === 0),
  phase: fc.constantFrom(...PHASES),
  family: fc.constantFrom(...FAMILIES),
  /** What the cloud shows: the image as its phase says, NORMAL already, or not at all. */
  shown: fc.constantFrom("as recorded", "as recorded", "normal", "absent"),
  name: fc.constantFrom<CopyFields["name"]>(undefined, undefined, "temporary", "final"),
  isMissing: fc.nat(3).map((n) => n === 0),
  isSuperseded: fc.boolean(),
  isRepaired: fc.nat(5).map((n) => n === 0),
});

/** An account: its policies, sources and copies, and what a round is about. */
export const worlds = fc.record({
  policies,
  sources: fc.array(source, { minLength: 2, maxLength: 4 }),
  copies: fc.array(copy, { minLength: 2, maxLength: 8 }),
  event: fc.option(fc.nat(11)),
  probe: fc.constantFrom<readonly string[]>([], [], [SHANGHAI], [BEIJING]),
  /** All policies select every source, not only the newest, whose whole region would be read for that. */
  isBroad: fc.boolean(),
});
type RandomWorld = typeof worlds extends fc.Arbitrary<infer T> ? T : never;
type RandomCopy = RandomWorld["copies"][number];

function recordOf(one: RandomCopy): RecordFields {
  const hasImage = !["waiting", "requested", "retrying", "blocked", "failed", "ended"].includes(one.phase);
  const isFinished = one.phase === "ready" || one.phase === "retired";
  return {
    family: one.family,
    ...(hasImage && one.isMissing && { missingSince: NOW - HOUR }),
    ...(one.phase === "retired" && one.isSuperseded && { reason: SUPERSEDED.code }),
    ...(isFinished && one.isRepaired && { repair: { differences: ["name"], tries: 1, at: NOW - HOUR } }),
  };
}

/** The images and records of a world. */
function contentsOf({ sources, copies }: RandomWorld) {
  const roots = sources.map(({ name, family, isIgnored, deprecated }, n) =>
    image({
      ...{ region: HOME, imageId: `img-root000${n}`, name, deprecated, createdAt: NOW - (9 - n) * HOUR },
      ...(family && { family }),
      tags: isIgnored ? { [IGNORE_TAG]: "" } : {},
    }),
  );
  const made = copies.map((one) => {
    const root = roots[one.of % roots.length] as Image;
    const shown: Partial<Image> = {
      ...(one.family && { family: one.family }),
      ...(one.shown === "normal" && { state: "NORMAL" as const }),
    };
    return copyIn(one.phase, root, one.region, {
      ...(one.isEncrypted && { variant: "encrypted:default" as const }),
      ...(one.name && { name: one.name }),
      ...(one.shown === "absent" ? { image: "absent" } : one.phase !== "waiting" && { image: shown }),
      policy: "policy-1",
      record: recordOf(one),
    });
  });
  const records = new Map(made.map(({ record }) => [JSON.stringify(record?.key), record as Copy]));
  const shown = [...roots.filter((_, n) => !sources[n]?.isGone), ...made.flatMap((one) => one.image ?? [])];
  return { records: [...records.values()], images: [...new Map(shown.map((one) => [one.imageId, one])).values()] };
}

/** A cloud that shows these images, and whose answers follow from them. */
function cloudOf(images: readonly Image[]): Cloud {
  const ofRegion = (region: string) => images.filter((one) => one.region === region);
  const cloud: Partial<Cloud> = {
    account: async () => ACCOUNT,
    images: async (region, type) => ofRegion(region).filter((one) => one.type === type),
    imagesById: async (region, ids) => ofRegion(region).filter(({ imageId }) => ids.includes(imageId)),
    sharedWith: async () => [],
    quota: async () => 500,
    uses: async () => new Map(),
    familyImage: async (region, family) => ofRegion(region).findLast((one) => one.family === family)?.imageId,
  };
  return cloud as Cloud;
}

/** The program in a world, and the scope of its round. */
export async function programIn(world: RandomWorld): Promise<{ deps: Replicator; scope: Scope }> {
  const { records, images } = contentsOf(world);
  const state = memoryState();
  await saveRecord(state, { ...BORN, version: 0 });
  for (const record of records) await saveCopy(state, { ...record, version: 0 });
  const named = world.event === null ? undefined : images[world.event % images.length];
  const scope: Scope = named
    ? { kind: "images", images: [{ region: named.region, imageId: named.imageId }] }
    : { kind: "poll", probe: world.probe };
  const select = { type: "custom", name: ["golden-*"] } as const;
  const broad = { enabled: true, select, to: [SHANGHAI, BEIJING] };
  const policies: readonly Policy[] = world.policies.map((one) => ({
    ...{ ...one, from: [HOME] },
    ...(world.isBroad && broad),
  }));
  const deps: Replicator = {
    ...{ cloud: cloudOf(images), state, policies, journal: { append: async () => {} } },
    ...{ me: { id: "me" }, installation: LAB, now: () => NOW, stopAt: () => Number.POSITIVE_INFINITY },
    ...{ settle: SETTLE, concurrency: 4, pause: () => new Promise(() => {}), sweepEvery: 0, isDead: () => false },
  };
  return { deps, scope };
}
