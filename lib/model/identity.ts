// How a copy is told from any other image: its key, its name token, its lineage tags.
import { createHash } from "node:crypto";
import type { Copy, CopyKey, Image, ImageRef, Variant } from "./types.ts";

/**
 * The two marks that tell a copy of ours in the cloud itself: the token in its name while it is being made, and its
 * lineage tags. One of the two always stands, so that the state may be lost without a second copy being made.
 */

/** Prefix of every tag key that belongs to this program. */
export const TAG_PREFIX = "cvm-replicator:";
/** An image with this tag is selected by no policy. */
export const IGNORE_TAG = `${TAG_PREFIX}ignore`;
/** A copy with this tag was taken out of its family by `rollback`; until the tag is taken away it does not come back. */
export const ROLLED_BACK_TAG = `${TAG_PREFIX}rolled-back`;
/** Tags that a copy may have besides those of its policy: four of its lineage, one of a rollback. */
export const OWN_TAGS = 5;
/** ImageName: at most 60 characters (cvm 2017-03-12, SyncImages and ModifyImageAttribute). */
export const MAX_NAME = 60;
/** Tags per resource (tag 2018-08-13). */
export const MAX_TAGS = 50;
/** Tag keys that the vendor keeps for itself; a copy cannot inherit them. */
export const RESERVED_TAG_PREFIXES = ["qcs:", "qcloud", "tencent", "project", TAG_PREFIX];

const ROOT = `${TAG_PREFIX}root`;
const PARENT = `${TAG_PREFIX}parent`;
const POLICY = `${TAG_PREFIX}policy`;
const SELF = `${TAG_PREFIX}self`;

const TOKEN = /--copying-([0-9a-f]{16})-([1-9][0-9]{0,8})$/;

/** One text for one key, for maps and sorting. */
export function copyId(key: CopyKey): string {
  return [key.account, key.rootRegion, key.rootId, key.region, key.variant].join("/");
}

/** One text for the source of a copy, in its own region. */
export function rootRefId({ rootRegion, rootId }: Pick<CopyKey, "rootRegion" | "rootId">): string {
  return `${rootRegion}/${rootId}`;
}

/** What the token says of its root: 64 bits of a hash, the same in every destination. */
export function tokenHash(key: CopyKey): string {
  const root = [key.account, key.rootRegion, key.rootId, key.variant].join("/");
  return createHash("sha256").update(root).digest("hex").slice(0, 16);
}

/**
 * The name under which the n-th claim of a copy asks for it: the root's name, shortened, and the token. At most 60
 * characters, and at most 60 bytes besides: whether the cloud counts one or the other is documented nowhere.
 */
export function tokenName(key: CopyKey, rootName: string, claimNumber: number): string {
  return shortenedBefore(rootName, `--copying-${tokenHash(key)}-${claimNumber}`);
}

/** The name of a plain copy that is there only to be encrypted: its final name is for the encrypted one. */
export function intermediateName(key: CopyKey, rootName: string): string {
  return shortenedBefore(rootName, `--plain-${tokenHash(key)}`);
}

/** Whether an image was named as the intermediate of this copy. */
export function isIntermediate({ name }: { readonly name: string }, key: CopyKey): boolean {
  return name.endsWith(`--plain-${tokenHash(key)}`);
}

/** The name of a copy whose own name another variant of it is to get: it was made plain, or with another key. */
export function asideName(key: CopyKey, rootName: string): string {
  return shortenedBefore(rootName, `--aside-${tokenHash(key)}`);
}

/** Whether an image was put aside for another variant of this copy. */
export function isAside({ name }: { readonly name: string }, key: CopyKey): boolean {
  return name.endsWith(`--aside-${tokenHash(key)}`);
}

function shortenedBefore(rootName: string, suffix: string): string {
  let stem = "";
  for (const character of rootName) {
    if (Buffer.byteLength(stem + character) + suffix.length > MAX_NAME) break;
    stem += character;
  }
  return stem + suffix;
}

/** The token in a name, if there is one. */
export function tokenIn(name: string): { hash: string; claimNumber: number } | undefined {
  const match = TOKEN.exec(name);
  return match?.[1] && match[2] ? { hash: match[1], claimNumber: Number(match[2]) } : undefined;
}

/** What the lineage tags of a copy say. */
export interface Lineage {
  readonly account: string;
  readonly rootRegion: string;
  readonly rootId: string;
  readonly variant: Variant;
  readonly parent: ImageRef;
  readonly policy: string;
}

/** The tags that make an image provably our copy of this root. They name its own id, so that they prove nothing elsewhere. */
export function lineageTags(key: CopyKey, parent: ImageRef, policy: string, imageId: string): Record<string, string> {
  return {
    [ROOT]: [key.account, key.rootRegion, key.rootId, key.variant].join("/"),
    [PARENT]: `${parent.region}/${parent.imageId}`,
    [POLICY]: policy,
    [SELF]: imageId,
  };
}

/** The lineage of an image; undefined if it has none, or tags that were carried over from another image. */
export function lineageOf(image: Image): Lineage | undefined {
  if (image.tags[SELF] !== image.imageId) return undefined;
  const [account, rootRegion, rootId, variant] = (image.tags[ROOT] ?? "").split("/");
  if (!account || !rootRegion || !rootId || !variant) return undefined;
  const [region, imageId] = (image.tags[PARENT] ?? "").split("/");
  const parent = region && imageId ? { region, imageId } : { region: rootRegion, imageId: rootId };
  return { account, rootRegion, rootId, variant: variant as Variant, parent, policy: image.tags[POLICY] ?? "" };
}

/** Whether the lineage tags of an image prove that it is this very copy: those alone, and not its name. */
export function isProven(image: Image, key: CopyKey): boolean {
  const lineage = lineageOf(image);
  return lineage !== undefined && copyId({ ...lineage, region: image.region }) === copyId(key);
}

/** Whether an image carries our mark for this very copy. */
export function isCopyOf(image: Image, key: CopyKey): boolean {
  if (image.type !== "custom" || image.region !== key.region) return false;
  if (tokenIn(image.name)?.hash === tokenHash(key)) return true;
  const lineage = lineageOf(image);
  return (
    lineage !== undefined &&
    lineage.account === key.account &&
    lineage.rootRegion === key.rootRegion &&
    lineage.rootId === key.rootId &&
    lineage.variant === key.variant
  );
}

/** The hash of the root that the mark of an image names; undefined if it has none. */
export function markHash(image: Image): string | undefined {
  const lineage = lineageOf(image);
  return tokenIn(image.name)?.hash ?? (lineage && tokenHash({ ...lineage, region: image.region }));
}

/** Whether an image is a copy of this account's making, finished or not: no policy may select it. */
export function isMarked(image: Image, account: string): boolean {
  return tokenIn(image.name) !== undefined || lineageOf(image)?.account === account;
}

/** The image of a copy, where one is known. */
export function imageIdOf(copy: Copy): string | undefined {
  return "imageId" in copy ? copy.imageId : undefined;
}
