// The cloud of a rehearsal: what was read of the real one, and the changes that a run would make.
import { CloudError } from "../../model/errors.ts";
import { imageIdOf, refText } from "../../model/identity.ts";
import { cloudMeaning } from "../../model/messages/cloud.ts";
import type { Observation } from "../../model/observation.ts";
import type { Cloud, SyncRequest } from "../../model/ports.ts";
import type { Copy, Image, ImageRef, Millis, Reason } from "../../model/types.ts";

/** What a run has changed in the cloud, each by `region/id`. */
export interface Effects {
  readonly created: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
  readonly deleted: ReadonlySet<string>;
}

/** A cloud that changes nothing, and what would have been changed. */
export interface RehearsalCloud extends Cloud {
  readonly effects: Effects;
  /** What is being made becomes NORMAL. */
  finishWork(): void;
}

const NO_REQUEST = { requestId: "" };

/**
 * Answers from the observation, as changed since. What a call asks for is done at once, except
 * that a copy is made only by `finishWork`. Most refusals cannot be known in advance. Questions that only the cloud can answer go to the real one,
 * each once. `copies`: the records; a stuck copy is not expected to become NORMAL.
 */
export function rehearsalCloud(
  observation: Observation,
  copies: readonly Copy[],
  { cloud, now }: { readonly cloud: Cloud; readonly now: () => Millis },
): RehearsalCloud {
  const { account, unreadable } = observation;
  const images = new Map<string, Map<string, Image>>();
  for (const [region, view] of observation.regions) images.set(region, new Map(view.images));
  const shares = new Map<string, ReadonlySet<string>>();
  const moved = new Set<string>();
  const effects = { created: new Set<string>(), changed: new Set<string>(), deleted: new Set<string>() };
  const isNew = (ref: ImageRef) => effects.created.has(refText(ref));
  const once = memo();
  const stuck = new Set(copies.flatMap((copy) => (copy.phase === "stuck" ? (imageIdOf(copy) ?? []) : [])));

  const regionOf = (region: string): Map<string, Image> | undefined => {
    const why = unreadable.get(region);
    if (why) throw unread(region, why);
    return images.get(region);
  };
  const change = (ref: ImageRef, changed: (image: Image) => Image) => {
    effects.changed.add(refText(ref));
    const image = images.get(ref.region)?.get(ref.imageId);
    if (image) images.get(ref.region)?.set(ref.imageId, changed(image));
  };
  const sharedWith = async (ref: ImageRef): Promise<string[]> => {
    const known = shares.get(refText(ref));
    if (known) return [...known];
    return isNew(ref) ? [] : once(`shares ${refText(ref)}`, () => cloud.sharedWith(ref));
  };
  const setShares = async (ref: ImageRef, change: (accounts: readonly string[]) => readonly string[]) => {
    effects.changed.add(refText(ref));
    shares.set(refText(ref), new Set(change(await sharedWith(ref))));
  };
  const create = (region: string, { source, name }: SyncRequest): [string, string][] => {
    const imageId = `img-rehearsed${effects.created.size + 1}`;
    const original = images.get(source.region)?.get(source.imageId);
    if (!original) return [];
    const { family: _, syncPercent: __, ...rest } = original;
    const fields = { region, imageId, name, type: "custom", state: "SYNCING", tags: {}, deprecated: false } as const;
    effects.created.add(refText({ region, imageId }));
    const all = images.get(region) ?? new Map<string, Image>();
    images.set(region, all.set(imageId, { ...rest, ...fields, creator: account, createdAt: now() }));
    return [[region, imageId]];
  };

  return {
    effects,
    finishWork() {
      for (const all of images.values())
        for (const [id, image] of all)
          if (/^(CREATING|SYNCING|IMPORTING)$/.test(image.state) && !stuck.has(id))
            all.set(id, { ...image, state: "NORMAL" });
    },
    account: async () => account,
    async images(region, type) {
      const all = regionOf(region);
      return all ? [...all.values()].filter((image) => image.type === type) : cloud.images(region, type);
    },
    async imagesById(region, ids) {
      const all = regionOf(region);
      return all ? ids.flatMap((id) => all.get(id) ?? []) : cloud.imagesById(region, ids);
    },
    async syncImage(request) {
      const made = request.destinations.flatMap((region) => create(region, request));
      return { imageIds: new Map(made), ...NO_REQUEST };
    },
    trySyncImage: async () => {},
    async tag(ref, _, tags) {
      change(ref, (image) => ({ ...image, tags: { ...image.tags, ...tags } }));
      return { ...NO_REQUEST, refused: new Map() };
    },
    async untag(ref, _, keys) {
      const isKept = ([key]: [string, string]) => !keys.includes(key);
      change(ref, (image) => ({ ...image, tags: Object.fromEntries(Object.entries(image.tags).filter(isKept)) }));
      return "";
    },
    async modify(ref, { family, ...attributes }) {
      // The two refusals that are documented and can be seen in advance.
      const holders = [...(images.get(ref.region)?.values() ?? [])].filter(({ name }) => name === attributes.name);
      if (holders.some(({ imageId, type }) => imageId !== ref.imageId && type === "custom"))
        throw refused("InvalidImageName.Duplicate", "image-name-taken", ref);
      if ((await sharedWith(ref).catch(unlessAborted)).length > 0)
        throw refused("UnsupportedOperation.SharedImageModifyUnsupported", "image-shared-unchangeable", ref);
      change(ref, (image) => {
        const { family: before, ...rest } = image;
        const after = family ?? before;
        if (after !== before) for (const one of [before, after]) moved.add(familyText(ref.region, one));
        return { ...rest, ...attributes, ...(after !== undefined && after !== "" && { family: after }) };
      });
      return "";
    },
    sharedWith,
    async share(ref, accounts) {
      await setShares(ref, (before) => [...before, ...accounts]);
      return { ...NO_REQUEST, refused: new Map() };
    },
    async unshare(ref, accounts) {
      await setShares(ref, (before) => before.filter((account) => !accounts.includes(account)));
      return "";
    },
    async deleteImage(ref) {
      effects.deleted.add(refText(ref));
      images.get(ref.region)?.delete(ref.imageId);
      return "";
    },
    regions: () => once("regions", () => cloud.regions()),
    quota: (region) => once(`quota ${region}`, () => cloud.quota(region)),
    async familyImage(region, family) {
      const id = familyText(region, family);
      if (!moved.has(id)) return once(`family ${id}`, () => cloud.familyImage(region, family));
      return newestOf([...(images.get(region)?.values() ?? [])].filter((image) => image.family === family));
    },
    async uses(region, ids, versions) {
      const existing = ids.filter((imageId) => !isNew({ region, imageId }));
      if (existing.length === 0) return new Map();
      return once(`uses ${region} ${versions} ${existing.join()}`, () => cloud.uses(region, existing, versions));
    },
  };
}

/** Asks each question once. */
function memo(): <T>(id: string, ask: () => Promise<T>) => Promise<T> {
  const asked = new Map<string, Promise<unknown>>();
  return <T>(id: string, ask: () => Promise<T>) => {
    const answer = (asked.get(id) as Promise<T> | undefined) ?? ask();
    asked.set(id, answer);
    return answer;
  };
}

function familyText(region: string, family: string | undefined): string {
  return `${region} ${family ?? ""}`;
}

/** The image that leads its family, as far as is known: the one that was created last. */
function newestOf(images: readonly Image[]): string | undefined {
  const candidates = images.filter(
    ({ type, state, deprecated }) => type === "custom" && state === "NORMAL" && !deprecated,
  );
  const newest = candidates.reduce<Image | undefined>((a, b) => (a && a.createdAt > b.createdAt ? a : b), undefined);
  return newest?.imageId;
}

function unread(region: string, { code, text }: Reason): CloudError {
  return new CloudError({
    ...{ action: "DescribeImages", region, code: code.replace(/^unreadable-/, ""), text },
    ...{ outcome: "requeue", effect: "none" },
  });
}

/** Whether an image is shared may be unknown to these credentials: then it counts as not shared. */
function unlessAborted(error: unknown): string[] {
  if (error instanceof CloudError && error.code !== "Aborted") return [];
  throw error;
}

function refused(
  code: string,
  meaning: "image-name-taken" | "image-shared-unchangeable",
  { region }: ImageRef,
): CloudError {
  const { text } = cloudMeaning(meaning);
  return new CloudError({
    ...{ action: "ModifyImageAttribute", region, code, text },
    outcome: "terminal",
    effect: "none",
  });
}
