// Judges the emulator's images and log after a scenario.
import { isDeepStrictEqual } from "node:util";
import type { Shown } from "../e2e/support.ts";

/** An image as the emulator's control API shows it. */
export interface WorldImage extends Shown {
  readonly description: string;
  readonly family: string;
  readonly deprecated: boolean;
  readonly sharedWith: readonly string[];
}

/** A request in the emulator's log. */
export interface LoggedRequest {
  readonly account: string;
  readonly action: string;
  readonly region: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly result: string;
  readonly effects: readonly { readonly region: string; readonly imageId: string }[];
}

/** An image that a policy selects, with the attributes that its copies must have. */
export interface DesiredImage {
  readonly region: string;
  readonly imageId: string;
  readonly destinations: readonly string[];
  readonly name: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The emulator's own records; nothing in them comes from the programs under test. */
export interface Evidence {
  /** The account that the programs work for. */
  readonly account: string;
  readonly images: readonly WorldImage[];
  readonly requests: readonly LoggedRequest[];
  readonly desired: readonly DesiredImage[];
  /** All images that the programs did not make, in their original state. */
  readonly original: readonly WorldImage[];
}

/** All violations, each as a text. */
export interface Verdict {
  /** More than one live copy of a root in a region. */
  readonly doubled: readonly string[];
  /** A desired copy that is missing or not as it must be. */
  readonly lost: readonly string[];
  /** Changes of images that are not our copies, deletions, and copies that no policy desires. */
  readonly foreign: readonly string[];
  /** The number of calls that the rate limit of the emulator refused. */
  readonly throttled: number;
}

/** The emulator keeps this number of requests. Older ones are dropped and cannot be judged. */
const KEPT = 50_000;

/** Finds violations in the emulator's own images and log. */
export function judge(evidence: Evidence): Verdict {
  const { account, images, requests, desired } = evidence;
  if (requests.length >= KEPT) throw new Error(`the emulator has forgotten requests: it keeps ${KEPT}`);
  const live = new Map<string, WorldImage[]>();
  for (const image of images) {
    if (image.copiedFrom === null || image.account !== account || image.state === "CREATEFAILED") continue;
    const place = placeOf(rootOf(image, images), image.region);
    live.set(place, [...(live.get(place) ?? []), image]);
  }
  const places = new Map(
    desired.flatMap((root) => root.destinations.map((region) => [placeOf(root, region), { root, region }])),
  );
  return {
    doubled: [...live].flatMap(([place, copies]) =>
      copies.length > 1 ? [`${place}: ${copies.map(({ imageId, name }) => `${imageId} "${name}"`).join(", ")}`] : [],
    ),
    lost: [...places].flatMap(([place, { root }]) => {
      const faults = (live.get(place) ?? []).map((copy) => faultOf(copy, root, account));
      if (faults.includes(undefined)) return [];
      return [`${place}: ${faults.join(", ") || "no copy exists"}`];
    }),
    foreign: [
      ...[...live.keys()].filter((place) => !places.has(place)).map((place) => `${place}: no policy desires this copy`),
      ...foreignChanges(evidence),
      ...foreignCalls(evidence),
    ],
    throttled: requests.filter(({ result }) => result === "RequestLimitExceeded").length,
  };
}

function placeOf(root: { region: string; imageId: string }, region: string): string {
  return `${root.region}/${root.imageId} → ${region}`;
}

/** The first image of a chain of copies. */
function rootOf(image: WorldImage, images: readonly WorldImage[]): { region: string; imageId: string } {
  const { copiedFrom } = image;
  if (copiedFrom === null) return image;
  const from = images.find(({ region, imageId }) => region === copiedFrom.region && imageId === copiedFrom.imageId);
  return from ? rootOf(from, images) : copiedFrom;
}

/** How a copy differs from the desired one. */
function faultOf(copy: WorldImage, root: DesiredImage, account: string): string | undefined {
  const { imageId, copiedFrom } = copy;
  if (copy.state !== "NORMAL") return `${imageId} is ${copy.state}`;
  if (copy.name !== root.name) return `${imageId} is named "${copy.name}"`;
  if (copy.description !== root.description) return `${imageId} is described as "${copy.description}"`;
  const tags = {
    ...root.tags,
    "cvm-replicator:root": `${account}/${root.region}/${root.imageId}/plain`,
    "cvm-replicator:parent": `${copiedFrom?.region}/${copiedFrom?.imageId}`,
    "cvm-replicator:self": imageId,
  };
  const lacks = Object.entries(tags).filter(([key, value]) => copy.tags[key] !== value);
  return lacks.length > 0 ? `${imageId} lacks ${lacks.map(([key]) => key).join(", ")}` : undefined;
}

function foreignChanges({ images, original }: Evidence): string[] {
  const now = new Map(images.map((image) => [`${image.region}/${image.imageId}`, image]));
  return original.flatMap((before) => {
    const where = `${before.region}/${before.imageId}`;
    const image = now.get(where);
    if (!image) return [`${where} was deleted`];
    return isDeepStrictEqual(lasting(image), lasting(before)) ? [] : [`${where} was changed`];
  });
}

/** The attributes that only a call can change. */
function lasting({ name, description, family, deprecated, tags, sharedWith }: WorldImage): object {
  return { name, description, family, deprecated, tags, sharedWith };
}

function foreignCalls({ account, images, requests }: Evidence): string[] {
  const ours = new Set(
    images.filter(({ copiedFrom }) => copiedFrom !== null).map(({ region, imageId }) => `${region}/${imageId}`),
  );
  return requests.flatMap(({ account: caller, action, params, effects }) => {
    if (caller !== account) return [];
    if (action === "DeleteImages") return [`DeleteImages of ${JSON.stringify(params["ImageIds"])}`];
    return effects
      .map(({ region, imageId }) => `${region}/${imageId}`)
      .filter((where) => !ours.has(where))
      .map((where) => `${action} had an effect on ${where}`);
  });
}
