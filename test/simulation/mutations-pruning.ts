// Bugs to plant in the deletion of orphaned copies.
import type { Mutation } from "./mutations.ts";

export const PRUNING_MUTATIONS: readonly Mutation[] = [
  {
    name: "take a no to all deletions of a command for a yes",
    find: "isAsked(call) && !confirmed.has(refText(call.image))",
    replace: "isAsked(call) && confirmed.size > 0 && !confirmed.has(refText(call.image))",
  },
  {
    name: "let a narrowed run call on every copy",
    find: "return keep(action.copy) || (makesWayFor",
    replace: "return true || (makesWayFor",
  },
  {
    name: "count a narrowed run as a sweep",
    find: 'request.scope.kind === "sweep" && request.only === undefined',
    replace: 'request.scope.kind === "sweep"',
  },
  {
    name: "delete the last usable version",
    find: "return ctx.usable.replacementsOf(record).length === 0;",
    replace: "return ctx.now < 0;",
  },
  {
    name: "count a copy as replaced by an older one",
    find: "(!isGood(copy) || comesAfter(other, copy))",
    replace: "(!isGood(copy) || !comesAfter(other, copy))",
  },
  {
    name: "count a copy as replaced by one that is not published",
    find: "groupBy(good().filter(isPublished), placeOf)",
    replace: "groupBy(good(), placeOf)",
  },
  {
    name: "delete copies that prune.keep counts",
    find: "ctx.usable.newerOrphans(record) < keep",
    replace: "ctx.usable.newerOrphans(record) < keep - 99",
  },
  {
    name: "delete a copy that its policy shares",
    find: 'if (rulesFor(record, ctx).shared !== "delete") return',
    replace: 'if (rulesFor(record, ctx).shared === "nothing" as string) return',
  },
  {
    name: "delete a copy whose accounts have no other version",
    find: "if (accounts.length === 0 || ctx.mayDeleteLast",
    replace: "if (accounts.length >= 0 || ctx.mayDeleteLast",
  },
  {
    name: "take any adopted image for a usable version",
    find: "if (copy.adopted ? !isStillAdopted(image, copy) : !isProven(image, copy.key)) return false;",
    replace: "if (!copy.adopted && !isProven(image, copy.key)) return false;",
  },
  {
    name: "request a copy in a full region before an orphaned one is deleted",
    find: "if (room >= leaving || isPending) continue;",
    replace: "if (room >= 0) continue;",
  },
  {
    name: "deprecate the last usable version because of its age",
    find: "return ctx.sweep && isOld && ctx.usable.replacementsOf(record).length > 0;",
    replace: "return ctx.sweep && isOld;",
  },
  {
    name: "ignore old versions of launch templates without permission",
    find: 'allSay(({ templateVersions }) => templateVersions === "default")',
    replace: "(all.length > 0)",
  },
  {
    name: "delete a copy although another policy does not permit it",
    find: "against: policies.find(",
    replace: "against: policies.slice(0, 1).find(",
  },
  {
    name: "unshare and delete an image that is shared with other accounts",
    find: "if (outside.length > 0) return",
    replace: "if (outside.length < 0) return",
  },
  {
    name: "deprecate an orphaned copy again that a person has undeprecated",
    find: "if (record.deprecatedByAge) return record.repair !== undefined;",
    replace: "if (record.deprecatedByAge) return true;",
  },
  {
    name: "take the end of a share for room",
    find: '(call?.do !== "unshare" || call.why === undefined)) return undefined;',
    replace: 'call?.do !== "unshare") return undefined;',
  },
  {
    name: "wait for room that a refused deletion makes",
    find: "return wasDeletionRefused(call.copy) ? undefined : call.image.region;",
    replace: "return call.image.region;",
  },
  {
    name: "use up the deletions of a run with those that are refused",
    find: "[...(byRefusal.get(false) ?? []), ...(byRefusal.get(true) ?? [])]",
    replace: "[...(byRefusal.get(true) ?? []), ...(byRefusal.get(false) ?? [])]",
  },
  {
    name: "keep an image for ever because a copy that failed was made from it",
    find: 'return image.state !== "NORMAL" && !hasFailed(image);',
    replace: 'return image.state !== "NORMAL" || hasFailed(image);',
  },
  {
    name: "report no refused deletion",
    find: "tries >= MOST_TRIES && { problem: { problem: why } }",
    replace: "tries < 0 && { problem: { problem: why } }",
  },
  {
    name: "try a refused deletion in every sweep",
    find: "const isPaused = ctx.now < until && !ctx.mayDeleteLast(key);",
    replace: "const isPaused = ctx.now < at && !ctx.mayDeleteLast(key);",
  },
];
