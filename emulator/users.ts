import { EmulatorInputError } from "./errors.ts";
import type { World } from "./world.ts";

/** What runs from an image, or will start from one. */
export interface ImageUser {
  readonly kind: "instance" | "launch-template" | "launch-configuration";
  readonly id: string;
  readonly name: string;
  /** `uin` of the owner. */
  readonly owner: string;
  readonly region: string;
  readonly createdAt: number;
  /** Of a launch template: one for each version, the first version first. */
  readonly imageIds: readonly string[];
  /** Of a launch configuration, in place of an image. */
  readonly imageFamily: string;
}

/** What makes one; everything but region and image has a default. */
export interface UserOrder {
  readonly kind: ImageUser["kind"];
  readonly region: string;
  readonly imageIds: readonly string[];
  readonly imageFamily?: string;
  /** `uin`. Default: the first account. */
  readonly account?: string;
  readonly name?: string;
}

const PREFIX = { instance: "ins", "launch-template": "lt", "launch-configuration": "asc" } as const;

/** Makes an instance, a launch template or a launch configuration. Throws `EmulatorInputError` if there is no such region or account. */
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
