// The action GetCallerIdentity.
import { defineAction } from "../shared/define-action.ts";

/** The role of temporary credentials that the emulator was started with. */
const ROLE = { id: "4611686018427387904", sessionName: "emulator" };

/**
 * Returns the identity of the credentials. Permanent credentials belong to the account. Temporary
 * ones (with a token) belong to a role, as in a cloud function. The shapes follow the examples of
 * sts 2018-08-13 in the vendor's command line tool.
 */
export const getCallerIdentity = defineAction("sts", "GetCallerIdentity", ({ account: { uin, token, role } }) => {
  const common = { AccountId: uin, PrincipalId: uin };
  if (token === undefined) return { ...common, Arn: `qcs::cam:${uin}:uin/${uin}`, UserId: uin, Type: "CAMUser" };
  const { id, sessionName = ROLE.sessionName } = role ?? ROLE;
  return {
    ...common,
    Arn: `qcs::sts:${uin}:assumed-role/${id}`,
    UserId: `${id}:${sessionName}`,
    Type: "CAMRole",
  };
});
