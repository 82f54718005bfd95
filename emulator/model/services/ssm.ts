// The API of ssm 2019-09-23: one action, written by hand in the notation of ../generate.ts.
export const ssm = {
  version: "2019-09-23",
  actions: {
    GetSecretValue: {
      input: { SecretName: "string", VersionId: "string" },
      output: { SecretName: "string", VersionId: "string", SecretBinary: "string?", SecretString: "string?" },
    },
  },
  inputs: {},
  outputs: {},
} as const;
