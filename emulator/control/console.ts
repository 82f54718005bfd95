import { modifyImageSharePermission } from "../actions/cvm/modify-image-share-permission.ts";
import { audit } from "../api/audit-events.ts";
import { EmulatorInputError } from "../errors.ts";
import type { Account } from "../settings/accounts.ts";
import { type ImageState, type StoredImage, tagsOf, type Work, writeTags } from "../world/image.ts";
import { addImage, beginWork, type NewImage, removeImage, setFamily } from "../world/inventory.ts";
import type { ImageAt, World } from "../world/types.ts";

/**
 * What a person does in the vendor's console, or what a test wants to be so: no quota, no rate limit, no checks but that
 * region, account and image exist. Every function adds the audit event of a ConsoleCall, unless `silent`.
 */
export interface ImageOrder
  extends Omit<NewImage, "owner" | "work" | "settled" | "imageId" | "copiedFrom" | "visibleFrom"> {
  /** `uin` of the owner. Default: the first account. */
  readonly account?: string;
  /** How many, named `name-1`, `name-2` …; absent: one of that very name. */
  readonly count?: number;
  /** Default NORMAL. CREATING, IMPORTING and SYNCING take their time and become NORMAL. */
  readonly state?: ImageState;
  /** How long CREATING, IMPORTING or SYNCING takes, in minutes of the real cloud. Default: as the world is set. */
  readonly minutes?: number;
  readonly silent?: boolean;
}

/** Makes images. Throws `EmulatorInputError` if there is no such region or account. */
export function makeImages(world: World, order: ImageOrder): StoredImage[] {
  const { account: uin, count, state = "NORMAL", minutes, silent, ...rest } = order;
  const account = accountOf(world, uin);
  if (!world.images.has(order.region)) {
    throw new EmulatorInputError(
      `region: there is no ${order.region}; there are ${[...world.images.keys()].join(", ")}`,
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

export interface ImageChange {
  readonly name?: string;
  readonly description?: string;
  readonly family?: string;
  readonly deprecated?: boolean;
  /** All its tags from now on. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Ends whatever the image was doing. */
  readonly state?: ImageState;
  readonly silent?: boolean;
}

/** Changes an image. Throws `EmulatorInputError` if there is none. */
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
  if (tags !== undefined) retag(world, account, image, tags, silent ?? false);
  return image;
}

function retag(
  world: World,
  account: Account,
  image: StoredImage,
  tags: Readonly<Record<string, string>>,
  silent: boolean,
): void {
  const gone = [...tagsOf(image).keys()].filter((key) => !Object.hasOwn(tags, key));
  const now = world.workNow();
  const writes = [
    ...gone.map((key) => ({ key, value: undefined, visibleFrom: 0 })),
    ...Object.entries(tags).map(([key, value]) => ({ key, value, visibleFrom: 0 })),
  ];
  writeTags(image, writes, now);
  if (silent) return;
  const ResourceList = [`qcs::cvm:${image.region}:uin/${account.uin}:image/${image.imageId}`];
  const done = { FailedResources: [] };
  if (gone.length > 0) record(world, account, image, "UnTagResources", { ResourceList, TagKeys: gone }, done, "tag");
  const pairs = Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
  if (pairs.length > 0) record(world, account, image, "TagResources", { ResourceList, Tags: pairs }, done, "tag");
}

/** Deletes an image, whatever it is doing. Throws `EmulatorInputError` if there is none. */
export function deleteImage(world: World, at: ImageAt, silent = false): void {
  const image = imageAt(world, at);
  removeImage(world, image, false);
  if (!silent) record(world, accountOf(world, image.owner), image, "DeleteImages", { ImageIds: [image.imageId] }, {});
}

/** Shares an image by the API's own rules, or stops. Throws `EmulatorInputError` if there is none, or `ApiError`. */
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
    throw new EmulatorInputError(`there is no custom image ${imageId} in ${region}`);
  }
  return image;
}

function accountOf(world: World, uin: string | undefined): Account {
  const { accounts } = world.config;
  const account = uin === undefined ? accounts[0] : accounts.find((candidate) => candidate.uin === uin);
  if (account === undefined) {
    throw new EmulatorInputError(
      `account: there is no ${uin ?? "account at all"}; there are ${accounts.map((a) => a.uin).join(", ")}`,
    );
  }
  return account;
}
