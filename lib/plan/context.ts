// Makes the context of a plan once, with an index for everything that is looked up for every copy.
import { groupBy } from "../model/group-by.ts";
import { copyId, imageIdOf, isCopyOf } from "../model/identity.ts";
import { NO_ANSWERS } from "../model/observation.ts";
import type { Copy, CopyKey, ImageRef, Reason } from "../model/types.ts";
import { listDesiredCopies } from "./desired/desired-copies.ts";
import { findRevokedSources } from "./desired/revoked-sources.ts";
import type { DesiredCopy, NotSelected } from "./desired/types.ts";
import { families } from "./family/leaders.ts";
import { groupPublications } from "./family/publish-together.ts";
import { rolledBackVersions } from "./family/rolled-back.ts";
import { adoptedImage, adopters } from "./guards/adoption-conflicts.ts";
import { indexImages } from "./image-index.ts";
import type { Guarded, PlanContext, PlanInput } from "./types.ts";

/** The context, and what else was found while it was made. */
export interface Facts {
  readonly ctx: PlanContext;
  readonly notSelected: readonly NotSelected[];
  /** Problems with families and revoked sources, and questions about families. */
  readonly remarks: Required<Omit<Guarded, "steps">>;
  /** The regions that a publication leaves out, as an addition to a sentence. */
  readonly regionsLeftOut: (desired: DesiredCopy) => string;
}

/** Finds out what the policies desire, who leads each family, and what else a step depends on. */
export function gatherFacts(input: PlanInput): Facts {
  const { observation, policies, copies, record, now, settle, ended } = input;
  const { answers = NO_ANSWERS, sweep = false, deleted = 0, acceptVanished = false } = input;
  const images = indexImages(observation);
  const rollbacks = rolledBackVersions(copies, observation);
  const selection = { observation, copies, now, settle, isRolledBack: rollbacks.isRoot };
  const { desiredCopies, notSelected } = listDesiredCopies(policies, selection);
  const records = indexRecords(copies);
  const led = families({ copies, observation, answers, sweep, images }, desiredCopies, rollbacks);
  const publications = groupPublications(desiredCopies, records.copyOf, now);
  const revoked = findRevokedSources({ copies, policies, observation }, desiredCopies, rollbacks.isRoot);
  const byParent = groupBy(desiredCopies.values(), ({ parent }) => parent && copyId(parent));
  const customImages = (region: string) => {
    const found = images.get(region);
    return found?.isWhole ? found : undefined;
  };
  const ctx: PlanContext = {
    ...{ observation, policies, copies, now, settle, ended, answers, sweep, deleted, acceptVanished, desiredCopies },
    ...records,
    customImages,
    desiredFrom: (parent) => byParent.get(copyId(parent)) ?? [],
    holderOf: ({ key, settings }) =>
      customImages(key.region)
        ?.named(settings.name)
        .find((one) => !isCopyOf(one, key)),
    leads: led.leads,
    isWronglyLeading: led.isWronglyLeading,
    rolledBackFrom: rollbacks.of,
    isSourceRevoked: revoked.isSourceRevoked,
    publicationHoldOf: publications.publicationHoldOf,
    firstSeenAt: record.firstSeenAt,
    ...(record.uncertainUntil !== undefined && { uncertainUntil: record.uncertainUntil }),
  };
  const problems: readonly Reason[] = [...led.problems, ...(sweep ? revoked.problems : [])];
  return { ctx, notSelected, remarks: { problems, questions: led.questions }, regionsLeftOut: publications.leftOut };
}

/** What the step of one copy needs to know about the other records. */
function indexRecords(copies: readonly Copy[]) {
  const recorded = new Map(copies.map((copy) => [copyId(copy.key), copy]));
  const recordedImages = new Set(
    copies.flatMap((copy) => {
      const imageId = imageIdOf(copy);
      return imageId ? [refText({ region: copy.key.region, imageId })] : [];
    }),
  );
  const parents = new Set(copies.flatMap((copy) => (copy.state === "copying" ? [refText(copy.claim.parent)] : [])));
  const encrypted = groupBy(
    copies.filter(({ key }) => key.variant !== "plain"),
    rootInRegion,
  );
  const adopted = adopters(copies);
  return {
    copyOf: (key: CopyKey) => recorded.get(copyId(key)),
    encryptedOf: (key: CopyKey) => encrypted.get(rootInRegion({ key })) ?? [],
    hasOtherAdopter: (copy: Copy) => (adopted.get(adoptedImage(copy) ?? "") ?? copyId(copy.key)) !== copyId(copy.key),
    isRecorded: (image: ImageRef) => recordedImages.has(refText(image)),
    isParent: (image: ImageRef) => parents.has(refText(image)),
  };
}

function rootInRegion({ key }: Pick<Copy, "key">): string {
  return `${key.rootRegion}/${key.rootId}/${key.region}`;
}

function refText({ region, imageId }: ImageRef): string {
  return `${region}/${imageId}`;
}
