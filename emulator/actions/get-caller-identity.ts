import { defineAction } from "../action.ts";

interface GetCallerIdentityResponse {
  Arn: string;
  AccountId: string;
  UserId: string;
  PrincipalId: string;
  Type: string;
  RequestId: string;
}

/** Tells whose credentials these are; the emulator's accounts are all main accounts (sts 2018-08-13). */
export const getCallerIdentity = defineAction<Record<never, never>, GetCallerIdentityResponse>({
  service: "sts",
  version: "2018-08-13",
  name: "GetCallerIdentity",
  regional: false,
  write: false,
  rules: {},
  run({ account: { uin } }) {
    return {
      Arn: `qcs::cam::uin/${uin}:uin/${uin}`,
      AccountId: uin,
      UserId: uin,
      PrincipalId: uin,
      Type: "CAMUser",
    };
  },
});
