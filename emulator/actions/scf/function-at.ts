// Finds the function that a request names.
import { ApiError } from "../../errors.ts";
import {
  type FunctionRevision,
  functionKey,
  revisionOf,
  type StoredFunction,
  statusOf,
} from "../../world/services/function.ts";
import type { Call } from "../shared/define-action.ts";

/** The only namespace of the emulator, and the default one of SCF. */
export const NAMESPACE = "default";

/** The caller's function with a name. Throws `ApiError` with `code` if there is none. */
export function functionAt(
  { world, account, region }: Call,
  { FunctionName: name = "", Namespace: namespace = NAMESPACE }: { FunctionName?: string; Namespace?: string },
  code = "ResourceNotFound.Function",
): StoredFunction {
  const stored = world.functions.get(functionKey({ account: account.uin, region, namespace, name }));
  if (stored === undefined) throw new ApiError(code, `The function \`${name}\` does not exist in \`${namespace}\`.`);
  return stored;
}

/**
 * The caller's function, if no deployment of it is under way. Throws `ApiError`
 * ResourceNotFound.Function, and `busyCode` if it is Creating or Updating.
 */
export function activeFunction(
  call: Call,
  named: { FunctionName: string; Namespace?: string },
  busyCode: string,
): StoredFunction {
  const stored = functionAt(call, named);
  const status = statusOf(stored, call.world.workNow());
  if (status !== "Active")
    throw new ApiError(busyCode, `The function \`${stored.name}\` is ${status}. Try again later.`);
  return stored;
}

/** The revision that a qualifier names. Throws `ApiError` with `code` if there is none. */
export function revisionAt(stored: StoredFunction, qualifier: string, code: string): FunctionRevision {
  const revision = revisionOf(stored, qualifier);
  if (revision === undefined) throw new ApiError(code, `The function has no version \`${qualifier}\`.`);
  return revision;
}
