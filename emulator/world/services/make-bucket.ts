// Makes buckets of COS and finds them.
import { EmulatorInputError } from "../../errors.ts";
import type { BucketSpec, World } from "../types.ts";
import type { Bucket } from "./bucket.ts";

/** The form of a bucket's full name. The limit of its length is from memory. */
const NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-(\d+)$/;
const LONGEST_NAME = 60;

/** The app id in a bucket's name, or undefined if the name is malformed. */
export function appIdOf(name: string): string | undefined {
  return name.length <= LONGEST_NAME ? NAME.exec(name)?.[1] : undefined;
}

/**
 * Makes a bucket, as its owner would in the vendor's console. The app id in its name decides who owns it.
 * Throws `EmulatorInputError` for a malformed name, an unknown owner or region, and a name in use.
 */
export function makeBucket(world: World, spec: BucketSpec): Bucket {
  const { name, region, versioning } = spec;
  const appId = appIdOf(name);
  if (appId === undefined) {
    throw new EmulatorInputError(`bucket ${name}: must be <name>-<appid>, in lower-case letters, digits and hyphens`);
  }
  const owner = world.config.accounts.find((account) => account.appId === appId);
  if (owner === undefined) throw new EmulatorInputError(`bucket ${name}: no account has the app id ${appId}`);
  if (!world.images.has(region)) throw new EmulatorInputError(`bucket ${name}: region ${region} does not exist`);
  if (world.buckets.has(name)) throw new EmulatorInputError(`bucket ${name}: exists already`);
  const empty = { objects: new Map(), former: new Map(), uploads: new Map() };
  const bucket: Bucket = { name, region, owner: owner.uin, versioning, createdAt: world.now(), ...empty };
  world.buckets.set(name, bucket);
  return bucket;
}
