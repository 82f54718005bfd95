// Bugs to plant where a mistake makes a second copy, deletes an image or takes something away, and is seldom seen.
import type { Mutation } from "./mutations.ts";
import { COS_MUTATIONS } from "./mutations-cos.ts";
import { TIME_MUTATIONS } from "./mutations-times.ts";

export const CORNER_MUTATIONS: readonly Mutation[] = [
  // A copy that is desired directly, and by another policy as an intermediate one.
  {
    name: "turn a desired copy into an intermediate one",
    find: "return { ...(isDirectHeldUp ? intermediate : direct), policies };",
    replace: "return { ...(isDirectHeldUp ? direct : intermediate), policies };",
  },
  {
    name: "turn a finished copy whose policy is blocked into an intermediate one",
    find: "const isDirectHeldUp = direct.block && !isFinished(direct.key);",
    replace: "const isDirectHeldUp = direct.block;",
  },
  {
    name: "forget that a copy was desired directly when it is orphaned",
    find: '...optional("desiredDirectly", desiredDirectly),',
    replace: "",
  },
  {
    name: "take a copy that was desired directly for a superseded one",
    find: "const isStep = isIntermediate(image, key) && !copy.desiredDirectly;",
    replace: "const isStep = isIntermediate(image, key);",
  },
  {
    name: "delete a copy that was desired directly as an intermediate one",
    find: "return isIntermediate(image, key) && !record.desiredDirectly && isProven(image, key);",
    replace: "return isIntermediate(image, key) && isProven(image, key);",
  },
  {
    name: "delete every plain copy that was encrypted",
    find: "return isIntermediate(image, key) && !record.desiredDirectly && isProven(image, key);",
    replace: 'return key.variant === "plain" && !record.desiredDirectly && isProven(image, key);',
  },
  // After a loss of the state.
  {
    name: "end the doubt after a loss before a signature ends",
    find: "return at + CLAIM_LIFE + SIGNATURE_LIFE + 2 * CLOCK_SKEW + settle;",
    replace: "return at + CLAIM_LIFE + 2 * CLOCK_SKEW + settle;",
  },
  {
    name: "trust the first reading of an account although a region is missing",
    find: "const isUncertain = isLost || unread.length > 0;",
    replace: "const isUncertain = isLost;",
  },
  {
    name: "trust the first reading of an account however old it is",
    find: "now() - readAt <= CLAIM_LIFE",
    replace: "now() - readAt <= 100 * CLAIM_LIFE",
  },
  {
    name: "copy an image at once that another clock has seen before the loss",
    find: "return desired.root.createdAt >= firstSeenAt + CLOCK_SKEW;",
    replace: "return desired.root.createdAt >= firstSeenAt;",
  },
  {
    name: "do not recognise a copy by its temporary name",
    find: "return token !== undefined && token.hash === tokenHash(key);",
    replace: "return false;",
  },
  {
    name: "look up copies by their tags alone",
    find: "return [...new Set([token, proven])]",
    replace: "return [...new Set([token && proven, proven])]",
  },
  {
    name: "take an unfinished copy without tags for a source",
    find: "return tokenIn(image.name) !== undefined || lineageOf(image)?.account === account;",
    replace: "return lineageOf(image)?.account === account;",
  },
  {
    name: "use the number of a name again that is in the cloud",
    find: "const claimCount = Math.max(base.claimCount, token?.claimNumber ?? 1);",
    replace: "const claimCount = Math.max(base.claimCount, 1);",
  },
  {
    name: "adopt our own copy of another source",
    find: 'if (isMarked(holder, desired.key.account)) return misfitText("copy-of-another").text;',
    replace: "",
  },
  {
    name: "adopt an image for a second source",
    find: 'if (ctx.recordOf(holder)) return misfitText("adopted-for-another").text;',
    replace: "",
  },
  {
    name: "take a shared source whose copies are not recorded for a deleted one",
    find: "const absent = [...recordedRoots(copies, shared), ...shown].filter(",
    replace: "const absent = [...recordedRoots(copies, shared)].filter(",
  },
  {
    name: "take a shared source whose copies are not visible for a deleted one",
    find: "const absent = [...recordedRoots(copies, shared), ...shown].filter(",
    replace: "const absent = [...shown].filter(",
  },
  {
    name: "count an unfinished copy as a usable version",
    find: "if (tokenIn(image.name)) return false;",
    replace: "",
  },
  {
    name: "delete the last copy of a shared source that is no longer shared",
    find: "return ctx.desiredFrom(key).length === 0 && !ctx.isSourceRevoked(key);",
    replace: "return ctx.desiredFrom(key).length === 0;",
  },
  {
    name: "count a copy of unknown age as aged out",
    find: "if (newest === undefined || rootCreatedAt === undefined || rootFamily === undefined) return false;",
    replace: "if (newest === undefined) return false; if (rootCreatedAt === undefined) return true;",
  },
  // Limits, and what they count.
  {
    name: "let half of the copies vanish",
    find: "gone + vanished <= Math.max(3, Math.floor(total / 10))",
    replace: "gone + vanished <= Math.max(3, Math.floor(total / 2))",
  },
  {
    name: "let many of few copies vanish",
    find: "gone + vanished <= Math.max(3, Math.floor(total / 10))",
    replace: "gone + vanished <= Math.max(9, Math.floor(total / 10))",
  },
  {
    name: "forget which copies have vanished in earlier rounds",
    find: "run.vanished += countVanished(plan.actions, copies);",
    replace: "run.vanished = countVanished(plan.actions, copies);",
  },
  {
    name: "delete ten images in each round",
    find: "const input = { observation, copies, record, sweep, deleted,",
    replace: "const input = { observation, copies, record, sweep, deleted: new Set([...deleted].slice(0, 0)),",
  },
  {
    name: "follow the recall of half of the sources",
    find: "inThisRun.size > Math.max(3, Math.floor(total / 10))",
    replace: "inThisRun.size > Math.max(3, Math.floor(total / 2))",
  },
  {
    name: "count recalls for each round alone",
    find: "for (const root of recallsFollowed(plan.actions, copies)) recalled.add(root);",
    replace: "for (const root of recallsFollowed(plan.actions, copies)) recalled.delete(root);",
  },
  {
    name: "stop in the middle of the recalls that a run has begun",
    find: "[...inThisRun].filter((root) => !recalled.has(root))",
    replace: "[...inThisRun].filter((root) => root !== undefined)",
  },
  {
    name: "prune a copy whose source others may still see",
    find: "const minAge = Math.max(rulesFor(copy, ctx).minAge, shortestPruneAge(ctx.settle));",
    replace: "const minAge = Math.min(rulesFor(copy, ctx).minAge, shortestPruneAge(ctx.settle));",
  },
  // Shares that end for a modification.
  {
    name: "unshare an image before it is recorded with whom",
    find: "if (!saved) throw error;",
    replace:
      'if (!saved) throw error; await ctx.save(unsharedFor(saved, undefined, ctx.now()), journal("unshare", { accounts, temporarily: true }));',
  },
  {
    name: "unshare an image whose record another process has changed",
    find: "if (!saved) throw error;",
    replace: "if (!saved) await cloud.unshare(image, accounts, notAfter); if (!saved) throw error;",
  },
  {
    name: "end the shares of others for a modification",
    find: "if (accounts.length === 0 || accounts.some((account) => !mayUnshareTemporarily.includes(account))) throw error;",
    replace: "if (accounts.length === 0) throw error;",
  },
  {
    name: "forget the shares that an earlier kill left out",
    find: "const withdrawn = [...new Set([...pending, ...accounts])];",
    replace: "const withdrawn = pending.length < 0 ? pending : accounts;",
  },
  {
    name: "do not share an image again that no policy desires any more",
    find: "stage(left, finishRollback, reshare, abandonRepair)",
    replace: "stage(left, finishRollback, abandonRepair)",
  },
  ...TIME_MUTATIONS,
  {
    name: "publish a copy under the name of an intermediate copy",
    find: "return isIntermediate(record.claim.settings, key);",
    replace: "return isIntermediate(record.claim.settings, key) && false;",
  },
  ...COS_MUTATIONS,
];
