// Reads the parts of the API's answers: images, new copies, shared accounts and failed resources.
import type {
  Image as CvmImage,
  SharePermission,
  Snapshot,
  SyncImage,
  Tag,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { isImageId } from "../../../model/image.ts";
import { cloudDetail } from "../../../model/messages/cloud-details.ts";
import { storedText } from "../../../model/messages/define.ts";
import type { SyncRequest } from "../../../model/ports.ts";
import type { Image, ImageType } from "../../../model/types.ts";
import {
  AnswerError,
  absent,
  field,
  isFlag,
  type Json,
  listOf,
  numberOf,
  record,
  textOf,
} from "../transport/answer.ts";

/** Our image types and the API's `ImageType` (cvm 2017-03-12, struct Image). */
export const IMAGE_TYPES: Readonly<Record<ImageType, string>> = {
  custom: "PRIVATE_IMAGE",
  shared: "SHARED_IMAGE",
  public: "PUBLIC_IMAGE",
};

/** One entry of DescribeImages' ImageSet. */
export interface Listed {
  /** Distinguishes entries: the image's id, or its position in the list if it has no id. */
  readonly mark: string;
  /** Absent if the entry has no id, and so names no image, or if it has another type. */
  readonly image?: Image;
}

const key = (name: keyof CvmImage): keyof CvmImage => name;

/**
 * Reads an ImageSet that begins at `offset` of the whole list. Decodes the images of type `only`,
 * or all images. Throws `AnswerError`, as all readers here.
 */
export function listedImages(imageSet: unknown, region: string, offset = 0, only?: ImageType): Listed[] {
  return listOf(imageSet, "ImageSet").map((entry, index) => {
    const fields = record(entry, "ImageSet");
    const imageId = textOf(fields[key("ImageId")], "ImageId");
    const apiType = textOf(fields[key("ImageType")], "ImageType");
    if (!imageId) return { mark: `entry ${offset + index}` };
    if (!isImageId(imageId)) throw malformedId("ImageSet", imageId);
    if (only && apiType !== IMAGE_TYPES[only]) return { mark: imageId };
    return { mark: imageId, image: toImage(imageId, apiType, fields, region) };
  });
}

// Without CreatedTime an image counts as created in 1970, so that nothing takes it for a new one.
function toImage(imageId: string, apiType: string | undefined, fields: Json, region: string): Image {
  const type = (Object.keys(IMAGE_TYPES) as ImageType[]).find((ours) => IMAGE_TYPES[ours] === apiType);
  if (apiType === undefined) throw absent(`image ${imageId}: ImageType`);
  if (!type) throw new AnswerError(cloudDetail("image-type-unknown", { imageId, type: apiType }));
  const text = (name: keyof CvmImage) => textOf(fields[key(name)], `image ${imageId}: ${name}`);
  const number = (name: keyof CvmImage) => numberOf(fields[key(name)], `image ${imageId}: ${name}`);
  const created = text("CreatedTime");
  // The vendor's examples have both 2022-03-21T08:41:45Z and 2020-09-22T00:00:00+00:00.
  const createdAt = created ? Date.parse(created) : 0;
  if (created !== undefined && Number.isNaN(createdAt)) {
    throw new AnswerError(cloudDetail("field-no-time", { field: `image ${imageId}: CreatedTime`, value: created }));
  }
  const family = text("ImageFamily");
  const syncPercent = number("SyncPercent");
  return {
    region,
    imageId,
    name: text("ImageName") ?? "",
    description: text("ImageDescription") ?? "",
    type,
    state: text("ImageState") ?? "",
    sizeGiB: number("ImageSize") ?? 0,
    osName: text("OsName") ?? "",
    platform: text("Platform") ?? "",
    architecture: text("Architecture") ?? "",
    creator: text("ImageCreator") ?? "",
    createdAt,
    deprecated: field(fields[key("ImageDeprecated")], isFlag, `image ${imageId}: ImageDeprecated`) ?? false,
    wholeMachine: hasDataDisk(fields[key("SnapshotSet")], imageId),
    tags: tagsOf(fields[key("Tags")], imageId),
    ...(family ? { family } : {}),
    ...(syncPercent === undefined ? {} : { syncPercent }),
  };
}

// No field of the API marks a whole-instance image; only its snapshots show it.
function hasDataDisk(snapshots: unknown, imageId: string): boolean {
  const name = `image ${imageId}: SnapshotSet`;
  return listOf(snapshots, name).some(
    (entry) => textOf(record(entry, name)["DiskUsage" satisfies keyof Snapshot], `${name}: DiskUsage`) === "DATA_DISK",
  );
}

function tagsOf(tags: unknown, imageId: string): Record<string, string> {
  const pairs = listOf(tags, `image ${imageId}: Tags`).flatMap((entry): [string, string][] => {
    const tag = record(entry, `image ${imageId}: Tags`);
    const name = textOf(tag["Key" satisfies keyof Tag], `image ${imageId}: a tag's Key`);
    return name ? [[name, textOf(tag["Value" satisfies keyof Tag], `image ${imageId}: a tag's Value`) ?? ""]] : [];
  });
  // fromEntries makes an own property even of a key such as __proto__; an assignment would not.
  return Object.fromEntries(pairs);
}

/**
 * Reads SyncImages' ImageSet: destination → image id. Leaves out destinations whose id is absent,
 * malformed, that of the source or contradicted by a second one, and regions that were not
 * requested.
 */
export function syncedIds(imageSet: unknown, request: SyncRequest): Map<string, string> {
  const answered = new Map(request.destinations.map((region) => [region, new Set<string>()]));
  for (const entry of listOf(imageSet, "ImageSet")) {
    const copy = record(entry, "ImageSet");
    const region = textOf(copy["Region" satisfies keyof SyncImage], "Region");
    const imageId = textOf(copy["ImageId" satisfies keyof SyncImage], "ImageId");
    if (region && imageId) answered.get(region)?.add(imageId);
  }
  return new Map(
    [...answered].flatMap(([region, [imageId, ...others]]): [string, string][] =>
      isImageId(imageId) && imageId !== request.source.imageId && others.length === 0 ? [[region, imageId]] : [],
    ),
  );
}

/** The error for an id that is none: the image that it should name is then unknown, not absent. */
export function malformedId(field: string, value: string): AnswerError {
  return new AnswerError(cloudDetail("image-id-form", { field, value }));
}

/** Reads the account ids of DescribeImageSharePermission's SharePermissionSet. */
export function sharedAccounts(permissions: unknown): string[] {
  return listOf(permissions, "SharePermissionSet").map((entry) => {
    const id = record(entry, "SharePermissionSet")["AccountId" satisfies keyof SharePermission];
    // Some APIs of the cloud give account ids as numbers, others as text.
    const account = typeof id === "number" ? String(id) : textOf(id, "AccountId");
    if (!account) throw absent("SharePermissionSet: AccountId");
    return account;
  });
}

/** Throws for the first entry of TagResources' FailedResources (tag 2018-08-13), with its code. */
export function refuseFailed(failedResources: unknown): void {
  for (const entry of listOf(failedResources, "FailedResources")) {
    const failed = record(entry, "FailedResources");
    const code = textOf(failed["Code"], "FailedResources: Code");
    const words = textOf(failed["Message"], "FailedResources: Message");
    throw new AnswerError(words ? { text: storedText(words) } : cloudDetail("no-words"), code || "BadAnswer");
  }
}
