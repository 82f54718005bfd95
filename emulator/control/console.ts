// Changes that a user makes in the vendor's console: create, change, delete and share images.
import { modifyImageSharePermission } from "../actions/cvm/modify-image-share-permission.ts";
import { audit } from "../api/audit-events.ts";
import { EmulatorInputError } from "../errors.ts";
import type { Account } from "../settings/accounts.ts";
import { type ImageState, type StoredImage, tagsOf, type Work, writeTags } from "../world/image.ts";
import { addImage, beginWork, type NewImage, removeImage, setFamily } from "../world/inventory.ts";
import type { ImageAt, World } from "../world/types.ts";

/**
 * The images to create. The functions of this file ignore quotas and rate limits, and check only that
 * region, account and image exist; `shareImage` also applies the rules of the API. Each function adds
 * an audit event of type ConsoleCall, unless `silent` is set.
 */
export interface ImageSpec
  extends Omit<NewImage, "owner" | "work" | "settled" | "imageId" | "copiedFrom" | "visibleFrom"> {
  /** `uin` of the owner. Default: the first account. */
  readonly account?: string;
  /** The number of images, named `name-1`, `name-2` …; if absent, one image with the exact name. */
  readonly count?: number;
  /**
   * Default NORMAL. Images in CREATING, IMPORTING and SYNCING become NORMAL when their time is
   * over.
   */
  readonly state?: ImageState;
  /**
   * Duration of CREATING, IMPORTING or SYNCING in unscaled minutes. Default: from the world's
   * options.
   */
  readonly minutes?: number;
  readonly silent?: boolean;
}

/** Creates images. Throws `EmulatorInputError` if the region or the account does not exist. */
export function makeImages(world: World, spec: ImageSpec): StoredImage[] {
  const { account: uin, count, state = "NORMAL", minutes, silent, ...rest } = spec;
  const account = accountOf(world, uin);
  if (!world.images.has(spec.region)) {
    throw new EmulatorInputError(
      `region: ${spec.region} does not exist; allowed: ${[...world.images.keys()].join(", ")}`,
    );
  }
  const names = count === undefined ? [rest.name] : Array.from({ length: count }, (_, i) => `${rest.name}-${i + 1}`);
  return names.map((name) => {
    const isWork = state === "CREATING" || state === "IMPORTING" || state === "SYNCING";
    const image = addImage(world, {
      ...rest,
      name,
      owner: account.uin,
      ...(isWork ? { work: workOf(world, state, minutes) } : { settled: state }),
    });
    if (!silent) {
      const eventName = image.source === "EXTERNAL_IMPORT" ? "ImportImage" : "CreateImage";
      record(world, account, image, eventName, { ImageName: name }, { ImageId: image.imageId });
    }
    return image;
  });
}

function workOf(world: World, state: Work["state"], minutes: number | undefined): Work {
  const { createMinutes, importMinutes, copyMinutes } = world.config;
  const span = { CREATING: createMinutes, IMPORTING: importMinutes, SYNCING: copyMinutes }[state];
  return beginWork(world, state, minutes === undefined ? span : [minutes, minutes], world.random.fraction());
}

/** Changes to an image. Absent fields stay as they are. */
export interface ImageChange {
  readonly name?: string;
  readonly description?: string;
  readonly family?: string;
  readonly deprecated?: boolean;
  /** The complete new set of tags. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The new state; it ends any work in progress. */
  readonly state?: ImageState;
  readonly silent?: boolean;
}

/** Changes an image. Throws `EmulatorInputError` if the image does not exist. */
export function changeImage(world: World, at: ImageAt, change: ImageChange): StoredImage {
  const image = imageAt(world, at);
  const account = accountOf(world, image.owner);
  const { name, description, family, deprecated, tags, state, silent } = change;
  const attributes = {
    ImageName: name,
    ImageDescription: description,
    ImageFamily: family,
    ImageDeprecated: deprecated,
  };
  if (name !== undefined) image.name = name;
  if (description !== undefined) image.description = description;
  if (family !== undefined) setFamily(world, image, family);
  if (deprecated !== undefined) image.deprecated = deprecated;
  if (Object.values(attributes).some((value) => value !== undefined) && !silent) {
    record(world, account, image, "ModifyImageAttribute", { ImageId: image.imageId, ...attributes }, {});
  }
  if (state !== undefined) {
    image.work = undefined;
    image.settled = state;
  }
  if (tags !== undefined) replaceTags(world, account, image, tags, silent ?? false);
  return image;
}

function replaceTags(
  world: World,
  account: Account,
  image: StoredImage,
  tags: Readonly<Record<string, string>>,
  silent: boolean,
): void {
  const removedKeys = [...tagsOf(image).keys()].filter((key) => !Object.hasOwn(tags, key));
  const now = world.workNow();
  const writes = [
    ...removedKeys.map((key) => ({ key, value: undefined, visibleFrom: 0 })),
    ...Object.entries(tags).map(([key, value]) => ({ key, value, visibleFrom: 0 })),
  ];
  writeTags(image, writes, now);
  if (silent) return;
  const ResourceList = [`qcs::cvm:${image.region}:uin/${account.uin}:image/${image.imageId}`];
  const response = { FailedResources: [] };
  if (removedKeys.length > 0) {
    record(world, account, image, "UnTagResources", { ResourceList, TagKeys: removedKeys }, response, "tag");
  }
  const pairs = Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
  if (pairs.length > 0) record(world, account, image, "TagResources", { ResourceList, Tags: pairs }, response, "tag");
}

/** Deletes an image in any state. Throws `EmulatorInputError` if the image does not exist. */
export function deleteImage(world: World, at: ImageAt, silent = false): void {
  const image = imageAt(world, at);
  removeImage(world, image, false);
  if (!silent) record(world, accountOf(world, image.owner), image, "DeleteImages", { ImageIds: [image.imageId] }, {});
}

/**
 * Shares an image, or stops sharing it, under the rules of the API.
 * Throws `EmulatorInputError` if the image does not exist, and `ApiError` if the API rejects the
 * change.
 */
export function shareImage(
  world: World,
  at: ImageAt,
  accounts: readonly string[],
  permission: "SHARE" | "CANCEL" = "SHARE",
  silent = false,
): void {
  const image = imageAt(world, at);
  const account = accountOf(world, image.owner);
  const params = { ImageId: image.imageId, AccountIds: accounts, Permission: permission };
  modifyImageSharePermission.run({ world, account, region: at.region, touched: [], copyFaults: [] }, params);
  if (!silent) record(world, account, image, "ModifyImageSharePermission", params, {});
}

function record(
  world: World,
  account: Account,
  image: StoredImage,
  action: string,
  params: unknown,
  answer: Record<string, unknown>,
  service = "cvm",
): void {
  const requestId = world.random.uuid();
  audit(world, {
    account,
    service,
    action,
    region: image.region,
    params,
    requestId,
    outcome: { response: { ...answer, RequestId: requestId } },
    images: [image],
    console: true,
  });
}

function imageAt(world: World, { region, imageId }: ImageAt): StoredImage {
  const image = world.images.get(region)?.get(imageId);
  if (image === undefined || image.owner === "") {
    throw new EmulatorInputError(`custom image ${imageId} does not exist in ${region}`);
  }
  return image;
}

function accountOf(world: World, uin: string | undefined): Account {
  const { accounts } = world.config;
  const account = uin === undefined ? accounts[0] : accounts.find((candidate) => candidate.uin === uin);
  if (account === undefined) {
    throw new EmulatorInputError(
      uin === undefined
        ? "account: this world has no accounts"
        : `account: ${uin} does not exist; allowed: ${accounts.map((a) => a.uin).join(", ")}`,
    );
  }
  return account;
}
