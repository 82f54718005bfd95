// Checks the names of policies.
import { ApiError } from "../../errors.ts";
import type { Call } from "../shared/define-action.ts";
import { invalidParameter, policiesOf } from "./lookup.ts";

const NAME = /^[\w+=,.@-]{1,128}$/;

/**
 * Throws `ApiError` InvalidParameter.PolicyNameError for a malformed name, and FailedOperation.PolicyNameInUse if a
 * preset policy or another policy of the caller has it.
 */
export function checkPolicyName({ world, account }: Call, name: string, own?: number): void {
  if (!NAME.test(name)) throw invalidParameter("PolicyNameError", `The policy name \`${name}\` is not valid.`);
  if (policiesOf(world, account.uin).some((policy) => policy.name === name && policy.id !== own)) {
    throw new ApiError("FailedOperation.PolicyNameInUse", `The policy name \`${name}\` is in use.`);
  }
}
