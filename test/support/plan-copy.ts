// One copy of a planner's test: the image that the cloud shows of it, and our record, by its state.
import { asideName, intermediateName, lineageTags, tokenName } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { Claim, Copy, CopyPhase, Image, Reason, Variant } from "../../lib/model/types.ts";
import { claim, image, keyOf, LAB, NOW } from "./builders.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** The phase of the record. */
export type Stage = CopyPhase;

type Fields<U> = U extends unknown ? keyof U : never;
type Field<U, K> = U extends unknown ? (K extends keyof U ? U[K] : never) : never;

/** Fields of a record in any state. `undefined` removes a field; a code may stand for a reason. */
export type RecordFields = {
  readonly [K in Exclude<Fields<Copy>, "key" | "phase" | "claim" | "reason" | "publicationHold" | "nameHold">]?:
    | Field<Copy, K>
    | undefined;
} & {
  readonly claim?: Partial<Claim>;
  readonly reason?: string | Reason;
  readonly publicationHold?: string;
  readonly nameHold?: string;
};

/** How one copy differs from the default of its state. */
export interface CopyFields {
  /** Its source, by the image id; the last source that was named unless given. */
  readonly of?: string;
  /** The policy that created it. */
  readonly policy?: string;
  readonly variant?: Variant;
  /** The other installation that made it; this one unless given. */
  readonly installation?: string;
  /** Which of its names it has: `temporary` while it is unfinished, then `final`, unless given. */
  readonly name?: "temporary" | "intermediate" | "aside" | "final";
  /** `false`: its image has no lineage tags. */
  readonly lineage?: false;
  /** What the cloud shows; tags are added to the lineage tags. `absent`: the image does not exist. */
  readonly image?: Partial<Image> | "absent";
  /** What is recorded. `absent`: the copy has no record. */
  readonly record?: RecordFields | "absent";
}

const UNFINISHED: readonly Stage[] = ["requested", "copying", "finishing", "stuck"];
const WITHOUT_IMAGE: readonly Stage[] = ["requested", "waiting", "retrying", "blocked", "failed", "ended"];

/** The image and the record of a copy. Copies that were not requested have an image only if `fields` name one. */
export function copyIn(stage: Stage, root: Image, region: string, fields: CopyFields) {
  const { policy = "golden", variant = "plain", installation = LAB } = fields;
  const key = { ...keyOf(region, root), variant };
  const isShown = typeof fields.image === "object" || (!fields.image && !WITHOUT_IMAGE.includes(stage));
  const shown = typeof fields.image === "object" ? fields.image : {};
  const names = {
    temporary: tokenName(key, root.name, 1, installation),
    intermediate: intermediateName(key, root.name),
    aside: asideName(key, root.name),
    final: root.name,
  };
  const imageId = shown.imageId ?? `${root.imageId}-${region}${variant === "plain" ? "" : "-enc"}`;
  const name = names[fields.name ?? (UNFINISHED.includes(stage) ? "temporary" : "final")];
  const parent = { region: root.region, imageId: root.imageId };
  const inCloud = image({
    region,
    imageId,
    name,
    description: root.description,
    createdAt: NOW - (UNFINISHED.includes(stage) ? MINUTE : 60 * MINUTE),
    state: stage === "copying" ? "SYNCING" : "NORMAL",
    ...shown,
    tags: { ...(fields.lineage ?? lineageTags(key, imageId, { parent, policy, installation })), ...shown.tags },
  });
  const settings = { name: root.name, description: root.description, tags: {} };
  const claimed = claim({ token: names.temporary, parent, settings });
  const base = {
    key,
    policy,
    rootName: root.name,
    rootCreatedAt: root.createdAt,
    rootFamily: root.family ?? "",
    ...(shown.family && { family: shown.family }),
    attempts: stage === "failed" ? 5 : 0,
    claimCount: 1,
    createdAt: NOW - 60 * MINUTE,
    updatedAt: NOW - MINUTE,
    version: 3,
  };
  const maker = fields.installation === undefined ? { adopted: false } : { adopted: true, installation };
  const byStage = {
    waiting: {},
    retrying: { notBefore: NOW },
    blocked: {},
    failed: {},
    requested: { claim: claimed },
    copying: { claim: claimed, imageId, progressedAt: NOW - MINUTE },
    finishing: { claim: claimed, imageId, progressedAt: NOW - MINUTE },
    stuck: { claim: claimed, imageId },
    ready: { imageId, name: inCloud.name, readyAt: NOW - 60 * MINUTE, ...maker },
    retired: { imageId, name: inCloud.name, since: NOW - 8 * DAY, ...maker },
    ended: { since: NOW - 8 * DAY },
  }[stage];
  const record = () => {
    const { claim: claimFields, reason, publicationHold, nameHold, ...own } = (fields.record ?? {}) as RecordFields;
    const isReasoned = ["waiting", "retrying", "blocked", "stuck", "failed", "retired", "ended"].includes(stage);
    const all = {
      ...base,
      phase: stage,
      ...byStage,
      ...(isReasoned && {
        reason: reasonOf(reason ?? (stage === "retired" || stage === "ended" ? "deselected" : "other")),
      }),
      ...(claimFields && { claim: { ...claimed, ...claimFields } }),
      ...(publicationHold && { publicationHold: reasonOf(publicationHold) }),
      ...(nameHold && { nameHold: reasonOf(nameHold) }),
      ...own,
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as unknown as Copy;
  };
  return {
    key,
    ...(isShown && { image: inCloud }),
    ...(fields.record !== "absent" && { record: record() }),
  };
}

function reasonOf(code: string | Reason): Reason {
  return typeof code !== "string" ? code : { code, text: storedText(`the reason is ${code}`) };
}

/** The record of a copy of the default source. */
export function recordOf(region: string, stage: Stage, record: RecordFields = {}, fields: CopyFields = {}): Copy {
  return copyIn(stage, image(), region, { ...fields, record }).record as Copy;
}
