import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../../model/errors.ts";

/** A key of the cloud; `token` comes with temporary ones. */
export interface Credentials {
  readonly secretId: string;
  readonly secretKey: string;
  readonly token?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const WAYS =
  "Give credentials in one of three ways: set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY (and TENCENTCLOUD_TOKEN " +
  "for a temporary key); or run as a cloud function with an execution role; or run `tccli configure` (TCCLI_PROFILE " +
  "names the profile).";

const fail = (where: string, text: string) => new InputError([{ where, text: `${text}. ${WAYS}` }]);

// The names that SCF gives to the keys of a function's role (scf 2018-04-16, environment variables) differ from those
// that people and the vendor's tools set; people come first.
const PAIRS = [
  ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN"],
  ["TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SESSIONTOKEN"],
] as const;

/**
 * Finds credentials: those set by hand, else those of a cloud function's role, else those of a profile of the vendor's
 * `tccli` below `home`. Call it for each request, since SCF and `tccli` replace temporary keys while we run.
 * Throws `InputError` saying what is missing; no message holds any part of a key.
 */
export async function findCredentials(env: Env, home: string, now: () => number): Promise<Credentials> {
  for (const [idName, keyName, tokenName] of PAIRS) {
    const secretId = env[idName];
    const secretKey = env[keyName];
    if (secretId && secretKey) return withToken({ secretId, secretKey }, env[tokenName]);
    if (secretId) throw fail(keyName, `not set, though ${idName} is`);
    if (secretKey) throw fail(idName, `not set, though ${keyName} is`);
  }
  return await profileCredentials(env["TCCLI_PROFILE"] || "default", home, now);
}

function withToken(pair: { secretId: string; secretKey: string }, token: string | undefined): Credentials {
  return token ? { ...pair, token } : pair;
}

async function profileCredentials(profile: string, home: string, now: () => number): Promise<Credentials> {
  const path = join(home, ".tccli", `${profile}.credential`);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw fail(path, code === "ENOENT" ? "no credentials: no variables are set and there is no such file" : `${code}`);
  }
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw fail(path, "not JSON"); // the parser's own message would quote the file, and with it the key
  }
  if (typeof file !== "object" || file === null) throw fail(path, "not a JSON object");
  const read = (name: string): unknown => (file as Record<string, unknown>)[name];
  const secretId = read("secretId");
  const secretKey = read("secretKey");
  const token = read("token") ?? undefined;
  const expiresAt = read("expiresAt");
  // Without the role the same key would act in another account than the one the person means.
  if (read("role-arn")) throw fail(path, "the profile assumes a role, which is not supported: export a temporary key");
  if (typeof secretId !== "string" || !secretId) throw fail(path, "secretId is missing");
  if (typeof secretKey !== "string" || !secretKey) throw fail(path, "secretKey is missing");
  if (token !== undefined && typeof token !== "string") throw fail(path, "token is not a text");
  // `tccli auth login` keeps a temporary key here, which only tccli itself can renew (seconds since 1970).
  if (typeof expiresAt === "number" && expiresAt * 1000 <= now()) {
    throw fail(
      path,
      `the key expired at ${new Date(expiresAt * 1000).toISOString()}: run any tccli command to renew it`,
    );
  }
  return withToken({ secretId, secretKey }, token);
}
