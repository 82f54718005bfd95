// The action AssumeRole of STS.
import { ApiError } from "../../errors.ts";
import { isTrusted, openSession } from "../../services/identity/sessions.ts";
import { defineAction } from "../shared/define-action.ts";

const ARN = /^qcs::cam::uin\/(\d+):(?:roleName\/(.+)|role\/(\d+))$/;

/**
 * Gives out credentials of a role whose trust policy names the caller's account. `Policy`, which would narrow them,
 * and a second factor are refused, as the emulator would ignore them.
 */
export const assumeRole = defineAction("sts", "AssumeRole", ({ world, account }, params) => {
  const { RoleArn: arn, RoleSessionName: sessionName, DurationSeconds: seconds = 7200 } = params;
  const unknown = (["Policy", "ExternalId", "SerialNumber", "TokenCode"] as const).find((name) => params[name]);
  if (unknown) throw new ApiError("UnsupportedOperation", `The emulator does not have the parameter \`${unknown}\`.`);
  const [, owner, name, id] = ARN.exec(arn) ?? [];
  if (owner === undefined || !/^[\w+=,.@-]{2,128}$/.test(sessionName)) {
    throw new ApiError("InvalidParameter.ParamError", "`RoleArn` or `RoleSessionName` is malformed.");
  }
  const role = world.cam.roles.find((one) => one.owner === owner && (one.name === name || one.id === id));
  if (role === undefined) throw new ApiError("ResourceNotFound.RoleNotFound", `The role \`${arn}\` does not exist.`);
  if (seconds < 1 || seconds > role.sessionSeconds) {
    throw new ApiError("InvalidParameter.OverTimeError", `The role allows at most ${role.sessionSeconds} seconds.`);
  }
  const names = [`qcs::cam::uin/${account.uin}:root`, `qcs::cam::uin/${account.uin}:uin/${account.uin}`];
  if (!isTrusted(world, role, ({ accounts }) => accounts.some((principal) => names.includes(principal)))) {
    throw new ApiError("UnauthorizedOperation", `The role \`${arn}\` does not trust the account ${account.uin}.`);
  }
  const { secretId, secretKey, token, expiresAt } = openSession(world, role, sessionName, seconds * 1000);
  const ends = Math.floor(expiresAt / 1000);
  return {
    Credentials: { TmpSecretId: secretId, TmpSecretKey: secretKey, Token: token },
    ExpiredTime: ends,
    Expiration: new Date(ends * 1000).toISOString().replace(".000", ""),
  };
});
