// Sets the secrets that GetSecretValue of ssm returns.
import { EmulatorInputError } from "../errors.ts";
import type { World } from "../world/types.ts";

/** One version of a secret. */
export interface SecretSpec {
  /** `uin` of the owner. Default: the first account. */
  readonly account?: string;
  readonly region: string;
  readonly name: string;
  readonly version: string;
  /** Without a text the version is removed. */
  readonly text?: string;
}

/**
 * Sets or removes a version of a secret. Returns the names without the text. Throws `EmulatorInputError` if the
 * region or the account does not exist.
 */
export function setSecret(world: World, { account, region, name, version, text }: SecretSpec): object {
  const owner = world.config.accounts.find(({ uin }) => uin === (account ?? uin));
  if (owner === undefined) throw new EmulatorInputError(`account: ${account ?? "the first one"} does not exist`);
  if (!world.images.has(region)) throw new EmulatorInputError(`region: ${region} does not exist`);
  const key = `${owner.uin}/${region}/${name}/${version}`;
  if (text === undefined) world.secrets.delete(key);
  else world.secrets.set(key, text);
  return { account: owner.uin, region, name, version, isSet: text !== undefined };
}
