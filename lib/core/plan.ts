import type { AccountRecord, Copy, CopyKey, ImageRef, Millis, Policy, Reason } from "../types.ts";
import { adoptedImage, adopters, withoutSecondAdoption } from "./adoption.ts";
import { advance } from "./advance.ts";
import { duplicates } from "./duplicates.ts";
import { hasFailed } from "./found.ts";
import { keyText, lineageOf, tokenHash, tokenIn } from "./mark.ts";
import { allCustom, type Observation } from "./observation.ts";
import { type Act, ASK_ALONE, type Circumstances, type Draft, type Step } from "./step.ts";
import { isUnwanted, type PassedOver, type Want, wantedCopies } from "./wanted.ts";

/** Everything that a plan depends on. */
export interface PlanInput {
  readonly policies: readonly Policy[];
  readonly observation: Observation;
  readonly copies: readonly Copy[];
  readonly record: AccountRecord;
  readonly now: Millis;
  readonly settle: Millis;
  /** See `Circumstances`. */
  readonly ended: ReadonlySet<string>;
  /** A person has confirmed that the copies which vanished are gone. */
  readonly acceptVanished?: boolean;
}

/** A change of the record of one copy, with no call. */
export interface Note {
  readonly do: "note";
  readonly copy: Copy;
  readonly what: string;
  readonly text: string;
}

/** One SyncImages: one source, one name, all destinations that may be asked for now. */
export interface Send {
  readonly do: "send";
  readonly source: ImageRef;
  readonly token: string;
  readonly drafts: readonly Draft[];
}

/** What to do now, in this order. */
export type Action = Note | Send | Exclude<Act, { do: "send" }>;

/** What to do now, as data; and what is not done, each with its reason. */
export interface Plan {
  readonly actions: readonly Action[];
  readonly passedOver: readonly PassedOver[];
  /** What needs a person; nothing is done about these. */
  readonly problems: readonly Reason[];
  /** What somebody should know before it is done. */
  readonly warnings: readonly Reason[];
  /** The copies as they will be remembered when the notes of this plan are written. */
  readonly copies: readonly Copy[];
}

/**
 * Decides what to do now. Pure: the same input gives the same plan. Apply it, look again and plan again until it is
 * empty; every order of events and every crash in between leads to the same end.
 */
export function makePlan(input: PlanInput): Plan {
  const { observation, policies, copies, now, settle, ended, record } = input;
  const wanted = wantedCopies(policies, observation, copies, now);
  const recorded = new Map(copies.map((copy) => [keyText(copy.key), copy]));
  const images = new Set(copies.flatMap((c) => ("imageId" in c && c.imageId ? [`${c.key.region}/${c.imageId}`] : [])));
  const adopted = adopters(copies);
  const circumstances: Circumstances = {
    now,
    settle,
    ended,
    bornAt: record.bornAt,
    copyOf: (key) => recorded.get(keyText(key)),
    hasOtherAdopter: (copy) => (adopted.get(adoptedImage(copy) ?? "") ?? keyText(copy.key)) !== keyText(copy.key),
    isRecorded: (image) => images.has(`${image.region}/${image.imageId}`),
    ...(record.unknownUntil !== undefined && { unknownUntil: record.unknownUntil }),
  };
  const keys = new Map<string, CopyKey>(
    [
      ...[...wanted.wants.values()].map((want) => want.key),
      ...copies.map((copy) => copy.key),
      ...orphans(observation),
    ].map((key) => [keyText(key), key]),
  );

  const steps = [...keys.values()].sort(byRootThenRegion).map((key) => {
    const text = keyText(key);
    const unwanted = isUnwanted(key, wanted, observation);
    return advance(key, recorded.get(text), wanted.wants.get(text), unwanted, observation, circumstances);
  });
  const problems = [
    ...unreadable(observation),
    ...duplicates(copies, observation),
    ...strangers([...keys.values()], policies, observation),
  ];
  const checked = input.acceptVanished ? steps : withoutMassVanishing(steps, copies, problems);
  const unique = withoutNameClashes(withoutSecondAdoption(checked), copies, wanted.wants, now);

  const notes = unique.flatMap((step): Note[] => (step.note ? [{ do: "note", ...step.note }] : []));
  const acts = unique.flatMap((step) => (step.act ? [step.act] : []));
  const remembered = new Map([...copies, ...notes.map((n) => n.copy)].map((copy) => [keyText(copy.key), copy]));
  return {
    actions: [...notes, ...acts.filter((act) => act.do !== "send"), ...sends(acts)],
    passedOver: wanted.passedOver,
    problems,
    warnings: largeSources(acts, wanted.wants),
    copies: [...remembered.values()],
  };
}

/** The plan, without the actions on copies that somebody left out. */
export function onlyThese(plan: Plan, only?: (key: CopyKey, policy: string) => boolean): Plan {
  if (!only) return plan;
  const keep = (copy: Copy) => only(copy.key, copy.policy);
  const actions = plan.actions.flatMap((action): Action[] => {
    if (action.do !== "send") return keep(action.copy) ? [action] : [];
    const drafts = action.drafts.filter((draft) => keep(draft.copy));
    return drafts.length > 0 ? [{ ...action, drafts }] : [];
  });
  return { ...plan, actions };
}

/** The plan, without what changes anything in the cloud. */
export function onlyNotes(plan: Plan): Plan {
  return { ...plan, actions: plan.actions.filter((action) => action.do === "note") };
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

/** Unfinished copies of ours of which nobody knows whose they are: the state was lost, and the root is gone or not wanted. */
function strangers(keys: readonly CopyKey[], policies: readonly Policy[], observation: Observation): Reason[] {
  const isWhole = ({ from, select }: Policy) =>
    from.every((region) => observation.regions.get(region)?.complete.has(select.type));
  if (!policies.every((policy) => !policy.enabled || isWhole(policy))) return [];
  const known = new Set(keys.map(tokenHash));
  return [...observation.regions.keys()].flatMap((region) =>
    (allCustom(observation, region)?.images ?? []).flatMap((image) => {
      const token = tokenIn(image.name);
      if (!token || known.has(token.hash) || lineageOf(image) || hasFailed(image)) return [];
      const text = `${image.imageId} in ${region} ("${image.name}") was asked for by this program, and nobody knows of what it is a copy`;
      return [{ code: "unknown-copy", text, remedy: "delete it, or rename it to keep it" }];
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

/** If many copies vanish at once, something else is wrong: other credentials, an outage, an accident. */
function withoutMassVanishing(steps: readonly Step[], copies: readonly Copy[], problems: Reason[]): Step[] {
  // One that is retired is nobody's loss.
  const stood = new Set(
    copies.filter((copy) => copy.state !== "retired" && hasImage(copy)).map(({ key }) => keyText(key)),
  );
  const isLoss = ({ note }: Step) => note?.what === "gone" && stood.has(keyText(note.copy.key));
  const gone = steps.filter(isLoss);
  if (gone.length <= Math.max(3, Math.floor(stood.size / 10))) return [...steps];
  problems.push({
    code: "many-vanished",
    text: `${gone.length} of ${stood.size} copies are not there any more; nothing is done about them`,
    remedy:
      "check that nobody changed the account; if they were deleted on purpose: cvm-replicator apply --accept-vanished",
  });
  return steps.filter((step) => !isLoss(step));
}

function hasImage(copy: Copy): boolean {
  return "imageId" in copy && copy.imageId !== undefined;
}

/** Two copies of different roots may not want one name in one region; the older root keeps it. */
function withoutNameClashes(
  steps: readonly Step[],
  copies: readonly Copy[],
  wants: ReadonlyMap<string, Want>,
  now: Millis,
): Step[] {
  const taken = new Map<string, string>();
  for (const copy of copies) {
    if ("claim" in copy && copy.claim) taken.set(`${copy.key.region}/${copy.claim.settings.name}`, keyText(copy.key));
  }
  const rootAge = (step: Step) =>
    step.act?.do === "send" ? (wants.get(keyText(step.act.draft.copy.key))?.root.createdAt ?? 0) : 0;
  const clashing = new Set<Step>();
  for (const step of [...steps].sort((a, b) => rootAge(a) - rootAge(b))) {
    if (step.act?.do !== "send") continue;
    const { copy, claim } = step.act.draft;
    const name = `${copy.key.region}/${claim.settings.name}`;
    const holder = taken.get(name);
    if (holder !== undefined && holder !== keyText(copy.key)) clashing.add(step);
    else taken.set(name, keyText(copy.key));
  }
  return steps.flatMap((step) => {
    if (!clashing.has(step) || step.act?.do !== "send") return [step];
    const { copy, claim } = step.act.draft;
    const text = `another copy that is being made in ${copy.key.region} will be named "${claim.settings.name}"`;
    const reason = {
      code: "name-clash",
      text,
      remedy: "make the names differ: copy.name with {{sourceRegion}} or {{sourceId}}",
    };
    if (copy.state === "blocked" && copy.reason.code === reason.code) return [];
    const { key, policy, rootName, attempts, claims, createdAt, version } = copy;
    const base = { key, policy, rootName, attempts, claims, createdAt, version, updatedAt: now };
    return [{ note: { copy: { ...base, state: "blocked", reason }, what: "blocked", text } }];
  });
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

/** When there may be something to do again: the earliest time that a copy waits for, or undefined if none does. */
export function nextCheck(copies: readonly Copy[], now: Millis): Millis | undefined {
  const times = copies.flatMap((copy) => {
    if (copy.missingSince !== undefined) return [now];
    if (copy.state === "copying" || copy.state === "finishing") return [now];
    if (copy.state === "waiting" || copy.state === "retrying") return [copy.notBefore ?? now];
    if (copy.state === "blocked" && copy.notBefore !== undefined) return [copy.notBefore];
    return [];
  });
  return times.length > 0 ? Math.min(...times) : undefined;
}
