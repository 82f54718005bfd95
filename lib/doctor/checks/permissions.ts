// Checks of what the caller may do with images and tags: by reads, by dry runs, and by the policies of its role.
import { CloudError } from "../../model/errors.ts";
import { finding } from "../../model/messages/doctor.ts";
import type { ImageRef } from "../../model/types.ts";
import { whyNotSelected } from "../../policy/values/select.ts";
import { permissionIn } from "../cam/evaluate.ts";
import { type Need, needsOf } from "../cam/needs.ts";
import { type Check, check, notChecked } from "../check.ts";
import type { Facts } from "../facts.ts";
import { isRefusal, isSilence, textOf } from "../failures.ts";
import type { Outcome } from "../outcome.ts";
import { documentsOfRole } from "./role.ts";

/** Ids of the right form that belong to nothing. A call about them changes nothing whatever the cloud does with it. */
const NO_IMAGE = "img-00000000";
const NO_TEMPLATE = "lt-00000000";
const PROBE_NAME = "cvm-replicator-doctor";

/** One line for each permission that the policies need and no other check shows. */
export async function permissionChecks(facts: Facts): Promise<Check[]> {
  const region = facts.policies.find(({ enabled }) => enabled)?.from[0] ?? facts.home;
  const needs = needsOf(facts.policies).filter(({ action }) => !SHOWN_ELSEWHERE.has(action));
  const documents = once(() => documentsOfCaller(facts));
  const checks = needs.map(async (need): Promise<Check> => {
    if (need.action === "cvm:SyncImages") return syncCheck(need, facts);
    const reading = READINGS[need.action];
    if (!reading) return byDocuments(need, facts, await documents());
    const [service, action] = need.action.split(":") as ["as" | "cvm" | "tag", string];
    return byAnswer(need, await facts.read({ service, action, region, params: reading }, () => undefined));
  });
  return await Promise.all(checks);
}

/** `regionChecks` reads these. */
const SHOWN_ELSEWHERE = new Set(["cvm:DescribeImages", "region:DescribeRegions"]);

/** Harmless calls: reads, and the dry run of a deletion of nothing. Actions without one are absent. */
const READINGS: Readonly<Record<string, object>> = {
  "cvm:DescribeImageQuota": {},
  "cvm:DescribeImageFromFamily": { ImageFamily: PROBE_NAME },
  "cvm:DescribeImageSharePermission": { ImageId: NO_IMAGE },
  "cvm:DescribeInstances": { Limit: 1 },
  "cvm:DescribeLaunchTemplates": { Limit: 1 },
  "cvm:DescribeLaunchTemplateVersions": { LaunchTemplateId: NO_TEMPLATE, Limit: 1 },
  "as:DescribeLaunchConfigurations": { Limit: 1 },
  "cvm:DeleteImages": { ImageIds: [NO_IMAGE], DryRun: true },
};

/**
 * The verdict on a harmless call. The cloud may check parameters before permissions, so that an answer about a
 * parameter proves no permission; a refusal always proves that it is missing.
 */
export function byAnswer(need: Need, outcome: Outcome<unknown>): Check {
  const { action, purpose, weight } = need;
  if (outcome.ok) return check(action, finding("permitted", { purpose }));
  const { error } = outcome;
  if (isRefusal(error)) {
    const params = { action, purpose, who: "key" } as const;
    return check(action, finding(weight === "needed" ? "permission-missing" : "permission-useful", params));
  }
  if (isSilence(error)) return notChecked(action, finding("no-verdict", textOf(error)));
  const { code } = error as CloudError;
  if (code === "DryRunOperation") return check(action, finding("permitted", { purpose }));
  return check(action, finding("probably-permitted", { purpose, code }));
}

/** Tries a copy of a selected image, as a dry run. */
async function syncCheck(need: Need, facts: Facts): Promise<Check> {
  const copy = await someCopy(facts);
  if (!copy) return notChecked(need.action, finding("no-image-to-try"));
  const { source, destination } = copy;
  const request = { source, destinations: [destination], name: PROBE_NAME, notAfter: Number.POSITIVE_INFINITY };
  const outcome = await facts.attempt(() => facts.inspection.cloud.trySyncImage(request));
  if (outcome.ok || isRefusal(outcome.error) || isSilence(outcome.error)) return byAnswer(need, outcome);
  const params = { imageId: source.imageId, region: source.region, destination, ...textOf(outcome.error) };
  return check(need.action, finding("copy-refused", params));
}

/** The first selected image that is NORMAL, and a region that it is to be copied to. */
async function someCopy(facts: Facts): Promise<{ source: ImageRef; destination: string } | undefined> {
  const now = facts.inspection.now();
  for (const { enabled, from, to, select } of facts.policies) {
    for (const region of enabled ? from : []) {
      const images = await facts.images(region, select.type);
      const image = images.ok
        ? images.value.find((one) => one.state === "NORMAL" && !whyNotSelected(select, one, now))
        : undefined;
      // A shared image is first copied within its own region.
      const destination = select.type === "shared" ? region : to.find((one) => one !== region);
      if (image && destination !== undefined) return { source: { region, imageId: image.imageId }, destination };
    }
  }
  return undefined;
}

type Documents = { readonly documents: readonly string[] } | "account" | "unknown";

/** What no harmless call shows: the documents of the caller's role say it, and the account's own key may do all. */
function byDocuments({ action, purpose, weight }: Need, { account }: Facts, source: Documents): Check {
  if (source === "account") return check(action, finding("permitted-to-account", { purpose, account }));
  if (source === "unknown") return notChecked(action, finding("no-harmless-call", { purpose }));
  const permission = permissionIn(source.documents, action, "*");
  if (permission === "allowed") return check(action, finding("granted-by-policies", { purpose }));
  if (permission === "limited") return notChecked(action, finding("permission-limited", { purpose }));
  const params = { action, purpose, who: "key" } as const;
  return check(action, finding(weight === "needed" ? "permission-missing" : "permission-useful", params));
}

/** The policies of the caller's role. Those of a user cannot be read by any action that this program knows. */
async function documentsOfCaller(facts: Facts): Promise<Documents> {
  const { caller } = facts;
  if (caller.kind === "account") return "account";
  if (caller.roleId === undefined) return "unknown";
  const read = await facts.attempt(() => documentsOfRole(facts, { RoleId: caller.roleId }));
  return read.ok ? { documents: read.value } : "unknown";
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
