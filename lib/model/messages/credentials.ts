// Why there are no usable credentials, or exposed ones, and how to give them.
import { catalogue, error, warn } from "./define.ts";

const CREDENTIALS =
  "give credentials in one of three ways: set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY (and " +
  "TENCENTCLOUD_TOKEN for a temporary key); run as a cloud function with an execution role; or run " +
  "`tccli configure` (TCCLI_PROFILE names the profile) or fill ~/.tencentcloud/credentials";

const credentialFault = <Params = unknown>(write: (params: Params) => string, first?: string) =>
  error((params: Params) => ({
    text: write(params),
    remedy: first === undefined ? CREDENTIALS : `${first}, or ${CREDENTIALS}`,
  }));

const credentials = {
  "credentials-half": credentialFault((p: { given: string }) => `not set although ${p.given} is set`),
  "tokens-differ": error((p: { other: string }) => ({
    text: `another token than that of ${p.other}`,
    remedy: "unset the one that does not belong to the key",
  })),
  "credentials-absent": credentialFault(() => "no credentials: no variables are set and this file does not exist"),
  "role-absent": error(() => ({
    text: "not set, which means that the function has no role",
    remedy: "give the function a role that trusts scf.qcloud.com (docs/deploy.md, CAM permissions)",
  })),
  "profile-unreadable": credentialFault((p: { code: string }) => `the file cannot be read (${p.code})`),
  "profile-not-json": credentialFault(() => "the file is not JSON"),
  "profile-no-object": credentialFault(() => "the file is not a JSON object"),
  "profile-incomplete": credentialFault((p: { field: string }) => `${p.field} is missing`),
  "profile-token-no-text": credentialFault(() => "token is not a string"),
  "profile-assumes-role": credentialFault(
    () => "the profile assumes a role, which is not supported",
    "export a temporary key",
  ),
  "profile-expired": credentialFault(
    (p: { at: string }) => `the key expired at ${p.at}`,
    "run any tccli command to renew the key",
  ),
  "profile-exposed": warn((p: { path: string }) => ({
    text: "other users of this machine can read the key in this file",
    remedy: `run chmod 600 ${p.path}`,
  })),
};

/**
 * Why there are no credentials; a message stands after the variable or the file that it is about.
 */
export const credentialsMessage = catalogue(credentials);
