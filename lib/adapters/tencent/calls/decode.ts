import type {
  Image as CvmImage,
  SharePermission,
  Snapshot,
  SyncImage,
  Tag,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import type { Image, ImageType } from "../../../model/types.ts";
import { AnswerError, field, isFlag, type Json, listOf, numberOf, record, textOf } from "../transport/answer.ts";

/** `ImageType` of the API (cvm 2017-03-12, struct Image) and ours. */
export const IMAGE_TYPES: Readonly<Record<ImageType, string>> = {
  custom: "PRIVATE_IMAGE",
  shared: "SHARED_IMAGE",
  public: "PUBLIC_IMAGE",
};

/** One entry of DescribeImages' ImageSet. */
export interface Listed {
  /** Tells entries apart: the image's id, or for an entry without one its place in the list. */
  readonly mark: string;
  /** Absent when the entry has no id, so names no image, or when its type is not the wanted one. */
  readonly image?: Image;
}

const key = (name: keyof CvmImage): keyof CvmImage => name;

/** Reads an ImageSet that begins at `offset` of the whole list, and makes images of the wanted type of it, or of all. */
export function listedImages(imageSet: unknown, region: string, offset = 0, wanted?: ImageType): Listed[] {
  return listOf(imageSet, "ImageSet").map((entry, index) => {
    const fields = record(entry, "ImageSet");
    const imageId = textOf(fields[key("ImageId")], "ImageId");
    const apiType = textOf(fields[key("ImageType")], "ImageType");
    if (!imageId) return { mark: `entry ${offset + index}` };
    if (wanted && apiType !== IMAGE_TYPES[wanted]) return { mark: imageId };
    return { mark: imageId, image: toImage(imageId, apiType, fields, region) };
  });
}

// Without CreatedTime an image counts as made in 1970: nothing then takes it for new.
function toImage(imageId: string, apiType: string | undefined, fields: Json, region: string): Image {
  const type = (Object.keys(IMAGE_TYPES) as ImageType[]).find((ours) => IMAGE_TYPES[ours] === apiType);
  if (!type) throw new AnswerError(`image ${imageId}: ImageType ${apiType ?? "is absent"} is not known`);
  const text = (name: keyof CvmImage) => textOf(fields[key(name)], `image ${imageId}: ${name}`);
  const number = (name: keyof CvmImage) => numberOf(fields[key(name)], `image ${imageId}: ${name}`);
  const created = text("CreatedTime");
  // Both 2022-03-21T08:41:45Z and 2020-09-22T00:00:00+00:00 are in the vendor's examples.
  const createdAt = created ? Date.parse(created) : 0;
  if (Number.isNaN(createdAt)) throw new AnswerError(`image ${imageId}: CreatedTime ${created} is no time`);
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

// No field of the API's says that an image is of a whole instance.
function hasDataDisk(snapshots: unknown, imageId: string): boolean {
  const what = `image ${imageId}: SnapshotSet`;
  return listOf(snapshots, what).some(
    (entry) => textOf(record(entry, what)["DiskUsage" satisfies keyof Snapshot], `${what}: DiskUsage`) === "DATA_DISK",
  );
}

function tagsOf(tags: unknown, imageId: string): Record<string, string> {
  const pairs = listOf(tags, `image ${imageId}: Tags`).flatMap((entry): [string, string][] => {
    const tag = record(entry, `image ${imageId}: Tags`);
    const name = textOf(tag["Key" satisfies keyof Tag], `image ${imageId}: a tag's Key`);
    return name ? [[name, textOf(tag["Value" satisfies keyof Tag], `image ${imageId}: a tag's Value`) ?? ""]] : [];
  });
  // fromEntries makes own properties even of a key such as __proto__, which an assignment would not.
  return Object.fromEntries(pairs);
}

/** Reads SyncImages' ImageSet: destination → id. What was not asked for, and an entry that is not whole, is left out. */
export function syncedIds(imageSet: unknown, asked: readonly string[]): Map<string, string> {
  const ids = new Map<string, string>();
  for (const entry of listOf(imageSet, "ImageSet")) {
    const copy = record(entry, "ImageSet");
    const region = textOf(copy["Region" satisfies keyof SyncImage], "Region");
    const imageId = textOf(copy["ImageId" satisfies keyof SyncImage], "ImageId");
    if (region && imageId && asked.includes(region) && !ids.has(region)) ids.set(region, imageId);
  }
  return ids;
}

/** Reads DescribeImageSharePermission's SharePermissionSet: the accounts. */
export function sharedAccounts(permissions: unknown): string[] {
  return listOf(permissions, "SharePermissionSet").map((entry) => {
    const id = record(entry, "SharePermissionSet")["AccountId" satisfies keyof SharePermission];
    // Other APIs of the cloud give account ids as numbers here and as text there.
    const account = typeof id === "number" ? String(id) : textOf(id, "AccountId");
    if (!account) throw new AnswerError("SharePermissionSet: an AccountId is absent");
    return account;
  });
}

/** Throws for the first of TagResources' FailedResources (tag 2018-08-13), with its code. */
export function refuseFailed(failedResources: unknown): void {
  for (const entry of listOf(failedResources, "FailedResources")) {
    const failed = record(entry, "FailedResources");
    const code = textOf(failed["Code"], "FailedResources: Code");
    throw new AnswerError(textOf(failed["Message"], "FailedResources: Message") || "no message", code || "BadAnswer");
  }
}
