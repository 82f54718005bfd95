// Finds the account of a key pair, and checks what all signatures of the API have: a time and a token.
import { ApiError } from "../../errors.ts";
import type { Account } from "../../settings/accounts.ts";
import type { Session } from "../../world/services/cam.ts";
import type { World } from "../../world/types.ts";

/** How far the timestamp of a signature may differ from the clock, in both directions. */
const LIFETIME_SECONDS = 300;

/** The account or the session with a key id, or undefined. */
export function findAccount(world: World, secretId: string): Account | undefined {
  return [...world.config.accounts, ...world.sessions].find((candidate) => candidate.secretId === secretId);
}

/** Whether temporary credentials have expired. Permanent ones never do. */
export function hasExpired(world: World, account: Account): boolean {
  return "expiresAt" in account && (account as Session).expiresAt <= world.now();
}

/** The account with a key id. Throws `ApiError` AuthFailure.SecretIdNotFound. */
export function accountOf(world: World, secretId: string): Account {
  const account = findAccount(world, secretId);
  if (account !== undefined) return account;
  throw new ApiError(
    "AuthFailure.SecretIdNotFound",
    "The SecretId is not found, please ensure that your SecretId is correct.",
  );
}

/**
 * Checks the time of a signature, in epoch seconds as text. `name` is that of the header or parameter. Throws
 * `ApiError` InvalidParameter or AuthFailure.SignatureExpire.
 */
export function checkTimestamp(world: World, name: string, timestamp: string): void {
  if (!/^\d{1,11}$/.test(timestamp)) {
    throw new ApiError("InvalidParameter", `\`${name}\` must be a time in seconds.`);
  }
  const now = world.now() / 1000;
  if (Math.abs(now - Number(timestamp)) > LIFETIME_SECONDS) {
    throw new ApiError(
      "AuthFailure.SignatureExpire",
      `The signature has expired: the timestamp \`${timestamp}\` differs from the server's time \`${Math.floor(now)}\` by more than five minutes.`,
    );
  }
}

/**
 * Checks the token of a request. Throws `ApiError` AuthFailure.TokenFailure for a wrong one, and for an expired one the
 * code of the switch `expiredToken`.
 */
export function checkToken(world: World, account: Account, token = ""): void {
  if (token !== (account.token ?? "")) throw new ApiError("AuthFailure.TokenFailure", "The token is not valid.");
  if (hasExpired(world, account)) throw new ApiError(world.switches.expiredToken, "The token has expired.");
}

/** The error for a signature that is not that of the request. */
export function signatureFailure(): ApiError {
  return new ApiError(
    "AuthFailure.SignatureFailure",
    "The provided credentials could not be validated. Please check your signature is correct.",
  );
}
