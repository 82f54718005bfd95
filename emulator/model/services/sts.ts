// The API of sts 2018-08-13 after the vendor's model (tencentcloud-cli 6e53beb, 2026-08-21), made by ../generate.ts.
export const sts = {
  version: "2018-08-13",
  actions: {
    GetCallerIdentity: {
      input: {},
      output: { Arn: "string?", AccountId: "string?", UserId: "string?", PrincipalId: "string?", Type: "string?" },
    },
  },
  inputs: {},
  outputs: {},
} as const;
