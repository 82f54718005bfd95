// Finds the cloud credentials: in variables, the role of a function, or a profile of tccli.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError, toProblem } from "../../../model/errors.ts";
import { credentialsMessage } from "../../../model/messages/cloud.ts";
import type { Message } from "../../../model/messages/define.ts";

/** A key of the cloud; temporary keys have a `token`. */
export interface Credentials {
  readonly secretId: string;
  readonly secretKey: string;
  readonly token?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const inputError = (where: string, message: Message) => new InputError([toProblem(where, message)]);

// The second row has the names that SCF gives to the keys of a function's role (scf 2018-04-16,
// environment variables). They differ from those that users and the vendor's tools set, which have
// precedence.
const PAIRS = [
  ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN"],
  ["TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SESSIONTOKEN"],
] as const;

/**
 * Finds credentials: those set by hand, else those of a cloud function's role, else those of a
 * profile of the vendor's `tccli` below `home`. Call it for each request, because SCF and `tccli`
 * replace temporary keys while the program runs. Throws `InputError` that names what is missing; no
 * message holds any part of a key.
 */
export async function findCredentials(env: Env, home: string, now: () => number): Promise<Credentials> {
  for (const [idName, keyName, tokenName] of PAIRS) {
    const secretId = env[idName];
    const secretKey = env[keyName];
    if (secretId && secretKey) return withToken({ secretId, secretKey }, env[tokenName]);
    if (secretId) throw inputError(keyName, credentialsMessage("credentials-half", { given: idName }));
    if (secretKey) throw inputError(idName, credentialsMessage("credentials-half", { given: keyName }));
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
    const { name, code = name } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw inputError(path, credentialsMessage("credentials-absent"));
    throw inputError(path, credentialsMessage("profile-unreadable", { code }));
  }
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    // The parser's own message would quote the file, and with it the key.
    throw inputError(path, credentialsMessage("profile-not-json"));
  }
  if (typeof file !== "object" || file === null) throw inputError(path, credentialsMessage("profile-no-object"));
  const read = (name: string): unknown => (file as Record<string, unknown>)[name];
  const secretId = read("secretId");
  const secretKey = read("secretKey");
  const token = read("token") ?? undefined;
  const expiresAt = read("expiresAt");
  // Without the role, the key would act in another account than the one that the profile names.
  if (read("role-arn")) throw inputError(path, credentialsMessage("profile-assumes-role"));
  const incomplete = (name: string) => inputError(path, credentialsMessage("profile-incomplete", { field: name }));
  if (typeof secretId !== "string" || !secretId) throw incomplete("secretId");
  if (typeof secretKey !== "string" || !secretKey) throw incomplete("secretKey");
  if (token !== undefined && typeof token !== "string") {
    throw inputError(path, credentialsMessage("profile-token-no-text"));
  }
  // `tccli auth login` keeps a temporary key here, which only tccli itself can renew. In seconds.
  if (typeof expiresAt === "number" && expiresAt * 1000 <= now()) {
    const at = new Date(expiresAt * 1000).toISOString();
    throw inputError(path, credentialsMessage("profile-expired", { at }));
  }
  return withToken({ secretId, secretKey }, token);
}
