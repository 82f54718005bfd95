// The bucket of the state: private, encrypted, without versioning, and apart from the code's.
import { isOfState } from "../../../lib/adapters/state/cos/chain.ts";
import { DeployError, unlessAbsent } from "../call.ts";
import type { Deployment } from "../deployment.ts";

/** The bucket of all stages of an account; each stage has a prefix. The APPID makes it the account's own. */
export const stateBucket = ({ service, account }: Pick<Deployment, "service" | "account">): string =>
  `${service}-${account.appId}`;

/** The region of the account's bucket with this name, undefined if there is none. */
export async function regionOfBucket({ cos }: Deployment, name: string): Promise<string | undefined> {
  const { Buckets = [] } = (await cos("getService", {})) as { Buckets?: { Name: string; Location: string }[] };
  return Buckets.find(({ Name }) => Name === name)?.Location;
}

/** Makes the bucket, or sets its encryption right. Throws `DeployError` if it ever had versioning. */
export async function ensureStateBucket(
  deployment: Deployment,
): Promise<{ readonly name: string; readonly region: string }> {
  const { cos, report } = deployment;
  const name = stateBucket(deployment);
  const found = await regionOfBucket(deployment, name);
  const at = { Bucket: name, Region: found ?? deployment.region };
  if (found === undefined) {
    await unlessAbsent(cos("putBucket", { ...at, ACL: "private" }), /^BucketAlreadyOwnedByYou$/);
  }
  const isEncrypted = found !== undefined && (await unlessAbsent(cos("getBucketEncryption", at), /^NoSuchEncryption/));
  if (!isEncrypted) {
    const Rule = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }];
    await cos("putBucketEncryption", { ...at, ServerSideEncryptionConfiguration: { Rule } });
  }
  const { VersioningConfiguration } = (await cos("getBucketVersioning", at)) as {
    VersioningConfiguration?: { Status?: string };
  };
  if (VersioningConfiguration?.Status) {
    throw new DeployError(
      `the bucket ${name} has or had versioning, which would make overwriting possible; set STATE_URL to ` +
        "another bucket of yours, e.g. STATE_URL=cos://images-1250000000/state",
    );
  }
  report(found === undefined ? "made" : isEncrypted ? "unchanged" : "updated", `state bucket ${name} in ${at.Region}`);
  return { name, region: at.Region };
}

/** The most keys of one list, and of one deletion. */
const PAGE = 1000;

/** Whether objects exist below a prefix. A bucket that does not exist has none. */
export async function hasState({ cos }: Deployment, Bucket: string, region: string, prefix: string): Promise<boolean> {
  const params = { Bucket, Region: region, Prefix: prefix === "" ? "" : `${prefix}/`, MaxKeys: 1 };
  const answer = await unlessAbsent(cos("getBucket", params), /^NoSuchBucket$/);
  return ((answer as { Contents?: unknown[] } | undefined)?.Contents ?? []).length > 0;
}

/**
 * Deletes the state of this stage, and the bucket if nothing else is in it. Other objects below its prefix are none of
 * ours, or of a state whose prefix begins with it.
 */
export async function removeState(deployment: Deployment): Promise<void> {
  const { cos, report, warn, stage } = deployment;
  const Bucket = stateBucket(deployment);
  const Region = await regionOfBucket(deployment, Bucket);
  if (Region === undefined) return;
  const prefix = `${stage}/`;
  let kept = 0;
  // Page by page, because lists may show objects for a while after their deletion.
  for (let Marker = "", isLast = false; !isLast; ) {
    const page = { Bucket, Region, Prefix: prefix, Marker, MaxKeys: PAGE };
    const { Contents } = (await cos("getBucket", page)) as { Contents: { Key: string }[] };
    isLast = Contents.length < PAGE;
    if (Contents.length === 0) break;
    Marker = Contents.at(-1)?.Key ?? "";
    const Objects = Contents.filter(({ Key }) => isOfState(Key.slice(prefix.length))).map(({ Key }) => ({ Key }));
    kept += Contents.length - Objects.length;
    if (Objects.length === 0) continue;
    const { Error: failed } = (await cos("deleteMultipleObject", { Bucket, Region, Quiet: true, Objects })) as {
      Error?: { Code?: string }[];
    };
    const code = failed?.[0]?.Code;
    if (code) throw new DeployError(`COS does not delete the objects of ${Bucket}/${stage}/: ${code}`, code);
  }
  report("removed", `state ${Bucket}/${stage}`);
  if (kept > 0) warn(`${kept} objects in ${Bucket}/${prefix} stay, because they are not of this state`);
  // COS refuses this while other stages have a state in it.
  const deleted = await unlessAbsent(cos("deleteBucket", { Bucket, Region }), /^BucketNotEmpty$/);
  if (deleted) report("removed", `state bucket ${Bucket}`);
}

/** The default state of a stage, as `STATE_URL` names it for functions in `region`. */
export function defaultStateUrl(deployment: Deployment, bucketRegion: string): string {
  const elsewhere = bucketRegion === deployment.region ? "" : `?region=${bucketRegion}`;
  return `cos://${stateBucket(deployment)}/${deployment.stage}${elsewhere}`;
}

/** The STATE_URL with which a command outside of SCF reads the state of functions that have `stateUrl`. */
export function stateUrlOutside(stateUrl: string, region: string): string {
  return /^cos:/.test(stateUrl) && !stateUrl.includes("?") ? `${stateUrl}?region=${region}` : stateUrl;
}
