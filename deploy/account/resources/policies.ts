// Which policies the role of the functions gets: those of deploy/cam/, filled in (pure).
import { type Deployment, mayDelete, type Needs } from "../deployment.ts";
import type { Documents } from "./role.ts";

/** Where the functions keep and send what they need, for the resources of their policies. */
export interface Places extends Needs {
  /** The bucket of the state; none if the state is in a database. */
  readonly bucket?: { readonly name: string; readonly prefix: string; readonly region: string };
  readonly journal?: { readonly topicId: string; readonly region: string };
  /** The secret that holds the password of the database, and its region. */
  readonly secret?: { readonly name: string; readonly region: string };
}

/** The names of all policies that a role may have; see `documentsFor`. */
export const POLICY_ENDINGS = ["images", "deletions", "state", "journal", "secret"] as const;

/** Reads a file of deploy/cam/ by its name. */
export type ReadTemplate = (name: string) => string;

const filled = (template: string, values: Readonly<Record<string, string>>): object =>
  JSON.parse(
    // The longest names first, because one is a part of another.
    Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, value), template),
  ) as object;

/** The least policies for what the packaged policies and settings need, by the end of their names. */
export function documentsFor(
  { policies, bucket, journal, secret }: Places,
  { account: { uin } }: Pick<Deployment, "account">,
  read: ReadTemplate,
): Documents {
  const documents = new Map<string, object>([["images", filled(read("poll-copies"), {})]]);
  if (mayDelete({ policies })) documents.set("deletions", filled(read("delete-images"), {}));
  if (bucket) {
    const prefix = bucket.prefix === "" ? "" : `${bucket.prefix}/`;
    // A bucket's name ends with its owner, which may be another account.
    const owner = bucket.name.slice(bucket.name.lastIndexOf("-") + 1);
    const values = { "BUCKET-APPID": bucket.name, APPID: owner, REGION: bucket.region, "PREFIX/": prefix };
    documents.set("state", filled(read("state-in-cos"), values));
  }
  if (journal) {
    const values = { REGION: journal.region, UIN: uin, TOPIC: journal.topicId };
    documents.set("journal", filled(read("journal-in-cls"), values));
  }
  if (secret) {
    const values = { REGION: secret.region, UIN: uin, SECRET: secret.name };
    documents.set("secret", filled(read("state-password"), values));
  }
  return documents;
}
