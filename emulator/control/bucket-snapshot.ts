// Exports buckets of COS as JSON and imports them.
import type { Bucket, FormerObject, Part, StoredObject, Upload } from "../world/services/bucket.ts";

type BodyJson<T extends { body: Uint8Array }> = Omit<T, "body"> & { readonly base64: string };

type FormerJson = Omit<FormerObject, "object"> & { readonly object: BodyJson<StoredObject> };

type UploadJson = Omit<Upload, "parts"> & {
  readonly parts: readonly (readonly [number: number, part: BodyJson<Part>])[];
};

/** A bucket as JSON: lists for maps, base64 for content. */
export type BucketJson = Omit<Bucket, "objects" | "former" | "uploads" | "versioning" | "createdAt"> & {
  readonly versioning?: "Enabled" | "Suspended";
  readonly objects: readonly (readonly [key: string, object: BodyJson<StoredObject>])[];
  readonly former: readonly (readonly [key: string, former: FormerJson])[];
  /** Absent in older exports, as is the time. */
  readonly uploads?: readonly UploadJson[];
  readonly createdAt?: number;
};

function bodyToJson<T extends { body: Uint8Array }>({ body, ...rest }: T): BodyJson<T> {
  return { ...rest, base64: Buffer.from(body).toString("base64") };
}

function bodyFromJson<T extends { body: Uint8Array }>({ base64, ...rest }: BodyJson<T>): T {
  return { ...rest, body: new Uint8Array(Buffer.from(base64, "base64")) } as unknown as T;
}

/** A bucket as JSON. */
export function exportBucket({ objects, former, uploads, versioning, ...bucket }: Bucket): BucketJson {
  return {
    ...bucket,
    ...(versioning && { versioning }),
    objects: [...objects].map(([key, object]) => [key, bodyToJson(object)]),
    former: [...former].map(([key, one]) => [key, { ...one, object: bodyToJson(one.object) }]),
    uploads: [...uploads.values()].map((upload) => ({
      ...upload,
      parts: [...upload.parts].map(([number, part]) => [number, bodyToJson(part)]),
    })),
  };
}

/** The bucket of a JSON. */
export function importBucket({
  objects,
  former,
  uploads = [],
  versioning,
  createdAt = 0,
  ...bucket
}: BucketJson): Bucket {
  return {
    ...bucket,
    versioning,
    createdAt,
    objects: new Map(objects.map(([key, object]) => [key, bodyFromJson<StoredObject>(object)])),
    former: new Map(former.map(([key, one]) => [key, { ...one, object: bodyFromJson<StoredObject>(one.object) }])),
    uploads: new Map(
      uploads.map((upload) => [
        upload.id,
        { ...upload, parts: new Map(upload.parts.map(([number, part]) => [number, bodyFromJson<Part>(part)])) },
      ]),
    ),
  };
}
