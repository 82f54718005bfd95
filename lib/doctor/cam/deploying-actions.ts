// What a deployment, its updates and its removal do in the account: the actions that the deploying key needs.

/** By service, the actions of `npx serverless deploy` and `remove`, reads included (deploy/cam/deploying-key.json). */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  cam: [
    "GetUserAppId",
    "GetRole",
    "CreateRole",
    "UpdateAssumeRolePolicy",
    "DeleteRole",
    "PassRole",
    "ListPolicies",
    "GetPolicy",
    "CreatePolicy",
    "UpdatePolicy",
    "DeletePolicy",
    "ListAttachedRolePolicies",
    "AttachRolePolicy",
    "DetachRolePolicy",
  ],
  cos: [
    "GetService",
    "PutBucket",
    "GetBucket",
    "PutObject",
    "GetObject",
    "GetBucketEncryption",
    "PutBucketEncryption",
    "GetBucketVersioning",
    "DeleteMultipleObjects",
    "DeleteBucket",
  ],
  scf: [
    "GetFunction",
    "ListFunctions",
    "CreateFunction",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
    "GetFunctionEventInvokeConfig",
    "UpdateFunctionEventInvokeConfig",
    "CreateTrigger",
    "DeleteTrigger",
    "DeleteFunction",
  ],
  tag: ["DescribeResourceTagsByResourceIds", "ModifyResourceTags", "TagResources"],
  cls: [
    "DescribeLogsets",
    "CreateLogset",
    "DeleteLogset",
    "DescribeTopics",
    "CreateTopic",
    "DeleteTopic",
    "DescribeIndex",
    "CreateIndex",
    "ModifyIndex",
  ],
  eb: [
    "ListEventBuses",
    "ListRules",
    "GetRule",
    "CreateRule",
    "UpdateRule",
    "DeleteRule",
    "ListTargets",
    "CreateTarget",
    "DeleteTarget",
  ],
  cvm: ["DescribeImages"],
  sts: ["GetCallerIdentity"],
};

/** All of them, as CAM names them without `name/`. */
export const DEPLOYING_ACTIONS: readonly string[] = Object.entries(ACTIONS).flatMap(([service, actions]) =>
  actions.map((action) => `${service}:${action}`),
);

/** Those that no call shows without making, changing or deleting something. */
export const DEPLOYING_WRITES = DEPLOYING_ACTIONS.filter((action) => !/:(Get|List|Describe)/.test(action));
