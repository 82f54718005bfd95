import { lineageTags, tokenName } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import {
  type Answer,
  type Answers,
  type Observation,
  type Question,
  questionId,
  type RegionView,
} from "../../lib/model/observation.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { AccountRecord, Claim, Copy, CopyKey, Image, ImageType, Millis, Variant } from "../../lib/model/types.ts";
import { makePlan } from "../../lib/plan/plan.ts";
import type { Plan, PlanInput } from "../../lib/plan/types.ts";

/** Small worlds for tests of the core: everything has a default, and a test names only what it is about. */

export const ACCOUNT = "100000000001";
export const NOW: Millis = Date.UTC(2026, 10, 21, 12);
export const SETTLE: Millis = 120_000;

export function image(fields: Partial<Image> = {}): Image {
  return {
    region: "ap-guangzhou",
    imageId: "img-root0001",
    name: "golden-web",
    description: "a golden image",
    type: "custom",
    state: "NORMAL",
    sizeGiB: 20,
    osName: "TencentOS Server 4",
    platform: "TencentOS",
    architecture: "x86_64",
    creator: ACCOUNT,
    createdAt: NOW - 86_400_000,
    deprecated: false,
    wholeMachine: false,
    tags: {},
    ...fields,
  };
}

export function policy(fields: Partial<Policy> = {}): Policy {
  return {
    name: "golden",
    enabled: true,
    from: ["ap-guangzhou"],
    select: { type: "custom", name: ["golden-*"] },
    to: ["ap-shanghai", "ap-beijing"],
    crossBorder: "never",
    copy: copySettings(),
    existing: "block",
    attempts: 5,
    stuckAfter: 3_600_000,
    prune: { minAge: 604_800_000, delete: false },
    onDrift: "repair",
    ...fields,
  };
}

/** The `copy` block of a policy. */
export function copySettings(fields: Partial<Policy["copy"]> = {}): Policy["copy"] {
  const tags = { inherit: true, set: {} };
  return { name: "{{name}}", tags, publish: "each", shareWith: [], encrypt: false, regions: {}, ...fields };
}

export function keyOf(region: string, root: Pick<Image, "region" | "imageId"> = image()): CopyKey {
  return { account: ACCOUNT, rootRegion: root.region, rootId: root.imageId, region, variant: "plain" };
}

/** What the cloud shows: the images, and which regions were read whole (those that are named, and those of the images). */
export function observation(
  images: readonly Image[],
  regions: readonly string[] = ["ap-guangzhou", "ap-shanghai", "ap-beijing"],
  fields: Partial<RegionView> = {},
): Observation {
  const all = new Set([...regions, ...images.map((i) => i.region)]);
  const view = (region: string): RegionView => ({
    readAt: NOW,
    complete: new Set<ImageType>(["custom", "shared"]),
    asked: new Set(),
    images: new Map(images.filter((i) => i.region === region).map((i) => [i.imageId, i])),
    ...fields,
  });
  return {
    account: ACCOUNT,
    regions: new Map([...all].map((region) => [region, view(region)])),
    unreadable: new Map(),
  };
}

export function claim(fields: Partial<Claim> = {}): Claim {
  return {
    number: 1,
    token: "golden-web--copying-0000000000000000-1",
    parent: { region: "ap-guangzhou", imageId: "img-root0001" },
    settings: { name: "golden-web", description: "a golden image", tags: {} },
    claimant: { id: "somebody" },
    claimedAt: NOW - 60_000,
    sendBy: NOW - 30_000,
    ...fields,
  };
}

type State<S extends Copy["state"]> = Extract<Copy, { state: S }>;
type Own<S extends Copy["state"]> = Omit<State<S>, Exclude<keyof State<"waiting">, "state" | "reason" | "notBefore">>;

/** A record in a state; `own` are the fields that this state has and others have not. */
export function copy<S extends Copy["state"]>(region: string, own: Own<S>, base: Partial<State<"waiting">> = {}): Copy {
  return {
    key: keyOf(region),
    policy: "golden",
    rootName: "golden-web",
    attempts: 0,
    claimCount: 1,
    createdAt: NOW - 3_600_000,
    updatedAt: NOW - 60_000,
    version: 3,
    ...base,
    ...own,
  } as unknown as Copy;
}

type Ready = State<"ready">;

/** An image that the cloud shows, and what we remember of it. */
export interface Known {
  readonly image: Image;
  readonly copy: Copy;
}

/** The part of a plan's input that follows from what is there: images, and copies with their records. */
export function holding(images: readonly Image[], ...known: readonly Known[]) {
  return {
    copies: known.map((one) => one.copy),
    observation: observation([...images, ...known.map((one) => one.image)]),
  };
}

/** What is made of a finished copy where it is not as it should be, on either side. */
interface Differing {
  readonly image?: Partial<Image>;
  readonly copy?: Partial<Ready>;
  readonly policy?: string;
}

/** A finished copy of ours of the same root: what the cloud shows of it, and its record. */
export function made(root: Image, region: string, differing: Differing = {}, variant: Variant = "plain") {
  const key: CopyKey = { ...keyOf(region, root), variant };
  const imageId = `${root.imageId}-${region}${variant === "plain" ? "" : "-enc"}`;
  const rule = differing.policy ?? "golden";
  const { name, description, createdAt: rootCreatedAt } = root;
  const fields = { region, imageId, name, description, createdAt: NOW - 3_600_000, ...differing.image };
  const tags = { ...lineageTags(key, { region: root.region, imageId: root.imageId }, rule, imageId), ...fields.tags };
  const ready = copy<"ready">(
    region,
    { state: "ready", imageId, name: fields.name, readyAt: NOW - 3_600_000, adopted: false },
    {
      key,
      policy: rule,
      rootName: name,
      rootCreatedAt,
      rootFamily: root.family ?? "",
      ...(fields.family && { family: fields.family }),
    },
  );
  return { key, image: image({ ...fields, tags }), copy: { ...(ready as Ready), ...differing.copy } };
}

/** The same copy when nobody wants it any more. */
export function retired(root: Image, region: string, differing: Differing = {}, since = NOW - 8 * 86_400_000) {
  const { image: there, copy: ready } = made(root, region, differing);
  const { readyAt: _, name: _name, adopted, ...rest } = ready;
  const reason = { code: "deselected", text: storedText("no policy wants it any more") };
  const record: Copy = { ...rest, ...(adopted && { adopted }), state: "retired", reason, since };
  return { image: there, copy: record };
}

/** A copy of ours that was asked for: its image under the token, and its record. */
export function asked(
  root: Image,
  region: string,
  differing: Partial<Image> = {},
  settings: Partial<Claim["settings"]> = {},
) {
  const key = keyOf(region, root);
  const imageId = `${root.imageId}-${region}`;
  const token = tokenName(key, root.name, 1);
  const parent = { region: root.region, imageId: root.imageId };
  const wanted = { name: root.name, description: root.description, tags: {}, ...settings };
  const tags = lineageTags(key, parent, "golden", imageId);
  const going = copy<"copying">(
    region,
    { state: "copying", claim: claim({ token, parent, settings: wanted }), imageId, progressedAt: NOW - 60_000 },
    { key, rootName: root.name, rootCreatedAt: root.createdAt },
  );
  const there = image({ region, imageId, name: token, state: "SYNCING", createdAt: NOW - 60_000, tags, ...differing });
  return { key, image: there, copy: going };
}

/** Why a question could not be answered, in tests. */
export const UNANSWERED: Answer = {
  unanswerable: { code: "unanswered-UnauthorizedOperation", text: storedText("not allowed") },
};

/** Answers to the questions of a plan: a value, or `UNANSWERED`. */
export function answered(...given: (readonly [Question, unknown])[]): Answers {
  return new Map(
    given.map(([question, value]) => [questionId(question), value === UNANSWERED ? UNANSWERED : ({ value } as Answer)]),
  );
}

export const BORN: AccountRecord = { account: ACCOUNT, firstSeenAt: NOW - 86_400_000, version: 1 };

/** A plan of a small world. */
export function planOf(input: Partial<PlanInput> & Pick<PlanInput, "observation">): Plan {
  return makePlan({
    policies: [policy()],
    copies: [],
    record: BORN,
    now: NOW,
    settle: SETTLE,
    ended: new Set(),
    ...input,
  });
}

/** The destinations that a plan asks for, as `source → destination`. */
export function sent(plan: Plan): string[] {
  return plan.actions.flatMap((action) =>
    action.do === "send" ? action.claimRequests.map((d) => `${action.source.imageId} → ${d.copy.key.region}`) : [],
  );
}

/** The notes of a plan, as `destination: state (reason)`. */
export function noted(plan: Plan): string[] {
  return plan.actions.flatMap((action) => {
    if (action.do !== "record") return [];
    const { key, state } = action.copy;
    return [`${key.region}: ${state}${"reason" in action.copy ? ` (${action.copy.reason.code})` : ""}`];
  });
}

/** The calls of a plan that change something, in words. */
export function called(plan: Plan): string[] {
  return plan.actions.flatMap((action): string[] => {
    if (action.do === "record") return [];
    if (action.do === "send")
      return action.claimRequests.map(({ copy: { key } }) => `send ${action.source.imageId} → ${key.region}`);
    const { imageId } = action.image;
    if (action.do === "tag") return [`tag ${imageId}: ${Object.keys(action.tags).join(", ")}`];
    if (action.do === "delete") return [`delete ${imageId}`];
    if (action.do !== "modify") return [`${action.do} ${imageId}: ${action.accounts.join(", ")}`];
    const attributes = Object.entries(action.attributes).map(([key, value]) => `${key} = ${value}`);
    return [`modify ${imageId}: ${attributes.join(", ")}`];
  });
}
