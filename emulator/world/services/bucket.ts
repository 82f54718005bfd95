// A bucket of COS: its objects, and what lists show of them at a given time.
/** An object as stored. Times of lists are in milliseconds of `World.workNow()`. */
export interface StoredObject {
  readonly body: Uint8Array;
  /** With its quotes, as in headers and lists. */
  readonly etag: string;
  /** Epoch milliseconds of the clock of COS. */
  readonly modifiedAt: number;
  /** The headers that GET and HEAD return as they were put: content headers and `x-cos-meta-…`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lists show the object from then on. */
  readonly listedFrom: number;
}

/** An object that was overwritten or deleted, and that lists still show for a time. */
export interface FormerObject {
  readonly object: StoredObject;
  readonly listedUntil: number;
}

/** A multipart upload that is neither completed nor aborted. */
export interface Upload {
  readonly id: string;
  readonly key: string;
  /** The headers of the object to be, as in `StoredObject`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds of the clock of COS. */
  readonly startedAt: number;
  /** Part number, from 1 → part. */
  readonly parts: Map<number, Part>;
}

/** One part of a multipart upload. */
export interface Part {
  readonly body: Uint8Array;
  readonly etag: string;
  /** Epoch milliseconds of the clock of COS. */
  readonly modifiedAt: number;
}

export interface Bucket {
  /** With the app id of its owner: `<name>-<appid>`. */
  readonly name: string;
  readonly region: string;
  /** `uin` of the owner. */
  readonly owner: string;
  /** Undefined until versioning is first set. From then on it can be suspended, never removed. */
  versioning: "Enabled" | "Suspended" | undefined;
  readonly objects: Map<string, StoredObject>;
  readonly former: Map<string, FormerObject>;
  /** Upload id → upload. */
  readonly uploads: Map<string, Upload>;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** The algorithm with which COS encrypts new objects; absent without encryption. It changes nothing here. */
  encryption?: string;
  /** Whether anyone may list and read its objects without a signature, as the ACL `public-read` permits. */
  isPublic?: boolean;
}

/** Stores an object under a key. Lists show an object that it replaces until they show the new one. */
export function storeObject(bucket: Bucket, key: string, object: StoredObject): void {
  const replaced = bucket.objects.get(key);
  if (replaced) bucket.former.set(key, { object: replaced, listedUntil: object.listedFrom });
  bucket.objects.set(key, object);
}

/** Removes an object, if there is one. Lists may show it until `listedUntil`. */
export function removeObject(bucket: Bucket, key: string, listedUntil: number): void {
  const object = bucket.objects.get(key);
  if (!object) return;
  bucket.objects.delete(key);
  bucket.former.set(key, { object, listedUntil });
}

/** The objects that a list shows at a time, by key and in no order. Forgets what no list shows any more. */
export function listedObjects(bucket: Bucket, now: number): Map<string, StoredObject> {
  const listed = new Map<string, StoredObject>();
  for (const [key, { object, listedUntil }] of bucket.former) {
    if (listedUntil <= now) bucket.former.delete(key);
    else if (object.listedFrom <= now) listed.set(key, object);
  }
  for (const [key, object] of bucket.objects) if (object.listedFrom <= now) listed.set(key, object);
  return listed;
}
