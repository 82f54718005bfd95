// Copies for which two phases would answer, and which of them does.
import { lineageTags, ROLLED_BACK_TAG } from "../../lib/model/identity.ts";
import type { CopyKey } from "../../lib/model/types.ts";
import { copy, image, madeFrom, NOW, observation } from "../support/builders.ts";
import { asked, holding, made, retired } from "../support/known-copies.ts";
import {
  adoptable,
  adoptedBy,
  deprecatedRoot,
  disputed,
  doubtful,
  EARLIER,
  foreign,
  free,
  going,
  goneKey,
  type Input,
  key,
  LATER,
  LISTED,
  leftover,
  normal,
  orphan,
  ours,
  pruning,
  publishing,
  rollbackBegun,
  root,
  rule,
  SHANGHAI,
  shares,
  syncing,
  theirs,
  tooLarge,
  why,
  withRecord,
} from "./order-world.ts";

/** One case: the phase that answers, the one that would answer too, and what is done. */
export interface Case {
  readonly first: string;
  readonly then: string;
  readonly input: Input;
  readonly key?: CopyKey;
  readonly expected: string;
}

/** By the phases of the list. */
export const CASES: readonly Case[] = [
  {
    first: "locate",
    then: "confirmLoss",
    input: holding([root], withRecord(ours, { imageId: "img-lost", missingSince: EARLIER })),
    expected: "recovered: ready",
  },
  {
    first: "locate",
    then: "resolveInDoubt",
    input: holding([root], { ...going, copy: doubtful(going.copy) }),
    expected: "recovered: copying",
  },
  {
    first: "locate",
    then: "checkMaker",
    input: holding([root], withRecord(theirs, { missingSince: EARLIER, adopted: false, installation: undefined })),
    expected: "recovered: ready",
  },
  {
    first: "useOther",
    then: "checkBlockers",
    input: { ...holding([root, theirs.image]), policies: [tooLarge] },
    expected: "left-to-other: ready",
  },
  {
    first: "resolveInDoubt",
    then: "checkBlockers",
    input: { ...holding([root]), copies: [doubtful(going.copy)], policies: [tooLarge] },
    expected: "no-effect: waiting (no-effect)",
  },
  {
    first: "checkBlockers",
    then: "claimName",
    input: { ...holding([syncing, adoptable]), policies: [rule({ existing: "adopt" })] },
    expected: "waiting: waiting (source-not-normal)",
  },
  {
    first: "claimName",
    then: "request",
    input: {
      ...holding([root, adoptable, leftover]),
      policies: [rule({ existing: "adopt" })],
      copies: [copy<"waiting">(SHANGHAI, { phase: "waiting", reason: why })],
    },
    expected: "adopted: ready",
  },
  {
    first: "request: what a failed attempt left",
    then: "request",
    input: {
      ...holding([root, leftover]),
      policies: [rule()],
      copies: [copy<"waiting">(SHANGHAI, { phase: "waiting", reason: why })],
    },
    expected: "waiting: waiting (leftover), delete img-left",
  },
  {
    first: "checkBlockers",
    then: "retireUnmade",
    input: { ...holding([root]), policies: [tooLarge] },
    expected: "blocked: blocked (too-large)",
  },
  {
    first: "awaitRecheck",
    then: "tag",
    input: holding([root], withRecord(normal({ tags: {} }), { phase: "stuck", reason: why, notBefore: LATER })),
    expected: "",
  },
  {
    first: "followProgress",
    then: "tag",
    input: holding([root], asked(root, SHANGHAI, { tags: {}, syncPercent: 10 })),
    expected: `progress: copying, tag ${going.image.imageId}: ${Object.keys(lineageTags(key, "", madeFrom(root))).join(", ")}`,
  },
  {
    first: "tag",
    then: "rename",
    input: holding([root], normal({ tags: {} })),
    expected: `finishing: finishing, tag ${going.image.imageId}: ${Object.keys(lineageTags(key, "", madeFrom(root))).join(", ")}`,
  },
  {
    first: "rename",
    then: "leaveFamily",
    input: holding(
      [root],
      withRecord(normal({ family: "golden", tags: { ...going.image.tags, [ROLLED_BACK_TAG]: "golden" } }), {
        rolledBackFrom: "golden",
      }),
    ),
    expected: `finishing: finishing, modify ${going.image.imageId}: name = golden-web, description = a golden image, family = `,
  },
  {
    first: "leaveFamily",
    then: "complete",
    input: holding(
      [root],
      withRecord(
        normal({ name: root.name, family: "golden", tags: { ...going.image.tags, [ROLLED_BACK_TAG]: "golden" } }),
        { rolledBackFrom: "golden" },
      ),
    ),
    expected: `finishing: finishing, modify ${going.image.imageId}: family = , deprecated = true`,
  },
  {
    first: "rename",
    then: "publish",
    input: { ...holding([root], normal()), policies: [publishing], answers: shares(going.image) },
    expected: `finishing: finishing, modify ${going.image.imageId}: name = golden-web, description = a golden image, family = golden`,
  },
  {
    first: "publish",
    then: "share",
    input: { ...holding([root], normal({ name: root.name })), policies: [publishing], answers: shares(going.image) },
    expected: `finishing: finishing, modify ${going.image.imageId}: family = golden`,
  },
  {
    first: "share",
    then: "complete",
    input: {
      ...holding([root], normal({ name: root.name, family: "golden" })),
      policies: [publishing],
      answers: shares(going.image),
    },
    expected: `finishing: finishing, share ${going.image.imageId}: ${LISTED}`,
  },
  {
    first: "retire",
    then: "discardAdoption",
    input: {
      observation: observation([root, foreign]),
      policies: [rule({ existing: "adopt" })],
      copies: [adoptedBy(key, EARLIER), adoptedBy(goneKey, NOW)],
    },
    key: goneKey,
    expected: "retired: retired (deselected)",
  },
  {
    first: "discardAdoption",
    then: "awaitSweep",
    input: {
      observation: observation([root, image({ imageId: "img-root0002" }), foreign]),
      policies: [rule({ existing: "adopt" })],
      copies: [adoptedBy(key, EARLIER), adoptedBy({ ...key, rootId: "img-root0002" }, NOW)],
    },
    key: { ...key, rootId: "img-root0002" },
    expected: "adoption-discarded: waiting (adopted-twice)",
  },
  {
    first: "revive",
    then: "followSource",
    input: { ...holding([root], retired(root, SHANGHAI)), policies: [pruning], sweep: true, answers: free(ours.image) },
    expected: "recovered: ready",
  },
  {
    first: "awaitSweep",
    then: "noticeUndeprecated",
    input: holding([root], withRecord(ours, { deprecatedByUs: true })),
    expected: "",
  },
  {
    first: "noticeUndeprecated",
    then: "reshare",
    input: {
      ...holding([root], withRecord(ours, { deprecatedByUs: true, pendingReshare: [LISTED] })),
      policies: [publishing],
      answers: shares(ours.image),
      sweep: true,
    },
    expected: "undeprecated: ready",
  },
  {
    first: "reshare",
    then: "repair",
    input: {
      ...holding(
        [root],
        withRecord(made(root, SHANGHAI, { image: { description: "by hand" } }), { pendingReshare: [LISTED] }),
      ),
      policies: [publishing],
      answers: shares(ours.image),
      sweep: true,
    },
    expected: `drift: ready, share ${ours.image.imageId}: ${LISTED}`,
  },
  {
    first: "repair",
    then: "endRepair",
    input: {
      ...holding(
        [root],
        withRecord(made(root, SHANGHAI, { image: { description: "by hand" } }), {
          repair: { differences: ["x"], tries: 1, at: EARLIER },
        }),
      ),
      sweep: true,
    },
    expected: `drift: ready, modify ${ours.image.imageId}: description = a golden image`,
  },
  {
    first: "finishRollback",
    then: "reshare",
    input: {
      ...holding([root], withRecord(ours, { ...rollbackBegun, pendingReshare: [LISTED] })),
      policies: disputed,
      answers: shares(ours.image),
      sweep: true,
    },
    expected: `drift: ready, tag ${ours.image.imageId}: ${ROLLED_BACK_TAG}`,
  },
  {
    first: "finishRollback",
    then: "endRepair",
    input: { ...holding([root], withRecord(ours, rollbackBegun)), policies: disputed, sweep: true },
    expected: `drift: ready, tag ${ours.image.imageId}: ${ROLLED_BACK_TAG}`,
  },
  {
    first: "reshare",
    then: "endRepair",
    input: {
      ...holding(
        [root],
        withRecord(ours, { repair: { differences: ["x"], tries: 1, at: EARLIER }, pendingReshare: [LISTED] }),
      ),
      policies: disputed,
      answers: shares(ours.image),
      sweep: true,
    },
    expected: `drift: ready, share ${ours.image.imageId}: ${LISTED}`,
  },
  {
    first: "finishRollback",
    then: "followSource",
    input: { ...holding([deprecatedRoot], withRecord(orphan, rollbackBegun)), policies: [rule()], sweep: true },
    expected: `drift: retired (deselected), tag ${orphan.image.imageId}: ${ROLLED_BACK_TAG}`,
  },
  {
    first: "followSource",
    then: "prune",
    input: { ...holding([deprecatedRoot], orphan), policies: [pruning], answers: free(orphan.image), sweep: true },
    expected: `drift: retired (recalled), modify ${orphan.image.imageId}: deprecated = true`,
  },
];
