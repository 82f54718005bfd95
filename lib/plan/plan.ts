// The pipeline: desired copies, one step for each copy, guards, one call for each source.
import { copyId, isCopyOf, lineageOf } from "../model/identity.ts";
import { REQUEST_ALONE, reason } from "../model/messages/reasons.ts";
import { allCustom, NO_ANSWERS, type Observation } from "../model/observation.ts";
import type { Copy, CopyKey, ImageRef, Reason } from "../model/types.ts";
import { isOrphan, listDesiredCopies } from "./desired/desired-copies.ts";
import { findRevokedSources } from "./desired/revoked-sources.ts";
import type { DesiredCopy } from "./desired/types.ts";
import { families } from "./family/leaders.ts";
import { groupPublications } from "./family/publish-together.ts";
import { rolledBackVersions } from "./family/rolled-back.ts";
import { adoptedImage, adopters, withoutSecondAdoption } from "./guards/adoption-conflicts.ts";
import { withinDeletionBudget, withoutDeletionsInMovingFamilies } from "./guards/deletion-budget.ts";
import { duplicates } from "./guards/duplicates.ts";
import { withoutMassDisappearance } from "./guards/mass-disappearance.ts";
import { withoutNameConflicts } from "./guards/name-conflicts.ts";
import { withinQuota } from "./guards/quota.ts";
import { unidentifiedCopies } from "./guards/unidentified-copies.ts";
import { reconcileCopy } from "./lifecycle/reconcile-copy.ts";
import type { ClaimRequest, CloudCall, Plan, PlanContext, PlanInput, RecordChange, Send } from "./types.ts";

/**
 * Decides what to do now. Pure: the same input gives the same plan. A run applies the plan,
 * observes and plans again until the plan is empty. Every order of events and every crash in
 * between leads to the same end.
 */
export function makePlan(input: PlanInput): Plan {
  const { observation, policies, copies, now } = input;
  const { answers = NO_ANSWERS, sweep = false, deleted = 0 } = input;
  const rollbacks = rolledBackVersions(copies, observation);
  const desiredResult = listDesiredCopies(policies, { ...input, isRolledBack: rollbacks.isRoot });
  const { desiredCopies } = desiredResult;
  const recorded = new Map(copies.map((copy) => [copyId(copy.key), copy]));
  const byFamily = families(copies, desiredCopies, observation, answers, sweep, rollbacks);
  const publications = groupPublications(desiredCopies, (key) => recorded.get(copyId(key)), now);
  const revoked = findRevokedSources(copies, desiredCopies, policies, observation, rollbacks.isRoot);
  const context: PlanContext = {
    ...input,
    ...fromRecords(copies, recorded),
    desiredCopies,
    holderOf: ({ key, settings }) =>
      allCustom(observation, key.region)?.images.find((one) => one.name === settings.name && !isCopyOf(one, key)),
    ...byFamily,
    rolledBackFrom: rollbacks.of,
    isSourceRevoked: revoked.isSourceRevoked,
    publicationHoldOf: publications.publicationHoldOf,
    sweep,
    answers,
    firstSeenAt: input.record.firstSeenAt,
    ...(input.record.uncertainUntil !== undefined && { uncertainUntil: input.record.uncertainUntil }),
  };
  const keys = new Map<string, CopyKey>(
    [
      ...[...desiredCopies.values()].map((desired) => desired.key),
      ...copies.map((copy) => copy.key),
      ...keysByLineage(observation),
    ].map((key) => [copyId(key), key]),
  );

  const steps = [...keys.values()].sort(byRootThenRegion).map((key) => {
    const id = copyId(key);
    const isOrphaned = isOrphan(key, desiredResult, observation, revoked.isSourceRevoked);
    return reconcileCopy(key, recorded.get(id), desiredCopies.get(id), isOrphaned, observation, context);
  });
  const problems = [
    ...unreadable(observation),
    ...duplicates(copies, observation),
    ...unidentifiedCopies([...keys.values()], policies, observation),
    ...byFamily.problems,
    ...(sweep ? revoked.problems : []),
    ...steps.flatMap(({ problem }) => problem ?? []),
  ];
  const checked = input.acceptVanished ? steps : withoutMassDisappearance(steps, copies, problems);
  const unique = withoutNameConflicts(withoutSecondAdoption(checked), copies, desiredCopies, now);
  const { steps: fitting, questions } = withinQuota(unique, desiredCopies, context, observation);
  const final = withinDeletionBudget(withoutDeletionsInMovingFamilies(fitting, desiredCopies), deleted);

  const changes = final.flatMap(({ change, call }): RecordChange[] => {
    if (!change) return [];
    return [{ do: "record", ...change, ...(call && call.do !== "send" && { before: call }) }];
  });
  const calls = final.flatMap((step) => (step.call ? [step.call] : []));
  const nextRecords = new Map([...copies, ...changes.map((n) => n.copy)].map((copy) => [copyId(copy.key), copy]));
  return {
    actions: [...changes, ...calls.filter((call) => call.do !== "send"), ...sends(calls)],
    notSelected: desiredResult.notSelected,
    problems,
    warnings: [...largeSources(calls, desiredCopies), ...leftOut(calls, desiredCopies, publications.leftOut)],
    retained: final.flatMap(({ retained }) => retained ?? []),
    desiredCopies,
    copies: [...nextRecords.values()],
    questions: [...byFamily.questions, ...questions, ...steps.flatMap((step) => step.questions ?? [])],
  };
}

/** What the step of one copy needs to know about the other records. */
function fromRecords(copies: readonly Copy[], recorded: ReadonlyMap<string, Copy>) {
  const recordedImages = new Set(
    copies.flatMap((copy) => ("imageId" in copy && copy.imageId ? [`${copy.key.region}/${copy.imageId}`] : [])),
  );
  const parents = new Set(
    copies.flatMap((c) => (c.state === "copying" ? [`${c.claim.parent.region}/${c.claim.parent.imageId}`] : [])),
  );
  const adopted = adopters(copies);
  return {
    copyOf: (key: CopyKey) => recorded.get(copyId(key)),
    encryptedOf: ({ rootRegion, rootId, region }: CopyKey) =>
      copies.filter(
        ({ key }) =>
          key.variant !== "plain" && key.rootId === rootId && key.rootRegion === rootRegion && key.region === region,
      ),
    hasOtherAdopter: (copy: Copy) => (adopted.get(adoptedImage(copy) ?? "") ?? copyId(copy.key)) !== copyId(copy.key),
    isRecorded: (image: ImageRef) => recordedImages.has(`${image.region}/${image.imageId}`),
    isParent: (image: ImageRef) => parents.has(`${image.region}/${image.imageId}`),
  };
}

/** Warnings about families that move in this plan, but not in every region. */
function leftOut(
  calls: readonly CloudCall[],
  desiredCopies: ReadonlyMap<string, DesiredCopy>,
  regions: (desired: DesiredCopy) => string,
): Reason[] {
  return calls.flatMap((call) => {
    if (call.do !== "modify" || !call.attributes.family) return [];
    const desired = desiredCopies.get(copyId(call.copy.key));
    const without = desired ? regions(desired) : "";
    if (!desired || !without) return [];
    const { root, key } = desired;
    const { family } = call.attributes;
    return [reason("left-out", { family, rootId: root.imageId, region: key.region, without })];
  });
}

function byRootThenRegion(a: CopyKey, b: CopyKey): number {
  return copyId(a) < copyId(b) ? -1 : 1;
}

/** Our copies by the lineage tags that the cloud shows, recorded and desired or not. */
function keysByLineage(observation: Observation): CopyKey[] {
  return [...observation.regions.entries()].flatMap(([region, view]) =>
    [...view.images.values()].flatMap((image) => {
      const lineage = lineageOf(image);
      if (image.type !== "custom" || lineage?.account !== observation.account) return [];
      const { account, rootRegion, rootId, variant } = lineage;
      return [{ account, rootRegion, rootId, region, variant }];
    }),
  );
}

/**
 * One call for each source and token. A destination that must be requested alone gets a call of its
 * own.
 */
function sends(calls: readonly CloudCall[]): Send[] {
  const groups = new Map<string, { source: ImageRef; token: string; claimRequests: ClaimRequest[] }>();
  for (const call of calls) {
    if (call.do !== "send") continue;
    const { parent, token } = call.claimRequest.claim;
    const { copy } = call.claimRequest;
    const alone = copy.state === "waiting" && copy.reason.code === REQUEST_ALONE ? copy.key.region : "";
    const id = `${parent.region}/${parent.imageId}/${token}/${alone}`;
    const group = groups.get(id) ?? { source: parent, token, claimRequests: [] };
    group.claimRequests.push(call.claimRequest);
    groups.set(id, group);
  }
  return [...groups.values()].map((group) => ({ do: "send", ...group }));
}

/**
 * The vendor's older documents allow 50 GiB; the API names no limit (cvm 2017-03-12,
 * InvalidImageId.TooLarge).
 */
const DOCUMENTED_SIZE_GIB = 50;

/** Warnings about sources that are larger than the documented size. */
function largeSources(calls: readonly CloudCall[], desiredCopies: ReadonlyMap<string, DesiredCopy>): Reason[] {
  const sent = calls.flatMap((call) =>
    call.do === "send" ? (desiredCopies.get(copyId(call.claimRequest.copy.key))?.root ?? []) : [],
  );
  return [...new Set(sent)]
    .filter((root) => root.sizeGiB > DOCUMENTED_SIZE_GIB)
    .map(({ imageId, name, sizeGiB }) =>
      reason("large", { imageId, name, sizeGiB, documentedGiB: DOCUMENTED_SIZE_GIB }),
    );
}

function unreadable(observation: Observation): Reason[] {
  return [...observation.unreadable.values()];
}
