// Everything that uses images: instances, launch templates and launch configurations.
import { EmulatorInputError } from "../errors.ts";
import type { ImageUser, World } from "./types.ts";

interface Spec {
  readonly region: string;
  /** `uin` of the owner. Default: the first account. */
  readonly account?: string;
  /** Default: the id. */
  readonly name?: string;
}

/** The instances to create. */
export interface InstanceSpec extends Spec {
  readonly imageId: string;
  /** The number of instances, named `name-1`, `name-2` …; if absent, one with the exact name. */
  readonly count?: number;
}

/** The launch template to create. */
export interface LaunchTemplateSpec extends Spec {
  /** One image id for each version, in order of version. */
  readonly imageIds: readonly string[];
  /** From 1, which is the default. */
  readonly defaultVersion?: number;
}

/**
 * The launch configuration to create. It names either an image or a family, whose current image it
 * uses.
 */
export interface LaunchConfigurationSpec extends Spec {
  readonly imageId?: string;
  readonly imageFamily?: string;
}

/** The image user to create, of any kind. */
export interface UserSpec extends Spec {
  readonly kind: ImageUser["kind"];
  readonly imageIds: readonly string[];
  readonly defaultVersion?: number;
  readonly imageFamily?: string;
}

const ID_PREFIX = { instance: "ins", "launch-template": "lt", "launch-configuration": "asc" } as const;

/** Creates instances of an image. The image need not exist: an instance outlives its image. */
export function makeInstances(world: World, { imageId, count, ...rest }: InstanceSpec): ImageUser[] {
  const { name } = rest;
  return Array.from({ length: count ?? 1 }, (_, i) =>
    makeUser(world, {
      ...rest,
      ...(count !== undefined && name !== undefined ? { name: `${name}-${i + 1}` } : {}),
      kind: "instance",
      imageIds: [imageId],
    }),
  );
}

/** Creates a launch template. Throws `EmulatorInputError` if it has no version, or no such default version. */
export function makeLaunchTemplate(world: World, spec: LaunchTemplateSpec): ImageUser {
  if (spec.imageIds.length === 0)
    throw new EmulatorInputError("imageIds: a launch template needs at least one version");
  if ((spec.defaultVersion ?? 1) > spec.imageIds.length)
    throw new EmulatorInputError(`defaultVersion: there are ${spec.imageIds.length} versions`);
  return makeUser(world, { ...spec, kind: "launch-template" });
}

/**
 * Creates a launch configuration (as 2018-04-19, CreateLaunchConfiguration: exactly one of image
 * and family).
 */
export function makeLaunchConfiguration(world: World, spec: LaunchConfigurationSpec): ImageUser {
  const { imageId = "", imageFamily = "", ...rest } = spec;
  if ((imageId === "") === (imageFamily === "")) {
    throw new EmulatorInputError("imageId, imageFamily: a launch configuration needs exactly one of them");
  }
  return makeUser(world, {
    ...rest,
    kind: "launch-configuration",
    imageIds: imageId === "" ? [] : [imageId],
    imageFamily,
  });
}

/**
 * Creates an image user of any kind. Throws `EmulatorInputError` if the region or the account does
 * not exist.
 */
export function makeUser(world: World, spec: UserSpec): ImageUser {
  const owner = spec.account ?? world.config.accounts[0]?.uin ?? "";
  if (!world.config.accounts.some(({ uin }) => uin === owner))
    throw new EmulatorInputError(`account: ${owner} does not exist`);
  if (!world.images.has(spec.region)) throw new EmulatorInputError(`region: ${spec.region} does not exist`);
  const id = world.random.id(ID_PREFIX[spec.kind]);
  const user: ImageUser = {
    kind: spec.kind,
    id,
    name: spec.name ?? id,
    owner,
    region: spec.region,
    createdAt: world.now(),
    imageIds: spec.imageIds,
    defaultVersion: spec.defaultVersion ?? 1,
    imageFamily: spec.imageFamily ?? "",
  };
  world.users.push(user);
  return user;
}

/** Removes an image user. Throws `EmulatorInputError` if it does not exist. */
export function removeUser(world: World, region: string, id: string): void {
  const index = world.users.findIndex((user) => user.region === region && user.id === id);
  if (index < 0)
    throw new EmulatorInputError(`no instance, launch template or launch configuration in ${region} has the id ${id}`);
  world.users.splice(index, 1);
}

/** The image users of one kind that an account has in a region, in order of creation. */
export function usersOf(world: World, account: string, region: string, kind: ImageUser["kind"]): ImageUser[] {
  return world.users.filter((user) => user.kind === kind && user.owner === account && user.region === region);
}
