import { isCopyOf, keyText, lineageOf } from "../model/identity.ts";
import { allCustom, NO_ANSWERS, type Observation } from "../model/observation.ts";
import { ASK_ALONE } from "../model/reasons.ts";
import type { Copy, CopyKey, ImageRef, Reason } from "../model/types.ts";
import { isUnwanted, wantedCopies } from "./desired/desired-copies.ts";
import { withdrawnShares } from "./desired/revoked-sources.ts";
import type { Want } from "./desired/types.ts";
import { families } from "./family/leaders.ts";
import { togetherness } from "./family/publish-together.ts";
import { rolledBackVersions } from "./family/rolled-back.ts";
import { adoptedImage, adopters, withoutSecondAdoption } from "./guards/adoption-conflicts.ts";
import { withFewDeletions, withoutHaste } from "./guards/deletion-budget.ts";
import { duplicates } from "./guards/duplicates.ts";
import { withoutMassVanishing } from "./guards/mass-disappearance.ts";
import { withoutNameClashes } from "./guards/name-conflicts.ts";
import { withinQuota } from "./guards/quota.ts";
import { strangers } from "./guards/unidentified-copies.ts";
import { advance } from "./lifecycle/reconcile-copy.ts";
import type { Act, Circumstances, Draft, Note, Plan, PlanInput, Send } from "./types.ts";

/**
 * Decides what to do now. Pure: the same input gives the same plan. Apply it, look again and plan again until it is
 * empty; every order of events and every crash in between leads to the same end.
 */
export function makePlan(input: PlanInput): Plan {
  const { observation, policies, copies, now } = input;
  const { answers = NO_ANSWERS, sweep = false, deleted = 0 } = input;
  const rolledBack = rolledBackVersions(copies, observation);
  const wanted = wantedCopies(policies, { ...input, isRolledBack: rolledBack.isRoot });
  const { wants } = wanted;
  const recorded = new Map(copies.map((copy) => [keyText(copy.key), copy]));
  const byFamily = families(copies, wants, observation, answers, sweep, rolledBack);
  const together = togetherness(wants, (key) => recorded.get(keyText(key)), now);
  const withdrawn = withdrawnShares(copies, wants, policies, observation, rolledBack.isRoot);
  const circumstances: Circumstances = {
    ...input,
    ...fromRecords(copies, recorded),
    wants,
    holderOf: ({ key, settings }) =>
      allCustom(observation, key.region)?.images.find((one) => one.name === settings.name && !isCopyOf(one, key)),
    ...byFamily,
    rolledBack: rolledBack.of,
    isWithdrawn: withdrawn.isWithdrawn,
    awaits: together.awaits,
    sweep,
    answers,
    bornAt: input.record.bornAt,
    ...(input.record.unknownUntil !== undefined && { unknownUntil: input.record.unknownUntil }),
  };
  const keys = new Map<string, CopyKey>(
    [...[...wants.values()].map((want) => want.key), ...copies.map((copy) => copy.key), ...orphans(observation)].map(
      (key) => [keyText(key), key],
    ),
  );

  const steps = [...keys.values()].sort(byRootThenRegion).map((key) => {
    const text = keyText(key);
    const unwanted = isUnwanted(key, wanted, observation, withdrawn.isWithdrawn);
    return advance(key, recorded.get(text), wants.get(text), unwanted, observation, circumstances);
  });
  const problems = [
    ...unreadable(observation),
    ...duplicates(copies, observation),
    ...strangers([...keys.values()], policies, observation),
    ...byFamily.problems,
    ...(sweep ? withdrawn.problems : []),
    ...steps.flatMap(({ problem }) => problem ?? []),
  ];
  const checked = input.acceptVanished ? steps : withoutMassVanishing(steps, copies, problems);
  const unique = withoutNameClashes(withoutSecondAdoption(checked), copies, wants, now);
  const { steps: fitting, asks } = withinQuota(unique, wants, circumstances, observation);
  const final = withFewDeletions(withoutHaste(fitting, wants), deleted);

  const notes = final.flatMap(({ note, act }): Note[] => {
    if (!note) return [];
    return [{ do: "note", ...note, ...(act && act.do !== "send" && { before: act }) }];
  });
  const acts = final.flatMap((step) => (step.act ? [step.act] : []));
  const remembered = new Map([...copies, ...notes.map((n) => n.copy)].map((copy) => [keyText(copy.key), copy]));
  return {
    actions: [...notes, ...acts.filter((act) => act.do !== "send"), ...sends(acts)],
    passedOver: wanted.passedOver,
    problems,
    warnings: [...largeSources(acts, wants), ...leftOut(acts, wants, together.leftOut)],
    kept: final.flatMap(({ kept }) => kept ?? []),
    wants,
    copies: [...remembered.values()],
    questions: [...byFamily.asks, ...asks, ...steps.flatMap((step) => step.asks ?? [])],
  };
}

/** What the records tell of each other. */
function fromRecords(copies: readonly Copy[], recorded: ReadonlyMap<string, Copy>) {
  const images = new Set(copies.flatMap((c) => ("imageId" in c && c.imageId ? [`${c.key.region}/${c.imageId}`] : [])));
  const parents = new Set(
    copies.flatMap((c) => (c.state === "copying" ? [`${c.claim.parent.region}/${c.claim.parent.imageId}`] : [])),
  );
  const adopted = adopters(copies);
  return {
    copyOf: (key: CopyKey) => recorded.get(keyText(key)),
    encryptedOf: ({ rootRegion, rootId, region }: CopyKey) =>
      copies.filter(
        ({ key }) =>
          key.variant !== "plain" && key.rootId === rootId && key.rootRegion === rootRegion && key.region === region,
      ),
    hasOtherAdopter: (copy: Copy) => (adopted.get(adoptedImage(copy) ?? "") ?? keyText(copy.key)) !== keyText(copy.key),
    isRecorded: (image: ImageRef) => images.has(`${image.region}/${image.imageId}`),
    isParent: (image: ImageRef) => parents.has(`${image.region}/${image.imageId}`),
  };
}

/** Families that move in this plan, without some regions. */
function leftOut(acts: readonly Act[], wants: ReadonlyMap<string, Want>, regions: (want: Want) => string): Reason[] {
  return acts.flatMap((act) => {
    if (act.do !== "modify" || !act.attributes.family) return [];
    const want = wants.get(keyText(act.copy.key));
    const without = want ? regions(want) : "";
    if (!want || !without) return [];
    const text = `family ${act.attributes.family} moves to the copy of ${want.root.imageId} in ${want.key.region}${without}`;
    return [{ code: "left-out", text, remedy: "see there why; they follow when that has passed" }];
  });
}

function byRootThenRegion(a: CopyKey, b: CopyKey): number {
  return keyText(a) < keyText(b) ? -1 : 1;
}

/** Copies of ours that the cloud shows by their lineage, whoever remembers or wants them. */
function orphans(observation: Observation): CopyKey[] {
  return [...observation.regions.entries()].flatMap(([region, view]) =>
    [...view.images.values()].flatMap((image) => {
      const lineage = lineageOf(image);
      if (image.type !== "custom" || lineage?.account !== observation.account) return [];
      const { account, rootRegion, rootId, variant } = lineage;
      return [{ account, rootRegion, rootId, region, variant }];
    }),
  );
}

/** One call for each source and token; a destination that made a call fail in an unknown way has one of its own. */
function sends(acts: readonly Act[]): Send[] {
  const groups = new Map<string, { source: ImageRef; token: string; drafts: Draft[] }>();
  for (const act of acts) {
    if (act.do !== "send") continue;
    const { parent, token } = act.draft.claim;
    const { copy } = act.draft;
    const alone = copy.state === "waiting" && copy.reason.code === ASK_ALONE ? copy.key.region : "";
    const id = `${parent.region}/${parent.imageId}/${token}/${alone}`;
    const group = groups.get(id) ?? { source: parent, token, drafts: [] };
    group.drafts.push(act.draft);
    groups.set(id, group);
  }
  return [...groups.values()].map((group) => ({ do: "send", ...group }));
}

/** The vendor's older documents allow 50 GiB; the API names no limit (cvm 2017-03-12, InvalidImageId.TooLarge). */
const DOCUMENTED_SIZE_GIB = 50;

function largeSources(acts: readonly Act[], wants: ReadonlyMap<string, Want>): Reason[] {
  const sent = acts.flatMap((act) => (act.do === "send" ? (wants.get(keyText(act.draft.copy.key))?.root ?? []) : []));
  return [...new Set(sent)]
    .filter((root) => root.sizeGiB > DOCUMENTED_SIZE_GIB)
    .map((root) => ({
      code: "large",
      text: `${root.imageId} ("${root.name}") has ${root.sizeGiB} GiB; the cloud may refuse more than ${DOCUMENTED_SIZE_GIB}`,
      remedy: "set maxSizeGiB in the policy to leave such images out",
    }));
}

function unreadable(observation: Observation): Reason[] {
  return [...observation.unreadable.values()];
}
