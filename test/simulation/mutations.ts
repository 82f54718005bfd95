// Bugs to plant in the program. The simulation or a test must find each one.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CORNER_MUTATIONS } from "./mutations-corners.ts";
import { GIVING_MUTATIONS } from "./mutations-giving.ts";
import { INSTALLATION_MUTATIONS } from "./mutations-installations.ts";
import { NAME_MUTATIONS } from "./mutations-names.ts";
import { PROGRESS_MUTATIONS } from "./mutations-progress.ts";
import { PRUNING_MUTATIONS } from "./mutations-pruning.ts";
import { REASON_MUTATIONS } from "./mutations-reasons.ts";
import { RECALL_MUTATIONS } from "./mutations-recall.ts";
import { STATE_MUTATIONS } from "./mutations-state.ts";

const TOP = join(import.meta.dirname, "../..");

/**
 * One planted bug. `find` occurs exactly once in `lib`, in any file and however the formatter has wrapped it; the
 * simulation or a named test must fail when it is replaced.
 */
export interface Mutation {
  readonly name: string;
  readonly find: string;
  readonly replace: string;
}

export const MUTATIONS: readonly Mutation[] = [
  ...PRUNING_MUTATIONS,
  ...PROGRESS_MUTATIONS,
  ...STATE_MUTATIONS,
  {
    name: "send a call in doubt again before the grace time has passed",
    find: "if (readAt >= inDoubtUntil) return",
    replace: "if (readAt >= 0) return",
  },
  {
    name: "send a request after its claim has expired",
    find: "notAfter: Math.min(...claimed.map((copy) => copy.claim.sendBy)),",
    replace: "notAfter: Number.POSITIVE_INFINITY,",
  },
  {
    name: "treat a copy as finished because of SyncPercent",
    find: 'if (state === "NORMAL") return "done";',
    replace: 'if (state === "NORMAL" || (percent ?? 0) >= 90) return "done";',
  },
  {
    name: "rename a copy before it is tagged",
    find: 'if (Object.keys(tags).length === 0) return "done";',
    replace: 'if (Object.keys(tags).length === 0 || image.name !== copyCase.record.claim.settings.name) return "done";',
  },
  {
    name: "adopt an image with the final name without permission",
    find: 'if (desired.policy.existing === "adopt" && !misfit) {',
    replace: "if (!misfit) {",
  },
  {
    name: "treat an image as gone after one reading without it",
    find: "if (missingSince === undefined) {",
    replace: "if (missingSince === undefined && copy.createdAt < 0) {",
  },
  {
    name: "select copies as sources",
    find: "if (isMarked(image, observation.account) || recorded.has(image)) copies.add(image);",
    replace: "if (isMarked(image, observation.account) && !recorded.has(image)) copies.add(image);",
  },
  {
    name: "treat a lost state as a new one",
    find: "const isLost = marked.length > 0 || copies.length > 0;",
    replace: "const isLost = marked.length > 0 && copies.length < 0;",
  },
  {
    name: "treat every claimant as dead",
    find: "claimant.id === me.id || isDead(claimant)",
    replace: "claimant.id === me.id || isDead(claimant) || true",
  },
  {
    name: "trust lineage tags that the cloud copied to another image",
    find: "if (image.tags[SELF] !== image.imageId) return undefined;",
    replace: "if (image.tags[SELF] === undefined) return undefined;",
  },
  {
    name: "repeat SyncImages after a lost answer",
    find: 'if (error.effect === "unknown") {',
    replace: 'if (error.effect === "unknown" && error.code !== "Network") {',
  },
  {
    name: "apply a stale plan",
    find: "return Math.min(Number.POSITIVE_INFINITY, ...times);",
    replace: "return Math.min(...times, 1) * Number.POSITIVE_INFINITY;",
  },
  {
    name: "request copies at once after the state was lost",
    find: "if (uncertainUntil === undefined || region.readAt >= uncertainUntil)",
    replace: "if (uncertainUntil === undefined || region.readAt >= 0)",
  },
  {
    name: "use the same token for every attempt",
    find: "const number = Math.max(copy.claimCount, candidates.lastClaim) + 1;",
    replace: "const number = 1;",
  },
  {
    name: "count absence from the beginning of the reading",
    find: "missingSince: ctx.now, updatedAt",
    replace: "missingSince: readAt, updatedAt",
  },
  {
    name: "do not report a second copy",
    find: "return sorted.filter((image) => image !== primary).map(secondCopy);",
    replace: "return sorted.slice(9).map(secondCopy);",
  },
  {
    name: "copy across the border without approval",
    find: 'if (policy.crossBorder === "never" && crossesBorder(root.region, region, policy.declaredSides)) {',
    replace: 'if (policy.crossBorder === "never" && crossesBorder(root.region, root.region, policy.declaredSides)) {',
  },
  {
    name: "wait for a region that does not exist",
    find: "const block = desired.block ?? (unreadable?.code === NO_SUCH_REGION ? unreadable : undefined);",
    replace: "const block = desired.block;",
  },
  {
    name: "rebuild the state without closing the account first",
    find: "const closed = await closeAccount(account, deps);",
    replace: "const closed = await closeAccount(account, { ...deps, now: () => deps.now() - 2 * CLOSED });",
  },
  {
    name: "rebuild the state and do not wait for earlier claims",
    find: "uncertainUntil: uncertainUntil(at, deps.settle)",
    replace: "uncertainUntil: at - deps.settle",
  },
  {
    name: "retry a stuck copy as if it had never been requested",
    find: "return copying(base, copy, { progressedAt: now, percent: undefined });",
    replace: 'return { ...base, phase: "waiting", reason: copy.reason };',
  },
  {
    name: "never request a retired copy again",
    find: 'if (record?.phase === "failed" && record.attempts >= policy.attempts) return NOTHING;',
    replace: 'if (record?.phase === "ended") return NOTHING;',
  },
  {
    name: "set lineage tags only",
    find: "    ...copy.claim.settings.tags,\n",
    replace: "",
  },
  {
    name: "leave the description empty",
    find: "modify(copyCase, { name, description, ...familyNow })",
    replace: 'modify(copyCase, { name, description: "", ...familyNow })',
  },
  {
    name: "delete an image that is in use",
    find: "whyUsed, whyPointedTo, whyShared,",
    replace: "whyPointedTo, whyShared,",
  },
  {
    name: "delete the current image of a family",
    find: "whyUsed, whyPointedTo, whyShared,",
    replace: "whyUsed, whyShared,",
  },
  {
    name: "delete any number of images in one run",
    find: "Math.max(0, MOST_DELETIONS - deleted.size)",
    replace: "Math.max(0, 1000 - deleted.size)",
  },
  {
    name: "publish a copy with publish: together before the others are ready",
    find: "if (missing.length === 0) return undefined;\n      const regions",
    replace: "if (missing.length >= 0) return undefined;\n      const regions",
  },
  {
    name: "request an encrypted copy without encryption",
    find: "if (kmsKeyId === undefined) return {};",
    replace: "if (kmsKeyId !== undefined || kmsKeyId === undefined) return {};",
  },
  {
    name: "delete an image whose uses cannot be read",
    find: '  if ("unanswerable" in answer) return answer.unanswerable;\n  return answer.value === undefined ? undefined : reason("in-use"',
    replace:
      '  if ("unanswerable" in answer) return undefined;\n  return answer.value === undefined ? undefined : reason("in-use"',
  },
  {
    name: "delete an image without valid lineage tags",
    find: 'return isProven(image, key) ? undefined : reason("no-lineage");',
    replace: "return undefined;",
  },
  {
    name: "delete the plain copy before the encrypted one is ready",
    find: 'copy?.phase === "ready" || (copy?.phase === "blocked" && copy.reason.code === "gone");',
    replace: 'copy !== undefined && copy.phase !== "waiting";',
  },
  {
    name: "treat every intermediate copy as superseded",
    find: 'return isSuperseded(copyCase, ctx) ? undefined : reason("not-superseded");',
    replace: "return undefined;",
  },
  {
    name: "encrypt the source in place of the intermediate copy",
    find: "if (!desired.parent) return {",
    replace: 'if (!desired.parent || desired.key.variant !== "plain") return {',
  },
  {
    name: "share a copy before it has its final name",
    find: "rename, leaveFamily, publish, share, complete",
    replace: "share, rename, leaveFamily, publish, complete",
  },
  {
    name: "delete the failed copy of another source",
    find: "removeFailed(record, candidates.failed, ctx)",
    replace: "removeFailed(record, ctx.customImages(key.region)?.images ?? [], ctx)",
  },
  {
    name: "wait forever for a failed copy that the cloud does not delete",
    find: 'if (call.do === "delete" && call.refused && isFinal) {',
    replace: 'if (call.do === "delete" && call.refused && isFinal && copy.attempts < 0) {',
  },
  {
    name: "repair a copy forever without backoff",
    find: "return tries >= MOST_TRIES ? DAY : backoff(tries - 1);",
    replace: "return tries >= 0 ? 0 : backoff(tries - 1);",
  },
  {
    name: "make the older version the current image of its family",
    find: "return order === 0 ? copyId(a.key) > copyId(b.key) : order > 0;",
    replace: "return order === 0 ? copyId(a.key) > copyId(b.key) : order < 0;",
  },
  {
    name: "leave the older version as the current image of its family",
    find: "isWronglyLeading: (image) => wronglyLeading.size > 0 &&",
    replace: 'isWronglyLeading: (image) => image.imageId === "" &&',
  },
  {
    name: "publish a version that was rolled back",
    find: "isRevived(copy, desiredCopies)) && rollbacks.of(copy.key, copy) === undefined",
    replace: 'isRevived(copy, desiredCopies)) && rollbacks.of(copy.key, copy) !== "nothing"',
  },
  {
    name: "do not share a copy again after a modification",
    find: 'if (!pendingReshare || rollbackDifference(copyCase)) return "done";',
    replace: 'if (!pendingReshare || image.imageId !== "") return "done";',
  },
  {
    name: "do not repair tags",
    find: "if (hasAll(image, desired.settings.tags) && hasAll(image, lineageExpected)) return undefined;",
    replace: "if (lineageExpected) return undefined;",
  },
  {
    name: "do not deprecate a copy with its source",
    find: "if (!image.deprecated) {",
    replace: 'if (!image.deprecated && image.imageId === "") {',
  },
  ...GIVING_MUTATIONS,
  ...REASON_MUTATIONS,
  ...RECALL_MUTATIONS,
  ...NAME_MUTATIONS,
  ...INSTALLATION_MUTATIONS,
  ...CORNER_MUTATIONS,
];

/** A place of a mutation's text: the file below `lib`, and its content with the bug. */
export interface Place {
  readonly file: string;
  readonly mutated: string;
}

/** All places of a mutation's text, ignoring white space and trailing commas. Must be exactly one. */
export function placesOf({ find, replace }: Mutation): Place[] {
  const parts = find
    .trim()
    .split(/\s+/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(parts.join("\\s+").replace(/\\\(/g, "\\(\\s*").replace(/\\\)/g, ",?\\s*\\)"), "g");
  return readdirSync(join(TOP, "lib"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => {
      const file = join("lib", name);
      const text = readFileSync(join(TOP, file), "utf8");
      return [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
        file,
        mutated: text.slice(0, index) + replace + text.slice(index + found.length),
      }));
    });
}
