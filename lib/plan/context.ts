// Makes the context of a plan once, with an index for everything that is looked up for every copy.
import { groupBy } from "../model/collections.ts";
import { copyId, isCopyOf, refText } from "../model/identity.ts";
import { NO_ANSWERS } from "../model/observation.ts";
import type { Copy, CopyKey, ImageRef, Reason } from "../model/types.ts";
import { listDesiredCopies } from "./desired/desired-copies.ts";
import { findRevokedSources } from "./desired/revoked-sources.ts";
import type { DesiredCopy, NotSelected } from "./desired/types.ts";
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
export interface Facts {
  readonly ctx: PlanContext;
  readonly notSelected: readonly NotSelected[];
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
  const { mayDeleteLast = () => false, confirmedDeletions } = input;
  const images = indexImages(observation);
  const rollbacks = rolledBackVersions(copies, observation, input);
  const recalls = recalledSources(input);
  const selection = {
    ...{ observation, copies, now, settle, isRolledBack: rollbacks.isRoot },
    isRecallHeld: ({ region: rootRegion, imageId: rootId }: ImageRef) => recalls.isHeld({ rootRegion, rootId }),
  };
  const recorded = recordedImages(copies, observation);
  const { desiredCopies, notSelected } = listDesiredCopies(policies, { ...selection, recorded });
  const records = indexRecords(copies);
  const recall = recallInFamilies({ copies, observation, copyOf: records.copyOf }, recalls, desiredCopies, rollbacks);
  const { isRecalled } = recalls;
  const publications = groupPublications(desiredCopies, records.copyOf, now);
  const publicationHoldOf = (desired: DesiredCopy) =>
    recall.isUrgent(placeOf(desired)) ? undefined : publications.publicationHoldOf(desired);
  const isHeld = (desired: DesiredCopy) => publicationHoldOf(desired) !== undefined;
  const led = families(
    { copies, observation, answers, sweep, now, images, isRecalled, isHeld },
    desiredCopies,
    rollbacks,
  );
  const usable = usableCopies(copies, observation, rollbacks);
  const revoked = findRevokedSources({ copies, policies, observation }, desiredCopies, rollbacks.isRoot);
  const byParent = groupBy(desiredCopies.values(), ({ parent }) => parent && copyId(parent));
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
    },
    ...records,
    recordOf: (image) => recorded.get(refText(image)),
    customImages,
    isParent: parentsOf(copies, observation),
    desiredFrom: (parent) => byParent.get(copyId(parent)) ?? [],
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
    remarks: { problems, imageProblems: led.problems, questions: led.questions },
    regionsLeftOut: publications.leftOut,
  };
}

/** What the step of one copy needs to know about the other records. */
function indexRecords(copies: readonly Copy[]) {
  const recorded = new Map(copies.map((copy) => [copyId(copy.key), copy]));
  const encrypted = groupBy(
    copies.filter(({ key }) => key.variant !== "plain"),
    rootInRegion,
  );
  const regions = new Set(copies.flatMap((copy) => ("imageId" in copy ? [copy.key.region] : [])));
  const adopted = adopters(copies);
  return {
    copyOf: (key: CopyKey) => recorded.get(copyId(key)),
    encryptedOf: (key: CopyKey) => encrypted.get(rootInRegion({ key })) ?? [],
    hasOtherAdopter: (copy: Copy) => (adopted.get(adoptedImage(copy) ?? "") ?? copyId(copy.key)) !== copyId(copy.key),
    hasCopyIn: (region: string) => regions.has(region),
  };
}

function rootInRegion({ key }: Pick<Copy, "key">): string {
  return `${key.rootRegion}/${key.rootId}/${key.region}`;
}
