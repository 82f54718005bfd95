// How a copy is recognised in the cloud: its key, the token in its name, its lineage tags.
import { createHash } from "node:crypto";
import type { Copy, CopyKey, Image, ImageRef, Variant } from "./types.ts";

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
 * Tags that this program may add to those of the policy: four for the lineage, one for a rollback.
 */
export const OWN_TAGS = 5;
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

const TOKEN = /--copying-([0-9a-f]{16})-([1-9][0-9]{0,8})$/;

/** The key of a copy as one text, for maps and sorting. */
export function copyId(key: CopyKey): string {
  return [key.account, key.rootRegion, key.rootId, key.region, key.variant].join("/");
}

/** The root of a copy as one text: its own region and its id. */
export function rootRefId({ rootRegion, rootId }: Pick<CopyKey, "rootRegion" | "rootId">): string {
  return `${rootRegion}/${rootId}`;
}

/**
 * The hash in the token: 64 bits of a hash of the root and the variant, the same in every
 * destination.
 */
export function tokenHash(key: CopyKey): string {
  const root = [key.account, key.rootRegion, key.rootId, key.variant].join("/");
  return createHash("sha256").update(root).digest("hex").slice(0, 16);
}

/**
 * The temporary name that the n-th claim of a copy requests: the root's name, shortened, and the
 * token. At most 60 characters and also at most 60 bytes, because no document says which of the two
 * the cloud counts.
 */
export function tokenName(key: CopyKey, rootName: string, claimNumber: number): string {
  return shortenedBefore(rootName, `--copying-${tokenHash(key)}-${claimNumber}`);
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
  return name.endsWith(`--plain-${tokenHash(key)}`);
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

/** The token at the end of a name, if any. */
export function tokenIn(name: string): { hash: string; claimNumber: number } | undefined {
  const match = TOKEN.exec(name);
  return match?.[1] && match[2] ? { hash: match[1], claimNumber: Number(match[2]) } : undefined;
}

/** The content of the lineage tags of a copy. */
export interface Lineage {
  readonly account: string;
  readonly rootRegion: string;
  readonly rootId: string;
  readonly variant: Variant;
  readonly parent: ImageRef;
  readonly policy: string;
}

/**
 * The tags that prove that an image is our copy of this root. They name its own id, so that on
 * another image they are void.
 */
export function lineageTags(key: CopyKey, parent: ImageRef, policy: string, imageId: string): Record<string, string> {
  return {
    [ROOT]: [key.account, key.rootRegion, key.rootId, key.variant].join("/"),
    [PARENT]: `${parent.region}/${parent.imageId}`,
    [POLICY]: policy,
    [SELF]: imageId,
  };
}

/**
 * The lineage of an image; undefined if it has none, or its tags were carried over from another
 * image.
 */
export function lineageOf(image: Image): Lineage | undefined {
  if (image.tags[SELF] !== image.imageId) return undefined;
  const [account, rootRegion, rootId, variant] = (image.tags[ROOT] ?? "").split("/");
  if (!account || !rootRegion || !rootId || !variant) return undefined;
  const [region, imageId] = (image.tags[PARENT] ?? "").split("/");
  const parent = region && imageId ? { region, imageId } : { region: rootRegion, imageId: rootId };
  return { account, rootRegion, rootId, variant: variant as Variant, parent, policy: image.tags[POLICY] ?? "" };
}

/** Whether the lineage tags of an image prove that it is this copy. Its name does not count. */
export function isProven(image: Image, key: CopyKey): boolean {
  const lineage = lineageOf(image);
  return lineage !== undefined && copyId({ ...lineage, region: image.region }) === copyId(key);
}

/** Whether an image has a mark of this copy: the token in its name, or the lineage tags. */
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

/** The hash (as in `tokenHash`) that the mark of an image names; undefined if it has no mark. */
export function markHash(image: Image): string | undefined {
  const lineage = lineageOf(image);
  return tokenIn(image.name)?.hash ?? (lineage && tokenHash({ ...lineage, region: image.region }));
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
