// The small world of the test of the order: sources, policies, copies in many states.
import { tokenName } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { sharesOf, usesOf } from "../../lib/model/observation.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { Copy, CopyKey, Image } from "../../lib/model/types.ts";
import type { PlanInput } from "../../lib/plan/types.ts";
import { claim, copy, copySettings, image, keyOf, LAB, NOW, policy } from "../support/builders.ts";
import { answered, asked, made, retired } from "../support/known-copies.ts";

export const SHANGHAI = "ap-shanghai";
export const LISTED = "100000000003";
export const LATER = NOW + 600_000;
export const EARLIER = NOW - 600_000;
export const root = image({ family: "golden" });
export const key = keyOf(SHANGHAI);
export const why = { code: "why", text: storedText("why") };
export const rule = (fields: Partial<Policy> = {}) => policy({ to: [SHANGHAI], ...fields });
export const publishing = rule({ copy: copySettings({ family: "inherit", shareWith: [LISTED] }) });
export const foreign = image({ region: SHANGHAI, imageId: "img-other", name: root.name });
export const adoptable = { ...foreign, createdAt: root.createdAt + 1 };

export type Input = Partial<PlanInput> & Pick<PlanInput, "observation">;

export const ours = made(root, SHANGHAI);
/** A finished copy that another installation made. */
export const theirs = made(root, SHANGHAI, {}, "plain", "laptop");
export const going = asked(root, SHANGHAI);
export const normal = (fields: Partial<Image> = {}) => asked(root, SHANGHAI, { state: "NORMAL", ...fields });
export const withRecord = <K extends { copy: Copy }>(known: K, fields: object): K => ({
  ...known,
  copy: { ...known.copy, ...fields },
});
export const doubtful = ({ imageId: _, ...record }: Copy & { imageId?: string }): Copy => ({
  ...record,
  phase: "requested",
  claim: claim({ token: going.image.name, endedAt: EARLIER }),
});
export const shares = (of: Image, ...accounts: string[]) => answered([sharesOf(of), accounts]);
/** Two policies that contradict each other about one copy. */
export const disputed = [
  rule({ copy: copySettings({ description: "a", shareWith: [LISTED] }) }),
  rule({ name: "other", copy: copySettings({ description: "b" }) }),
];
export const rollbackBegun = { rolledBackFrom: "golden", repair: { differences: ["rollback"], tries: 0, at: EARLIER } };
export const unreadable = (input: Input): Input => ({
  ...input,
  observation: {
    ...input.observation,
    regions: new Map([...input.observation.regions].filter(([region]) => region !== SHANGHAI)),
    unreadable: new Map([[SHANGHAI, { code: "unreadable", text: storedText("not read") }]]),
  },
});
export const waitingOf = (phase: "waiting" | "retrying") =>
  copy<"retrying">(SHANGHAI, { phase, reason: why, notBefore: LATER } as never);
export const tooLarge = rule({ maxSizeGiB: 1 });
export const syncing = image({ state: "SYNCING" });
export const leftover = image({
  region: SHANGHAI,
  imageId: "img-left",
  name: tokenName(key, root.name, 1, LAB),
  state: "CREATEFAILED",
});
export const adoptedBy = (of: CopyKey, createdAt: number): Copy =>
  copy<"ready">(
    SHANGHAI,
    { phase: "ready", imageId: foreign.imageId, name: foreign.name, readyAt: NOW, adopted: true },
    { key: of, createdAt },
  );
export const goneKey: CopyKey = { ...key, rootId: "img-gone" };
export const deprecatedRoot = image({ deprecated: true, family: "golden" });
export const orphan = retired(deprecatedRoot, SHANGHAI);
export const free = (of: Image) => answered([usesOf(of), undefined], [sharesOf(of), []]);
export const pruning = rule({ prune: { minAge: 3_600_000, delete: true, last: true } });
