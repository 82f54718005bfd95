// Bugs to plant in what follows a recall; see mutations.ts.
export const RECALL_MUTATIONS = [
  {
    name: "leave a recalled version as the current image of its family",
    find: "const isReplaced = ctx.recall.isReplaced(image);",
    replace: 'const isReplaced = ctx.recall.isReplaced(image) && image.imageId === "";',
  },
  {
    name: "empty a family because of a recall",
    find: "const isReplaced = ctx.recall.isReplaced(image);",
    replace: "const isReplaced = ctx.recall.isReplaced(image) || image.family !== undefined;",
  },
  {
    name: "let a recalled version wait for other regions",
    find: "isUrgent: (place) => waiting.size > 0 && waiting.has(placeText(place))",
    replace: 'isUrgent: (place) => waiting.has("") && !waiting.has(placeText(place))',
  },
  {
    name: "act on the recall of any number of sources",
    find: "const isTooMany = !acceptRecall && inThisRun.size >",
    replace: "const isTooMany = !acceptRecall && -inThisRun.size >",
  },
  {
    name: "let a recalled version begin to leave its family in every poll",
    find: "copy.repair?.tries === 0 : !copy.repair || isTried(copy, LEAVES);",
    replace: "copy.repair?.tries === 0 : isTried(copy, LEAVES);",
  },
  {
    name: "end the deprecation of a person together with a recall",
    find: 'if (again.phase !== "ready" || !copy.deprecatedByUs) return',
    replace: 'if (again.phase !== "ready") return',
  },
  {
    name: "take a copy that a script deprecated for one that follows a recall",
    find: 'if (copy.phase === "retired" && copy.reason.code === RECALLED.code) return true;',
    replace: 'if ("imageId" in copy) return true;',
  },
  {
    name: "forget a recall once its source is deleted",
    find: "(recorded.size > 0 && recorded.has(rootRefId(key)) && isAbsent(key, observation))",
    replace: "(recorded.size > 0 && recorded.has(rootRefId(key)) && !isAbsent(key, observation))",
  },
  {
    name: "say nothing of a recalled copy that this program may not change",
    find: "const reported = isRecalled && reportUnfollowed(copyCase, policy, ctx);",
    replace: "const reported = !isRecalled && reportUnfollowed(copyCase, policy, ctx);",
  },
] as const;
