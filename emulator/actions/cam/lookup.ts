// Finds the roles and policies that requests name, and shows times as CAM does.
import { ApiError } from "../../errors.ts";
import { PRESET_POLICIES } from "../../services/identity/preset-policies.ts";
import type { StoredPolicy, StoredRole } from "../../world/services/cam.ts";
import type { World } from "../../world/types.ts";
import type { Call } from "../shared/define-action.ts";

/** A time of the emulator as CAM shows it, in the time zone of China. */
export function camTime(ms: number): string {
  return new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
}

/** An error of CAM. */
export function invalidParameter(code: string, message: string): ApiError {
  return new ApiError(`InvalidParameter.${code}`, message);
}

/**
 * The caller's role with an id or a name. Throws `ApiError` InvalidParameter.ParamError without either, and
 * InvalidParameter.RoleNotExist, or the code `missing`, as not every action has that one.
 */
export function findRole(
  { world, account }: Call,
  id: string | undefined,
  name: string | undefined,
  missing = "RoleNotExist",
): StoredRole {
  if (!id && !name) throw invalidParameter("ParamError", "The id or the name of a role is needed.");
  const role = world.cam.roles.find(
    (one) => one.owner === account.uin && (!id || one.id === id) && (!name || one.name === name),
  );
  if (role === undefined) throw invalidParameter(missing, `The role \`${id || name}\` does not exist.`);
  return role;
}

/** The preset policies and those of an account. */
export function policiesOf(world: World, uin: string): StoredPolicy[] {
  return [...PRESET_POLICIES, ...world.cam.policies.filter(({ owner }) => owner === uin)];
}

/** Throws `ApiError` InvalidParameter.ParamError unless a page is from 1 and has 1 to 200 entries. */
export function pageOf<T>(list: readonly T[], page: number, size: number): T[] {
  if (page < 1 || size < 1 || size > 200) {
    throw invalidParameter("ParamError", "`Page` must be at least 1, and `Rp` from 1 to 200.");
  }
  return list.slice((page - 1) * size, page * size);
}

/** Finds the policy of AttachRolePolicy or DetachRolePolicy by id or name. Throws `ApiError` as they do. */
export function findAttachable({ world, account }: Call, id: number | undefined, name = ""): StoredPolicy {
  if (id === undefined && name === "") {
    throw invalidParameter("ParamError", "`PolicyId` or `PolicyName` is needed.");
  }
  const policy = policiesOf(world, account.uin).find((one) => (id === undefined ? one.name === name : one.id === id));
  if (policy !== undefined) return policy;
  throw invalidParameter("PolicyIdNotExist", `The policy \`${id ?? name}\` does not exist.`);
}
