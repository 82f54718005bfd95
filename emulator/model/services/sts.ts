// The API of sts 2018-08-13 after the vendor's model (tencentcloud-cli 6e53beb, 2026-08-21), made by ../generate.ts.
export const sts = {
  version: "2018-08-13",
  actions: {
    GetCallerIdentity: {
      input: {},
      output: { Arn: "string?", AccountId: "string?", UserId: "string?", PrincipalId: "string?", Type: "string?" },
    },
    AssumeRole: {
      input: {
        RoleArn: "string", RoleSessionName: "string", DurationSeconds: "int?", Policy: "string?", ExternalId: "string?",
        Tags: "Tag[]?", SourceIdentity: "string?", SerialNumber: "string?", TokenCode: "string?",
      },
      output: { Credentials: "Credentials", ExpiredTime: "int", Expiration: "string" },
    },
  },
  inputs: {
    Tag: { Key: "string", Value: "string" },
  },
  outputs: {
    Credentials: { Token: "string", TmpSecretId: "string", TmpSecretKey: "string" },
  },
} as const;
