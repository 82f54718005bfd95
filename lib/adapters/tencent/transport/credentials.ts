// A key of the cloud, and where keys are searched.
import type { Problem } from "../../../model/errors.ts";
import type { Millis } from "../../../model/types.ts";

/** A key of the cloud; temporary keys have a `token`. */
export interface Credentials {
  readonly secretId: string;
  readonly secretKey: string;
  readonly token?: string;
}

/** Credentials, and where they were found: a variable or a file. */
export interface FoundCredentials extends Credentials {
  readonly source: string;
}

/** Where credentials are searched, and who hears that they are exposed. */
export interface CredentialSearch {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that has the profiles of the vendor's tools. */
  readonly home: string;
  readonly now: () => Millis;
  /** Receives a warning if other users may read the profile. */
  readonly warn?: (problem: Problem) => void;
}
