// The API of cam 2019-01-16 after the vendor's model (tencentcloud-cli 6e53beb, 2026-08-21), made by ../generate.ts.
export const cam = {
  version: "2019-01-16",
  actions: {
    GetUserAppId: {
      input: {},
      output: { Uin: "string", OwnerUin: "string", AppId: "int" },
    },
    ListPolicies: {
      input: { Rp: "int?", Page: "int?", Scope: "string?", Keyword: "string?" },
      output: { TotalNum: "int", List: "StrategyInfo[]", ServiceTypeList: "string[]" },
    },
    CreateRole: {
      input: {
        RoleName: "string", PolicyDocument: "string", Description: "string?", ConsoleLogin: "int?",
        SessionDuration: "int?", Tags: "RoleTags[]?",
      },
      output: { RoleId: "string" },
    },
    GetRole: {
      input: { RoleId: "string?", RoleName: "string?" },
      output: { RoleInfo: "RoleInfo" },
    },
    DeleteRole: {
      input: { RoleId: "string?", RoleName: "string?" },
      output: {},
    },
    DescribeRoleList: {
      input: { Page: "int", Rp: "int", Tags: "RoleTags[]?" },
      output: { List: "RoleInfo[]", TotalNum: "int" },
    },
    UpdateAssumeRolePolicy: {
      input: { PolicyDocument: "string", RoleId: "string?", RoleName: "string?" },
      output: {},
    },
    CreatePolicy: {
      input: { PolicyName: "string", PolicyDocument: "string", Description: "string?", Tags: "Tag[]?" },
      output: { PolicyId: "int" },
    },
    GetPolicy: {
      input: { PolicyId: "int" },
      output: {
        PolicyName: "string", Description: "string", Type: "int", AddTime: "string", UpdateTime: "string",
        PolicyDocument: "string", PresetAlias: "string|null", IsServiceLinkedRolePolicy: "int", Tags: "Tag[]?",
      },
    },
    UpdatePolicy: {
      input: {
        PolicyId: "int?", PolicyName: "string?", Description: "string?", PolicyDocument: "string?", Alias: "string?",
      },
      output: { PolicyId: "int" },
    },
    DeletePolicy: {
      input: { PolicyId: "int[]" },
      output: {},
    },
    AttachRolePolicy: {
      input: { PolicyId: "int?", AttachRoleId: "string?", AttachRoleName: "string?", PolicyName: "string?" },
      output: {},
    },
    DetachRolePolicy: {
      input: { PolicyId: "int?", DetachRoleId: "string?", DetachRoleName: "string?", PolicyName: "string?" },
      output: {},
    },
    ListAttachedRolePolicies: {
      input: {
        Page: "int", Rp: "int", RoleId: "string?", RoleName: "string?", PolicyType: "string?", Keyword: "string?",
      },
      output: { List: "AttachedPolicyOfRole[]", TotalNum: "int" },
    },
  },
  inputs: {
    RoleTags: { Key: "string", Value: "string" },
    Tag: { Key: "string", Value: "string" },
  },
  outputs: {
    AttachedPolicyOfRole: {
      PolicyId: "int", PolicyName: "string", AddTime: "string", PolicyType: "string", CreateMode: "int",
      Deactived: "int", DeactivedDetail: "string[]", Description: "string",
    },
    RoleInfo: {
      RoleId: "string", RoleName: "string", PolicyDocument: "string", Description: "string", AddTime: "string",
      UpdateTime: "string", ConsoleLogin: "int", RoleType: "string|null", SessionDuration: "int|null",
      DeletionTaskId: "string|null", Tags: "RoleTags[]|null", RoleArn: "string|null?",
    },
    RoleTags: { Key: "string?", Value: "string?" },
    StrategyInfo: {
      PolicyId: "int", PolicyName: "string", AddTime: "string", Type: "int", Description: "string|null",
      CreateMode: "int", Attachments: "int", ServiceType: "string|null", IsAttached: "int|null", Deactived: "int|null",
      DeactivedDetail: "string[]|null", IsServiceLinkedPolicy: "int|null", AttachEntityCount: "int|null",
      AttachEntityBoundaryCount: "int|null", UpdateTime: "string|null", Tags: "Tag[]?", PermissionLevel: "string?",
    },
    Tag: { Key: "string", Value: "string" },
  },
} as const;
