// The action GetSecretValue of ssm.
import { ApiError } from "../../errors.ts";
import { defineAction } from "../shared/define-action.ts";

/** Returns a secret that the control API has set. Binary secrets are not modelled. */
export const getSecretValue = defineAction("ssm", "GetSecretValue", ({ world, account, region }, params) => {
  const { SecretName: name, VersionId: version } = params;
  const text = world.secrets.get(`${account.uin}/${region}/${name}/${version}`);
  if (text === undefined) {
    throw new ApiError("ResourceNotFound", `The secret \`${name}\` has no version \`${version}\` in ${region}.`);
  }
  return { SecretName: name, VersionId: version, SecretBinary: "", SecretString: text };
});
