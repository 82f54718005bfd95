// Renames a copy of ours that has the name of another one, so that the other one can have it.
import { asideName, installationOf, lineageOf, replacedName, versionOf } from "../../model/identity.ts";
import { compareVersions } from "../../model/image.ts";
import { seen } from "../../model/observation.ts";
import type { Copy, CopyKey, Image, Ready, Retired } from "../../model/types.ts";
import { copyName } from "../../policy/values/name-template.ts";
import { isOrphan } from "../desired/desired-copies.ts";
import type { DesiredCopy } from "../desired/types.ts";
import type { CloudCall, PlanContext } from "../types.ts";
import { accountsGiven } from "./giving/given.ts";
import { accountsOfPolicies } from "./giving/shares.ts";

/** The call that renames the image which has the name of a desired copy. */
export type StepAside = Extract<CloudCall, { do: "modify" }> & { readonly image: Image };

/**
 * The call by which `holder` gives up its name to a desired copy; undefined if it must keep it. Only
 * a finished copy of ours steps aside: another variant of the same root that no policy desires under
 * this name, after the encryption was changed; the copy of a root that has another name now; and the
 * orphaned copy of an older version, or of one whose source was deleted.
 */
export function stepAside(holder: Image, desired: DesiredCopy, ctx: PlanContext): StepAside | undefined {
  const copy = copyOf(holder, desired, ctx);
  const name = copy && newNameOf(copy, holder, desired, ctx);
  if (!copy || name === undefined) return undefined;
  const mayUnshareTemporarily = [...accountsOfPolicies(copy, ctx.policies), ...accountsGiven(copy.given)];
  const makesWayFor = { key: desired.key, policy: desired.policy.name };
  return { do: "modify", copy, image: holder, attributes: { name }, mayUnshareTemporarily, makesWayFor };
}

/** The record of a holder that is a finished copy of ours. */
function copyOf(holder: Image, desired: DesiredCopy, ctx: PlanContext): Ready | Retired | undefined {
  const lineage = lineageOf(holder);
  const { account, region } = desired.key;
  const maker = installationOf(holder);
  if (!lineage || lineage.account !== account || !ctx.installations.includes(maker ?? "")) return undefined;
  const { rootRegion, rootId, variant } = lineage;
  const copy = ctx.copyOf({ account, rootRegion, rootId, region, variant });
  if (copy?.phase !== "ready" && copy?.phase !== "retired") return undefined;
  return copy.adopted || copy.imageId !== holder.imageId ? undefined : copy;
}

function newNameOf(copy: Ready | Retired, holder: Image, desired: DesiredCopy, ctx: PlanContext): string | undefined {
  const { key } = copy;
  const desiredHolder = ctx.desiredCopies.get(key);
  const isFree = (name: string) =>
    name !== holder.name && ctx.holderOf({ key, settings: { ...desired.settings, name } }) === undefined;
  if (isSameRoot(key, desired.key)) {
    const isWanted = desiredHolder !== undefined && !desiredHolder.intermediate;
    return isWanted ? undefined : asideName(key, desired.root.name);
  }
  if (desiredHolder) {
    // Policies contradict each other about it, so nobody says how it must be.
    if (desiredHolder.block?.code === "contradiction") return undefined;
    const { name } = desiredHolder.settings;
    if (name === holder.name) return undefined;
    return isFree(name) ? name : replacedName(key, copy.rootName);
  }
  const isOlder = compareVersions(versionOf(copy), { ...desired.root }) < 0;
  const isCertain = copy.phase === "retired" || isOrphan(key, ctx);
  if (!isCertain || !(isOlder || isDeleted(copy, ctx))) return undefined;
  const name = sourceNameOf(copy, ctx);
  return name !== undefined && isFree(name) ? name : replacedName(key, copy.rootName);
}

/** Whether its source was deleted: then the copy is of no version any more, and its age says nothing. */
function isDeleted({ key }: Copy, ctx: PlanContext): boolean {
  return seen(ctx.observation, { region: key.rootRegion, imageId: key.rootId }) === "absent";
}

/** The name that the copy would have today, if its source still exists. */
function sourceNameOf({ key, policy }: Copy, ctx: PlanContext): string | undefined {
  const root = seen(ctx.observation, { region: key.rootRegion, imageId: key.rootId });
  const template = ctx.policies.find(({ name }) => name === policy)?.copy.name;
  if (typeof root === "string" || template === undefined) return undefined;
  return copyName(template, root, key.rootRegion, key.region);
}

function isSameRoot(a: CopyKey, b: CopyKey): boolean {
  return a.rootRegion === b.rootRegion && a.rootId === b.rootId;
}
