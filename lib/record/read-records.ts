// Reads the records that a round needs: all for a sweep, else those that concern what was observed.
import { copyId, isMarked, lineageOf, refText, rootRefId } from "../model/identity.ts";
import { type Observation, type Scope, seen } from "../model/observation.ts";
import type { Records, RunDeps, State, Which } from "../model/ports.ts";
import type { Copy, CopyKey, ImageRef, Millis, Policy } from "../model/types.ts";

/**
 * What a run has asked for beside what is due, and the sources of what it has saved, each by its text.
 * A later round asks for all of it in its first read.
 */
export interface Asked {
  readonly images: Map<string, ImageRef>;
  readonly regions: Set<string>;
  readonly names: Map<string, { readonly region: string; readonly name: string }>;
  readonly families: Map<string, { readonly region: string; readonly family: string }>;
}

/** What a run has asked for before its first round. */
export function askedIn(scope: Scope): Asked {
  const images = new Map(scope.kind === "images" ? scope.images.map((ref) => [refText(ref), ref] as const) : []);
  return { images, regions: new Set(), names: new Map(), families: new Map() };
}

/** What to read first in a later round. `known`: the copies as the run has saved them. */
export function whichAgain(scope: Scope, now: Millis, asked: Asked, known: Iterable<Copy>): Which {
  if (scope.kind === "sweep") return { all: true };
  unasked(asked.names, namesClaimed(known), nameText);
  const images = [...asked.images.values()];
  const [names, families] = [[...asked.names.values()], [...asked.families.values()]];
  return { ...firstWhich(scope, now), images, names, families, regions: [...asked.regions] };
}

/** What to read first in a scope. */
export function firstWhich(scope: Scope, now: Millis): Which {
  switch (scope.kind) {
    case "sweep":
      return { all: true };
    case "poll":
      return { dueBy: now };
    case "images":
      return { images: scope.images };
  }
}

/**
 * Adds what decides about the reading of the cloud: the copies of the awaited images, and the older
 * copies that have the names of claimed ones.
 */
export async function withNamesakes(
  scope: Scope,
  records: Records,
  asked: Asked,
  { account, state }: { readonly account: string; readonly state: State },
): Promise<Records> {
  if (scope.kind === "sweep") return records;
  const names = namesClaimed(records.copies);
  const images = scope.kind === "poll" ? records.awaited : [];
  return readMore(records, { names, images }, asked, { account, state });
}

/** The names that claimed copies will have, each in its region. */
function namesClaimed(copies: Iterable<Copy>) {
  return [...copies].flatMap((copy) =>
    "claim" in copy ? [{ region: copy.key.region, name: copy.claim.settings.name }] : [],
  );
}

/**
 * Adds what the planner needs to know about what was observed: the copies of every image that a
 * policy may select, those in the regions that were read whole, and those in the families that a
 * finished copy may join. No rule for one image depends on other records; see
 * `docs/decisions/022-a-poll-reads-some-records.md`.
 */
export async function withObserved(
  scope: Scope,
  records: Records,
  observation: Observation,
  { state, policies, asked }: Pick<RunDeps, "state" | "policies"> & { readonly asked: Asked },
): Promise<Records> {
  if (scope.kind === "sweep") return records;
  const { account } = observation;
  const known = new Set(records.copies.map(({ key }) => rootRefId(key)));
  const views = [...observation.regions];
  const regions = views.filter(([, { complete }]) => complete.has("custom")).map(([region]) => region);
  const own = new Set(
    records.copies.flatMap((copy) =>
      "imageId" in copy ? [refText({ region: copy.key.region, imageId: copy.imageId })] : [],
    ),
  );
  const images = views
    .flatMap(([, view]) => [...view.images.values()])
    .map((image): ImageRef => {
      const lineage = image.type === "custom" && isMarked(image, account) ? lineageOf(image) : undefined;
      return lineage ? rootOf(lineage) : { region: image.region, imageId: image.imageId };
    })
    .filter((ref) => !known.has(refText(ref)) && !own.has(refText(ref)));
  const families = familiesToJoin(records.copies, observation, policies);
  return readMore(records, { images, regions, families }, asked, { account, state });
}

/** Reads what this run has not asked for yet: whatever it has is in the first read of the round. */
async function readMore(
  records: Records,
  { images = [], regions = [], names = [], families = [] }: Which,
  asked: Asked,
  { account, state }: { readonly account: string; readonly state: State },
): Promise<Records> {
  const more = {
    images: unasked(asked.images, images, refText),
    regions: regions.filter((region) => !asked.regions.has(region)),
    names: unasked(asked.names, names, nameText),
    families: unasked(asked.families, families, ({ region, family }) => `${region}/${family}`),
  };
  for (const region of regions) asked.regions.add(region);
  if (Object.values(more).every((list) => list.length === 0)) return records;
  return withCopies(records, (await state.read(account, more)).copies);
}

const nameText = ({ region, name }: { readonly region: string; readonly name: string }) => `${region}/${name}`;

/** The items that were not asked for; they count as asked for from now on. */
function unasked<T>(asked: Map<string, T>, items: readonly T[], textOf: (item: T) => string): readonly T[] {
  return items.filter((item) => {
    const isNew = !asked.has(textOf(item));
    if (isNew) asked.set(textOf(item), item);
    return isNew;
  });
}

/** The families that the copies which are NORMAL now may join: by their records, sources and policies. */
function familiesToJoin(copies: readonly Copy[], observation: Observation, policies: readonly Policy[]) {
  const named = policies.flatMap(({ copy: { family } }) =>
    family === "inherit" || family === undefined ? [] : family,
  );
  const found = copies.flatMap((copy) => {
    const { region, rootRegion, rootId } = copy.key;
    const image = "imageId" in copy ? seen(observation, { region, imageId: copy.imageId }) : "absent";
    if (typeof image === "string" || image.state !== "NORMAL") return [];
    const root = observation.regions.get(rootRegion)?.images.get(rootId);
    const families = [copy.family, copy.rootFamily, root?.family, ...named];
    return families.flatMap((family) => (family ? [{ region, family }] : []));
  });
  return [...new Map(found.map((one) => [`${one.region}/${one.family}`, one])).values()];
}

function withCopies(records: Records, more: readonly Copy[]): Records {
  const copies = new Map([...records.copies, ...more].map((copy) => [copyId(copy.key), copy]));
  return { ...records, copies: [...copies.values()] };
}

function rootOf({ rootRegion, rootId }: Pick<CopyKey, "rootRegion" | "rootId">): ImageRef {
  return { region: rootRegion, imageId: rootId };
}
