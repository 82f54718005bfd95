// Bugs to plant in how an image shows what it is, and how an older copy gives up its name; see mutations.ts.
export const NAME_MUTATIONS = [
  {
    name: "believe the id that an answer or a record names",
    find: 'const image = isOther ? "unidentified" : recorded;',
    replace: "const image = recorded;",
  },
  {
    name: "believe an id if the image has the final name of a copy that is under way",
    find: 'return (record.phase === "finishing" || record.phase === "stuck") && image',
    replace: 'return "claim" in record && image',
  },
  {
    name: "copy from an image that does not show that it is the parent",
    find: 'typeof image === "string" ? image === "unread" : showsIdentity(image, recorded)',
    replace: 'image !== "absent"',
  },
  {
    name: "request a copy again whose image does not show what it is",
    find: 'return record.reason.code === "unidentified" ? NOTHING : "done";',
    replace: 'return "done";',
  },
  {
    name: "forget that a copy which no record names is made from an image",
    find: "const parents = new Set([...recorded, ...tagged].map(refText));",
    replace: "const parents = new Set(recorded.map(refText));",
  },
  {
    name: "forget that an unfinished image without tags may be made from an image",
    find: "const unmarked = unfinished.filter((image) => !lineageOf(image));",
    replace: "const unmarked: Image[] = [];",
  },
  {
    name: "rename a copy that a policy desires under its name",
    find: "if (name === holder.name) return undefined;",
    replace: "",
  },
  {
    name: "let an older copy keep the name of a new one",
    find: "if (!isCertain || !(isOlder || isDeleted(copy, ctx))) return undefined;",
    replace: "if (!isCertain || isOlder || isDeleted(copy, ctx)) return undefined;",
  },
  {
    name: "move the name of one region before the others are ready",
    find: "if (aside && hold) return holdPublication(copyCase, hold, ctx);",
    replace: "",
  },
  {
    name: "let a finished copy wait for its name without a word",
    find: "if (isPassing || ctx.now - record.progressedAt <= stuckAfter(desired)) return waits;",
    replace: "if (isPassing || ctx.now - record.progressedAt >= 0) return waits;",
  },
  {
    name: "count the wait for a name as a call that has no effect",
    find: "if (recorded && !recorded.publicationHold && !recorded.nameHold) {",
    replace: "if (recorded && !recorded.publicationHold) {",
  },
  {
    name: "take an image for a copy because a record names it",
    find: 'if (typeof image === "object" && showsIdentity(image, copy)) recorded.set(image, copy);',
    replace: 'if (typeof image === "object") recorded.set(image, copy);',
  },
  {
    name: "take a retired copy that a person took over for ours",
    find: 'if (record.phase === "ready" || record.phase === "retired") return',
    replace: 'if (record.phase === "retired") return true; if (record.phase === "ready") return',
  },
  {
    name: "keep the name of a copy that the program renamed",
    find: "name: isProven(image, copy.key) ? image.name : copy.name,",
    replace: "name: copy.name,",
  },
] as const;
