// Single objects for tests: an image, a policy, a claim, a record, an observation. A whole world: plan-world.ts.
import type { Making } from "../../lib/model/identity.ts";
import type { Observation, RegionView } from "../../lib/model/observation.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { AccountRecord, Claim, Copy, CopyKey, Image, ImageRef, ImageType, Millis } from "../../lib/model/types.ts";
import { makePlan } from "../../lib/plan/plan.ts";
import type { Plan, PlanInput } from "../../lib/plan/types.ts";

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
    declaredSides: {},
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

/** How the lineage tags say that this installation made a copy of this image for the policy golden. */
export function madeFrom({ region, imageId }: ImageRef): Making {
  return { parent: { region, imageId }, policy: "golden", installation: LAB };
}

/** The images that the cloud shows. Read whole are the named regions, and those of the images. */
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
    claimant: { id: "another process" },
    claimedAt: NOW - 60_000,
    sendBy: NOW - 30_000,
    ...fields,
  };
}

type State<S extends Copy["phase"]> = Extract<Copy, { phase: S }>;
type Own<S extends Copy["phase"]> = Omit<State<S>, Exclude<keyof State<"waiting">, "phase" | "reason" | "notBefore">>;

/** A record in a state; `own` are the fields that this state has and others have not. */
export function copy<S extends Copy["phase"]>(region: string, own: Own<S>, base: Partial<State<"waiting">> = {}): Copy {
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

/** The id of the installation in tests. */
export const LAB = "lab";

export const BORN: AccountRecord = {
  ...{ account: ACCOUNT, firstSeenAt: NOW - 86_400_000, version: 1 },
  ...{ installations: [LAB], metInstallations: [] },
};

/** A plan from parts of its input. Most tests describe a world instead, see plan-world.ts. */
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
