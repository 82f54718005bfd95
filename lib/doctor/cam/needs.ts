// Which actions of CAM the policies need, and what each is for.
import type { Policy } from "../../model/policy.ts";

/** What an action is for. The doctor's messages have the words. */
export type Purpose =
  | "images"
  | "copies"
  | "tags"
  | "families"
  | "quota"
  | "regions"
  | "shares"
  | "uses"
  | "deletions"
  | "state"
  | "journal"
  | "secret"
  | "caller";

/** One action, e.g. `cvm:SyncImages`. */
export interface Need {
  readonly action: string;
  readonly purpose: Purpose;
  /** `useful`: everything is done without it, but later, or with less said. */
  readonly weight: "needed" | "useful";
}

const need = (purpose: Purpose, weight: Need["weight"], ...actions: readonly string[]): Need[] =>
  actions.map((action) => ({ action, purpose, weight }));

/** What every policy needs, as the first statement of `deploy/cam/command.json` grants it. */
const ALWAYS: readonly Need[] = [
  ...need("images", "needed", "cvm:DescribeImages"),
  ...need("copies", "needed", "cvm:SyncImages", "cvm:ModifyImageAttribute"),
  ...need("tags", "needed", "tag:TagResources"),
  ...need("tags", "useful", "tag:UnTagResources"),
  ...need("families", "useful", "cvm:DescribeImageFromFamily"),
  ...need("quota", "useful", "cvm:DescribeImageQuota"),
  ...need("regions", "useful", "region:DescribeRegions"),
];
/** Its second statement. */
const SHARES = ["cvm:DescribeImageSharePermission", "cvm:ModifyImageSharePermission"];
/** `deploy/cam/delete-images.json`. */
const USES = [
  "cvm:DescribeInstances",
  "cvm:DescribeLaunchTemplates",
  "cvm:DescribeLaunchTemplateVersions",
  "as:DescribeLaunchConfigurations",
];

/** The actions that these policies need; with no policies, what every policy needs. */
export function needsOf(policies: readonly Policy[]): readonly Need[] {
  const enabled = policies.filter((policy) => policy.enabled);
  const shares = enabled.some(({ copy }) => copy.shareWith.length > 0);
  const isEncrypted = ({ copy }: Policy) =>
    copy.encrypt !== false ||
    Object.values(copy.regions).some(({ encrypt }) => encrypt !== undefined && encrypt !== false);
  const deletes = enabled.some((policy) => policy.prune.delete || isEncrypted(policy));
  const always = enabled.some(({ copy }) => copy.family !== undefined)
    ? ALWAYS.map((one) => (one.purpose === "families" ? { ...one, weight: "needed" as const } : one))
    : ALWAYS;
  return [
    ...always,
    ...(shares ? need("shares", "needed", ...SHARES) : deletes ? need("shares", "needed", ...SHARES.slice(0, 1)) : []),
    ...(deletes ? [...need("uses", "needed", ...USES), ...need("deletions", "needed", "cvm:DeleteImages")] : []),
  ];
}

/** The actions of a state in a bucket, as `deploy/cam/state-in-cos.json` grants them: below the prefix, then on the bucket. */
export const BUCKET_ACTIONS = {
  objects: ["cos:GetObject", "cos:PutObject", "cos:DeleteObject"],
  bucket: ["cos:GetBucket", "cos:GetBucketVersioning", "cos:DeleteMultipleObjects"],
} as const;
