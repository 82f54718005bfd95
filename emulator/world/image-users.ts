import { EmulatorInputError } from "../errors.ts";
import type { ImageUser, World } from "./types.ts";

interface Order {
  readonly region: string;
  /** `uin`. Default: the first account. */
  readonly account?: string;
  /** Default: its id. */
  readonly name?: string;
}

/** What makes instances. */
export interface InstanceOrder extends Order {
  readonly imageId: string;
  /** How many, named `name-1`, `name-2` …; absent: one of that very name. */
  readonly count?: number;
}

/** What makes a launch template. */
export interface LaunchTemplateOrder extends Order {
  /** One for each version, the first version first. */
  readonly imageIds: readonly string[];
}

/** What makes a launch configuration: it has an image, or a family and takes what that points to, never both. */
export interface LaunchConfigurationOrder extends Order {
  readonly imageId?: string;
  readonly imageFamily?: string;
}

/** What makes any of them. */
export interface UserOrder extends Order {
  readonly kind: ImageUser["kind"];
  readonly imageIds: readonly string[];
  readonly imageFamily?: string;
}

const PREFIX = { instance: "ins", "launch-template": "lt", "launch-configuration": "asc" } as const;

/** Makes instances that run from an image. Whether the image is there is not checked: an instance outlives its image. */
export function makeInstances(world: World, { imageId, count, ...order }: InstanceOrder): ImageUser[] {
  const { name } = order;
  return Array.from({ length: count ?? 1 }, (_, i) =>
    makeUser(world, {
      ...order,
      ...(count !== undefined && name !== undefined ? { name: `${name}-${i + 1}` } : {}),
      kind: "instance",
      imageIds: [imageId],
    }),
  );
}

/** Makes a launch template; its first version is the default one. */
export function makeLaunchTemplate(world: World, order: LaunchTemplateOrder): ImageUser {
  if (order.imageIds.length === 0) throw new EmulatorInputError("imageIds: a launch template has at least one version");
  return makeUser(world, { ...order, kind: "launch-template" });
}

/** Makes a launch configuration (as 2018-04-19, CreateLaunchConfiguration: of image and family exactly one). */
export function makeLaunchConfiguration(world: World, order: LaunchConfigurationOrder): ImageUser {
  const { imageId = "", imageFamily = "", ...rest } = order;
  if ((imageId === "") === (imageFamily === "")) {
    throw new EmulatorInputError("imageId, imageFamily: a launch configuration has exactly one of them");
  }
  return makeUser(world, {
    ...rest,
    kind: "launch-configuration",
    imageIds: imageId === "" ? [] : [imageId],
    imageFamily,
  });
}

/** Makes any of them. Throws `EmulatorInputError` if there is no such region or account. */
export function makeUser(world: World, order: UserOrder): ImageUser {
  const owner = order.account ?? world.config.accounts[0]?.uin ?? "";
  if (!world.config.accounts.some(({ uin }) => uin === owner))
    throw new EmulatorInputError(`account: there is no ${owner}`);
  if (!world.images.has(order.region)) throw new EmulatorInputError(`region: there is no ${order.region}`);
  const id = world.random.id(PREFIX[order.kind]);
  const user: ImageUser = {
    kind: order.kind,
    id,
    name: order.name ?? id,
    owner,
    region: order.region,
    createdAt: world.now(),
    imageIds: order.imageIds,
    imageFamily: order.imageFamily ?? "",
  };
  world.users.push(user);
  return user;
}

/** Takes one away. Throws `EmulatorInputError` if there is none. */
export function removeUser(world: World, region: string, id: string): void {
  const index = world.users.findIndex((user) => user.region === region && user.id === id);
  if (index < 0) throw new EmulatorInputError(`nothing in ${region} has the id ${id}`);
  world.users.splice(index, 1);
}

/** Those of one kind that an account has in a region, in the order in which they were made. */
export function usersOf(world: World, account: string, region: string, kind: ImageUser["kind"]): ImageUser[] {
  return world.users.filter((user) => user.kind === kind && user.owner === account && user.region === region);
}
