// Reads credentials from the files in which the vendor's tools keep them.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError, toProblem } from "../../../model/errors.ts";
import { credentialsMessage } from "../../../model/messages/credentials.ts";
import type { Message } from "../../../model/messages/define.ts";
import type { Millis } from "../../../model/types.ts";
import type { CredentialSearch, Credentials, FoundCredentials } from "./credentials.ts";

const inputError = (where: string, message: Message) => new InputError([toProblem(where, message)]);

/**
 * The credentials of the profile of `tccli` that TCCLI_PROFILE names; without that variable of its
 * default profile, else of the SDKs' profile. Throws `InputError`.
 */
export async function profileCredentials({ env, home, now, warn }: CredentialSearch): Promise<FoundCredentials> {
  const named = env["TCCLI_PROFILE"];
  const ofTccli = join(home, ".tccli", `${named || "default"}.credential`);
  const ofSdk = join(home, ".tencentcloud", "credentials");
  // A profile that is named and missing must not be replaced by one of, perhaps, another account.
  for (const path of named ? [ofTccli] : [ofTccli, ofSdk]) {
    const text = await readIfPresent(path);
    if (text === undefined) continue;
    if (await isExposed(path)) warn?.(toProblem(path, credentialsMessage("profile-exposed", { path })));
    const read = path === ofSdk ? parseSdkProfile(text, path) : parseTccliProfile(text, path, now);
    return { ...read, source: path };
  }
  throw inputError(ofTccli, credentialsMessage("credentials-absent"));
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { name, code = name } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw inputError(path, credentialsMessage("profile-unreadable", { code }));
  }
}

/** Whether other users of this machine may read the file. Windows keeps no such bits. */
async function isExposed(path: string): Promise<boolean> {
  if (process.platform === "win32") return false;
  // Between two looks `tccli` may have replaced the file; the next call looks again.
  return await stat(path).then(
    ({ mode }) => (mode & 0o044) !== 0,
    () => false,
  );
}

/** Reads the JSON of `tccli configure` and `tccli auth login`. */
function parseTccliProfile(text: string, path: string, now: () => Millis): Credentials {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    // The parser's own message would quote the file, and with it the key.
    throw inputError(path, credentialsMessage("profile-not-json"));
  }
  if (typeof file !== "object" || file === null) throw inputError(path, credentialsMessage("profile-no-object"));
  const fields = file as Record<string, unknown>;
  // Without the role, the key would act in another account than the one that the profile names.
  if (fields["role-arn"]) throw inputError(path, credentialsMessage("profile-assumes-role"));
  const credentials = complete(fields, ["secretId", "secretKey"], path);
  const expiresAt = fields["expiresAt"];
  // `tccli auth login` keeps a temporary key here, which only tccli itself can renew. In seconds.
  if (typeof expiresAt === "number" && expiresAt * 1000 <= now()) {
    const at = new Date(expiresAt * 1000).toISOString();
    throw inputError(path, credentialsMessage("profile-expired", { at }));
  }
  return credentials;
}

/**
 * Reads the section `[default]` of the SDKs' profile, with `secret_id`, `secret_key` and perhaps
 * `token` (common 4.1, credential.js, ProfileCredential).
 */
function parseSdkProfile(text: string, path: string): Credentials {
  const fields: Record<string, string> = {};
  let section = "";
  for (const line of text.split(/\r?\n/)) {
    const [, name] = /^\s*\[([^\]]*)\]/.exec(line) ?? [];
    if (name !== undefined) section = name.trim();
    const [, key, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (section === "default" && key !== undefined) fields[key] = value?.replace(/^(["'])(.*)\1$/, "$2") ?? "";
  }
  return complete(fields, ["secret_id", "secret_key"], path);
}

function complete(fields: Readonly<Record<string, unknown>>, names: [id: string, key: string], path: string) {
  const [secretId, secretKey] = names.map((name) => {
    const value = fields[name];
    if (typeof value === "string" && value) return value;
    throw inputError(path, credentialsMessage("profile-incomplete", { field: name }));
  }) as [string, string];
  const token = fields["token"] ?? undefined;
  if (token !== undefined && typeof token !== "string") {
    throw inputError(path, credentialsMessage("profile-token-no-text"));
  }
  return { secretId, secretKey, ...(token && { token }) };
}
