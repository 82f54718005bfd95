// The action GetCallerIdentity.
import { defineAction } from "../shared/define-action.ts";

/** The role id of all temporary credentials. */
const ROLE = "4611686018427387904";

/**
 * Returns the identity of the credentials. Permanent credentials belong to the account. Temporary
 * ones (with a token) belong to a role, as in a cloud function. The shapes follow the examples of
 * sts 2018-08-13 in the vendor's command line tool.
 */
export const getCallerIdentity = defineAction("sts", "GetCallerIdentity", ({ account: { uin, token } }) => {
  const common = { AccountId: uin, PrincipalId: uin };
  if (token === undefined) return { ...common, Arn: `qcs::cam:${uin}:uin/${uin}`, UserId: uin, Type: "CAMUser" };
  return {
    ...common,
    Arn: `qcs::sts:${uin}:assumed-role/${ROLE}`,
    UserId: `${ROLE}:emulator`,
    Type: "CAMRole",
  };
});
