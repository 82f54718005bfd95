// The action GetPolicy.
import { ApiError } from "../../errors.ts";
import { defineAction } from "../shared/define-action.ts";
import { camTime, policiesOf } from "./lookup.ts";

export const getPolicy = defineAction("cam", "GetPolicy", ({ world, account }, { PolicyId: id }) => {
  const policy = policiesOf(world, account.uin).find((one) => one.id === id);
  if (policy === undefined) {
    throw new ApiError("ResourceNotFound.PolicyIdNotFound", `The policy \`${id}\` does not exist.`);
  }
  return {
    PolicyName: policy.name,
    Description: policy.description,
    Type: policy.owner === "" ? 2 : 1,
    AddTime: camTime(policy.createdAt),
    UpdateTime: camTime(policy.updatedAt),
    PolicyDocument: policy.document,
    PresetAlias: policy.owner === "" ? policy.name : "",
    IsServiceLinkedRolePolicy: 0,
    Tags: [...policy.tags],
  };
});
