// Makes the context of a plan once, with an index for everything that is looked up for every copy.
import { groupBy } from "../model/collections.ts";
import { CopyMap, type ReadonlyCopyMap } from "../model/copy/copy-map.ts";
import { copyId, isCopyOf } from "../model/identity.ts";
import { NO_ANSWERS } from "../model/observation.ts";
import type { Copy, CopyKey, ImageRef, Reason } from "../model/types.ts";
import { listDesiredCopies } from "./desired/desired-copies.ts";
import { findRevokedSources } from "./desired/revoked-sources.ts";
import type { DesiredCopies, DesiredCopy } from "./desired/types.ts";
import { families } from "./family/leaders.ts";
import { groupPublications } from "./family/publish-together.ts";
import { placeOf, recallInFamilies } from "./family/recall/in-families.ts";
import { recalledSources } from "./family/recall/recalled-sources.ts";
import { rolledBackVersions } from "./family/rolled-back.ts";
import { usableCopies } from "./family/usable.ts";
import { adoptedImage, adopters } from "./guards/adoption-conflicts.ts";
import { indexImages, recordedImages } from "./image-index.ts";
import type { Guarded, Plan, PlanContext, PlanInput } from "./types.ts";
import { parentsOf } from "./upkeep/pruning/parents.ts";

/** The context, and what else was found while it was made. */
export interface Facts extends Pick<DesiredCopies, "notSelected" | "undecided"> {
  readonly ctx: PlanContext;
  /** Problems with families, and with recalled and revoked sources, and questions about families. */
  readonly remarks: Required<Omit<Guarded, "steps">> & Pick<Plan, "imageProblems">;
  /** The regions that a publication leaves out, as an addition to a sentence. */
  readonly regionsLeftOut: (desired: DesiredCopy) => string;
}

/** Finds out what the policies desire, who leads each family, and what else a step depends on. */
export function gatherFacts(input: PlanInput): Facts {
  const { observation, policies, copies, record, now, settle, ended } = input;
  const { answers = NO_ANSWERS, sweep = false, deleted = new Set<string>(), vanished = 0 } = input;
  const { brake, totals, acceptVanished = false, acceptUnshare = false } = input;
  const { mayDeleteLast = () => false, confirmedDeletions, only } = input;
  const images = indexImages(observation);
  const rollbacks = rolledBackVersions(copies, observation, input);
  const recalls = recalledSources(input);
  const selection = {
    ...{ observation, copies, now, settle, isRolledBack: rollbacks.isRoot },
    isRecallHeld: ({ region: rootRegion, imageId: rootId }: ImageRef) => recalls.isHeld({ rootRegion, rootId }),
  };
  const recorded = recordedImages(copies, observation);
  const records = indexRecords(copies);
  const { copyOf } = records;
  const { desiredCopies, notSelected, undecided } = listDesiredCopies(policies, { ...selection, recorded, copyOf });
  const recall = recallInFamilies({ copies, observation, copyOf }, recalls, desiredCopies, rollbacks);
  const { isRecalled } = recalls;
  const publications = groupPublications(desiredCopies, copyOf, now);
  const publicationHoldOf = (desired: DesiredCopy) =>
    recall.isUrgent(placeOf(desired)) ? undefined : publications.publicationHoldOf(desired);
  const isHeld = (desired: DesiredCopy) => publicationHoldOf(desired) !== undefined;
  const led = families(
    { copies, copyOf, observation, answers, sweep, now, images, isRecalled, isHeld },
    desiredCopies,
    rollbacks,
  );
  const usable = usableCopies(copies, observation, rollbacks);
  const revoked = findRevokedSources({ copies, policies, observation }, desiredCopies, rollbacks.isRoot);
  const desiredFrom = groupByParent(desiredCopies);
  const customImages = (region: string) => {
    const found = images.get(region);
    return found?.isWhole ? found : undefined;
  };
  const ctx: PlanContext = {
    ...{ observation, policies, copies, now, settle, ended, answers, sweep, desiredCopies },
    ...{
      deleted,
      vanished,
      acceptVanished,
      acceptUnshare,
      mayDeleteLast,
      ...(brake && { brake }),
      ...(totals && { totals }),
      ...(confirmedDeletions && { confirmedDeletions }),
      ...(only && { only }),
    },
    ...records,
    recordOf: (image) => recorded.get(image),
    customImages,
    isParent: parentsOf(copies, observation),
    desiredFrom: (parent) => desiredFrom.get(parent) ?? [],
    holderOf: ({ key, settings }) =>
      images
        .get(key.region)
        ?.named(settings.name)
        .find((one) => !isCopyOf(one, key)),
    usable,
    leads: led.leads,
    isWronglyLeading: led.isWronglyLeading,
    rolledBackFrom: rollbacks.of,
    isSourceRevoked: revoked.isSourceRevoked,
    recall,
    publicationHoldOf,
    firstSeenAt: record.firstSeenAt,
    installations: record.installations,
    metInstallations: record.metInstallations ?? [],
    ...(record.uncertainUntil !== undefined && { uncertainUntil: record.uncertainUntil }),
    ...(record.uncertainBecause && { uncertainBecause: record.uncertainBecause }),
    isAccountStored: record.version > 0,
  };
  const problems: readonly Reason[] = [...recalls.problems, ...(sweep ? revoked.problems : [])];
  return {
    ctx,
    notSelected,
    undecided,
    remarks: { problems, imageProblems: led.problems, questions: led.questions },
    regionsLeftOut: publications.leftOut,
  };
}

/** What the step of one copy needs to know about the other records. */
function indexRecords(copies: readonly Copy[]) {
  const recorded = new CopyMap<Copy>();
  for (const copy of copies) recorded.set(copy.key, copy);
  const encrypted = groupBy(
    copies.filter(({ key }) => key.variant !== "plain"),
    rootInRegion,
  );
  const regions = new Set<string>();
  for (const copy of copies) if ("imageId" in copy) regions.add(copy.key.region);
  const adopted = adopters(copies);
  return {
    copyOf: (key: CopyKey) => recorded.get(key),
    encryptedOf: (key: CopyKey) => (encrypted.size === 0 ? [] : (encrypted.get(rootInRegion({ key })) ?? [])),
    hasOtherAdopter: (copy: Copy) => {
      const image = adoptedImage(copy);
      const first = image === undefined ? undefined : adopted.get(image);
      return first !== undefined && first !== copyId(copy.key);
    },
    hasCopyIn: (region: string) => regions.has(region),
  };
}

function groupByParent(desiredCopies: ReadonlyCopyMap<DesiredCopy>): ReadonlyCopyMap<readonly DesiredCopy[]> {
  const groups = new CopyMap<DesiredCopy[]>();
  for (const desired of desiredCopies.values()) {
    if (!desired.parent) continue;
    const group = groups.get(desired.parent);
    if (group) group.push(desired);
    else groups.set(desired.parent, [desired]);
  }
  return groups;
}

function rootInRegion({ key }: Pick<Copy, "key">): string {
  return `${key.rootRegion}/${key.rootId}/${key.region}`;
}
