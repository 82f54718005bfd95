// How a copy is recognised in the cloud: its key, the token in its name, its lineage tags.
import { createHash } from "node:crypto";
import { isSameOrigin, type Origin } from "./copy/copy-map.ts";
import type { Version } from "./image.ts";
import type { Copy, CopyIn, CopyKey, CopyPhase, CopyState, Image, ImageRef, Installations, Variant } from "./types.ts";

/**
 * A copy carries an ownership mark in the cloud itself: the token in its temporary name while it is
 * being made, and its lineage tags afterwards. It always has at least one of the two, so that even
 * after the loss of the state the next sweep recognises it and no second copy is made. See
 * `docs/decisions/001-the-name-is-the-token.md`.
 */

/** Prefix of every tag key that belongs to this program. */
export const TAG_PREFIX = "cvm-replicator:";
/** No policy selects an image with this tag, whatever its value. */
export const IGNORE_TAG = `${TAG_PREFIX}ignore`;
/**
 * `rollback` sets this tag on a copy that it removes from its family. The copy stays out until the
 * tag is removed.
 */
export const ROLLED_BACK_TAG = `${TAG_PREFIX}rolled-back`;
/**
 * Tags that this program may add to those of the policy: five for the lineage, one for a rollback.
 */
export const OWN_TAGS = 6;
/** ImageName: at most 60 characters (cvm 2017-03-12, SyncImages and ModifyImageAttribute). */
export const MAX_NAME = 60;
/** Tags per resource (tag 2018-08-13). */
export const MAX_TAGS = 50;
/**
 * Prefixes of tag keys that the vendor or this program reserves. A copy does not inherit such tags.
 */
export const RESERVED_TAG_PREFIXES = ["qcs:", "qcloud", "tencent", "project", TAG_PREFIX];

const ROOT = `${TAG_PREFIX}root`;
const PARENT = `${TAG_PREFIX}parent`;
const POLICY = `${TAG_PREFIX}policy`;
const SELF = `${TAG_PREFIX}self`;
/** The installation that made a copy and that alone changes it. */
export const INSTALLATION_TAG = `${TAG_PREFIX}installation`;

const TOKEN = /--copying-([0-9a-f]{16})(?:-([a-z0-9]{2,12}))?-([1-9][0-9]{0,8})$/;
const INSTALLATION = /^[a-z0-9]{2,12}$/;

/** Stands for the installation of a copy whose marks name none: no installation can have this id. */
export const UNKNOWN_INSTALLATION = "?";

/** The key of a copy as one text, for maps and sorting. */
export function copyId(key: CopyKey): string {
  const { account, rootRegion, rootId, region, variant } = key;
  return `${account}/${rootRegion}/${rootId}/${region}/${variant}`;
}

/** The root of a copy as one text: its own region and its id. */
export function rootRefId({ rootRegion, rootId }: Pick<CopyKey, "rootRegion" | "rootId">): string {
  return `${rootRegion}/${rootId}`;
}

/** An image as one text: its region and its id. */
export function refText({ region, imageId }: ImageRef): string {
  return `${region}/${imageId}`;
}

/**
 * The hash in the token: 64 bits of a hash of the root and the variant, the same in every
 * destination.
 */
export function tokenHash({ account, rootRegion, rootId, variant }: Origin | CopyKey): string {
  const root = `${account}/${rootRegion}/${rootId}/${variant}`;
  const known = hashes.get(root);
  if (known !== undefined) return known;
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 16);
  if (hashes.size >= MOST_HASHES) hashes.clear();
  hashes.set(root, hash);
  return hash;
}

/** The hashes made so far, because a plan asks for each of them many times. */
const hashes = new Map<string, string>();
const MOST_HASHES = 50_000;

/**
 * The temporary name that the n-th claim of a copy requests: the root's name, shortened, and the
 * token. At most 60 characters and also at most 60 bytes, because no document says which of the two
 * the cloud counts. The installation is not part of the hash, so that every installation finds the
 * copy.
 */
export function tokenName(key: CopyKey, rootName: string, claimNumber: number, installation: string): string {
  return shortenedBefore(rootName, `--copying-${tokenHash(key)}-${installation}-${claimNumber}`);
}

/**
 * Whether a text can be the id of an installation: 2 to 12 lower-case letters and digits. So it is
 * unmistakable in a temporary name, and leaves room for the root's name.
 */
export function isInstallationId(text: string): boolean {
  return INSTALLATION.test(text);
}

/**
 * The name of a plain copy from which an encrypted one is made. The encrypted copy gets the final
 * name.
 */
export function intermediateName(key: CopyKey, rootName: string): string {
  return shortenedBefore(rootName, `--plain-${tokenHash(key)}`);
}

/** Whether an image has the name of the intermediate copy of this copy. */
export function isIntermediate({ name }: { readonly name: string }, key: CopyKey): boolean {
  return name.includes("--plain-") && name.endsWith(`--plain-${tokenHash(key)}`);
}

/**
 * The name of a copy that is put aside because another variant (encrypted, plain, another key)
 * needs its name.
 */
export function asideName(key: CopyKey, rootName: string): string {
  return shortenedBefore(rootName, `--aside-${tokenHash(key)}`);
}

/** Whether an image has the name of a copy that was put aside for another variant. */
export function isAside({ name }: { readonly name: string }, key: CopyKey): boolean {
  return name.includes("--aside-") && name.endsWith(`--aside-${tokenHash(key)}`);
}

/** The name of an older copy that gave up its name to a newer version of the same name. */
export function replacedName(key: CopyKey, rootName: string): string {
  return shortenedBefore(rootName, `--replaced-${tokenHash(key)}`);
}

/** Whether an image has the name of a copy that gave up its own one, to another variant or version. */
export function hasSteppedAside(image: { readonly name: string }, key: CopyKey): boolean {
  if (isAside(image, key)) return true;
  return image.name.includes("--replaced-") && image.name.endsWith(`--replaced-${tokenHash(key)}`);
}

/** A name without a mark at its end: for a temporary name, the source's name as far as it is left. */
export function unmarkedName(name: string): string {
  return name.replace(TOKEN, "").replace(/--(plain|aside|replaced)-[0-9a-f]{16}$/, "");
}

function shortenedBefore(rootName: string, suffix: string): string {
  if (Buffer.byteLength(rootName) + suffix.length <= MAX_NAME) return rootName + suffix;
  let stem = "";
  for (const character of rootName) {
    if (Buffer.byteLength(stem + character) + suffix.length > MAX_NAME) break;
    stem += character;
  }
  return stem + suffix;
}

/** The parts of a token. */
export interface Token {
  readonly hash: string;
  readonly installation: string | undefined;
  readonly claimNumber: number;
}

/** The token at the end of a name, if any. */
export function tokenIn(name: string): Token | undefined {
  // Most names have none, and searching for its beginning is the quickest way to see that.
  if (!name.includes("--copying-")) return undefined;
  const [, hash, installation, number] = TOKEN.exec(name) ?? [];
  return hash === undefined ? undefined : { hash, installation, claimNumber: Number(number) };
}

/** The content of the lineage tags of a copy. */
export interface Lineage {
  readonly account: string;
  readonly rootRegion: string;
  readonly rootId: string;
  readonly variant: Variant;
  readonly parent: ImageRef;
  readonly policy: string;
  readonly installation: string | undefined;
}

/** What the lineage tags of a copy say of its making, besides its key. */
export type Making = Pick<Lineage, "parent" | "policy"> & { readonly installation: string };

/**
 * The tags that prove that an image is our copy of this root. They name its own id, so that on
 * another image they are void.
 */
export function lineageTags(
  key: CopyKey,
  imageId: string,
  { parent, policy, installation }: Making,
): Record<string, string> {
  return {
    [ROOT]: [key.account, key.rootRegion, key.rootId, key.variant].join("/"),
    [PARENT]: `${parent.region}/${parent.imageId}`,
    [POLICY]: policy,
    [INSTALLATION_TAG]: installation,
    [SELF]: imageId,
  };
}

/**
 * The lineage of an image; undefined if it has none, or its tags were carried over from another
 * image.
 */
export function lineageOf(image: Image): Lineage | undefined {
  if (image.tags[SELF] !== image.imageId) return undefined;
  let read = lineages.get(image);
  if (!read) lineages.set(image, (read = { lineage: readLineage(image) }));
  return read.lineage;
}

/** The lineages read so far, because a plan asks for each of them many times. An image never changes. */
const lineages = new WeakMap<Image, { readonly lineage: Lineage | undefined }>();

function readLineage(image: Image): Lineage | undefined {
  const [account, rootRegion, rootId, variant] = (image.tags[ROOT] ?? "").split("/");
  if (!account || !rootRegion || !rootId || !variant) return undefined;
  const [region, imageId] = (image.tags[PARENT] ?? "").split("/");
  const parent = region && imageId ? { region, imageId } : { region: rootRegion, imageId: rootId };
  const { [POLICY]: policy = "", [INSTALLATION_TAG]: installation = "" } = image.tags;
  const maker = { policy, installation: installation || undefined };
  return { account, rootRegion, rootId, variant: variant as Variant, parent, ...maker };
}

/** The installation that made a copy, by its marks; undefined if it has none or they name none. */
export function installationOf(image: Image): string | undefined {
  return lineageOf(image)?.installation ?? tokenIn(image.name)?.installation;
}

/** Whether the lineage tags of an image prove that it is this copy. Its name does not count. */
export function isProven(image: Image, key: CopyKey): boolean {
  const lineage = lineageOf(image);
  return lineage !== undefined && image.region === key.region && isSameOrigin(lineage, key);
}

/** Whether an image has a mark of this copy: the token in its name, or the lineage tags. */
export function isCopyOf(image: Image, key: CopyKey): boolean {
  if (image.type !== "custom" || image.region !== key.region) return false;
  const lineage = lineageOf(image);
  if (lineage && isSameOrigin(lineage, key)) return true;
  const token = tokenIn(image.name);
  return token !== undefined && token.hash === tokenHash(key);
}

/**
 * The id of this installation for the lineage tags of its copy: the one that the copy has already,
 * or else the one for new copies.
 */
export function ownInstallationOf(image: Image, installations: Installations): string {
  const maker = installationOf(image);
  return maker !== undefined && installations.includes(maker) ? maker : installations[0];
}

/** The hash (as in `tokenHash`) that the mark of an image names; undefined if it has no mark. */
export function markHash(image: Image): string | undefined {
  const lineage = lineageOf(image);
  return tokenIn(image.name)?.hash ?? (lineage && tokenHash(lineage));
}

/**
 * Whether an image is a copy that this program made in this account, finished or not. A copy is
 * never a source.
 */
export function isMarked(image: Image, account: string): boolean {
  return tokenIn(image.name) !== undefined || lineageOf(image)?.account === account;
}

/** The id of the image of a copy, if known. */
export function imageIdOf(copy: Copy): string | undefined {
  return "imageId" in copy ? copy.imageId : undefined;
}

/** The names of phases outside of the program, where they differ. */
const STATES = { requested: "copying", stuck: "blocked", ended: "retired" } as const;

/** The state of a copy, as users see it: in `apply --json`, counts and messages. */
export function stateOf(copy: Copy): CopyState {
  const { phase } = copy;
  // It is requested again once its loss is confirmed.
  if (phase === "ready" && copy.missingSince !== undefined) return "waiting";
  return stateOfPhase(phase);
}

/** The state of a copy whose phase alone is known. */
export function stateOfPhase(phase: CopyPhase): CopyState {
  return phase === "requested" || phase === "stuck" || phase === "ended" ? STATES[phase] : phase;
}

/** Whether a copy is, or is to become, an image that a policy desires: not retired and not ended. */
export function isActive(copy: Copy): copy is Exclude<Copy, CopyIn<"retired" | "ended">> {
  return copy.phase !== "retired" && copy.phase !== "ended";
}

/** The version that a copy is of. One whose root was never seen counts as the oldest. */
export function versionOf({ key, rootName, rootCreatedAt = 0 }: Copy): Version {
  return { createdAt: rootCreatedAt, name: rootName, region: key.rootRegion, imageId: key.rootId };
}
