// Finds the cloud credentials: in variables, the role of a function, or a profile of the vendor's tools.
import { InputError, toProblem } from "../../../model/errors.ts";
import { credentialsMessage } from "../../../model/messages/credentials.ts";
import type { CredentialSearch, Credentials, FoundCredentials } from "./credentials.ts";
import { profileCredentials } from "./profiles.ts";

/** The variables of one set of credentials. The vendor's tools have several names for the token. */
interface Names {
  readonly id: string;
  readonly key: string;
  readonly tokens: readonly string[];
}

// The first set has the names that users set: the token's are those of tccli, of the plugins for
// Terraform and Packer, and of the SDKs. The second one has the names that SCF gives to the keys of
// a function's role (scf 2018-04-16, environment variables).
const SETS: readonly Names[] = [
  {
    id: "TENCENTCLOUD_SECRET_ID",
    key: "TENCENTCLOUD_SECRET_KEY",
    tokens: ["TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN", "TENCENTCLOUD_SESSION_TOKEN"],
  },
  { id: "TENCENTCLOUD_SECRETID", key: "TENCENTCLOUD_SECRETKEY", tokens: ["TENCENTCLOUD_SESSIONTOKEN"] },
];

/**
 * Finds credentials: those set by hand, else those of a cloud function's role, else those of a
 * profile of the vendor's tools below `home`, where no function looks. Call it for each request, because SCF and `tccli`
 * replace temporary keys while the program runs. Throws `InputError` that names what is missing; no
 * message holds any part of a key.
 */
export async function findCredentials(search: CredentialSearch): Promise<Credentials> {
  const { source: _, ...credentials } = await locateCredentials(search);
  return credentials;
}

/** The credentials that `findCredentials` answers, and where they were found. Throws `InputError`. */
export async function locateCredentials(search: CredentialSearch): Promise<FoundCredentials> {
  for (const names of SETS) {
    const found = inVariables(names, search.env);
    if (found) return { ...found, source: names.id };
  }
  // A function has no profiles; on the emulator it would find those of the user, which are for the real cloud.
  if (search.env["TENCENTCLOUD_RUNENV"] === "SCF") {
    throw new InputError([toProblem("TENCENTCLOUD_SECRETID", credentialsMessage("role-absent"))]);
  }
  return await profileCredentials(search);
}

function inVariables({ id, key, tokens }: Names, env: CredentialSearch["env"]): Credentials | undefined {
  const [given, second] = tokens.filter((name) => env[name]);
  const secretId = env[id];
  const secretKey = env[key];
  if (!secretId || !secretKey) {
    const set = [id, key, ...tokens].find((name) => env[name]);
    if (set === undefined) return undefined;
    const missing = [id, key].filter((name) => !env[name]);
    throw new InputError(
      missing.map((name) => toProblem(name, credentialsMessage("credentials-half", { given: set }))),
    );
  }
  const token = given && env[given];
  if (given && second && env[second] !== token) {
    throw new InputError([toProblem(second, credentialsMessage("tokens-differ", { other: given }))]);
  }
  return { secretId, secretKey, ...(token && { token }) };
}
