import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

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
  {
    name: "send again without looking long enough",
    find: "if (readAt >= inDoubtUntil) return",
    replace: "if (readAt >= 0) return",
  },
  {
    name: "send what another has claimed",
    find: "return saved && { ...claimed, version: saved.version };",
    replace: "return { ...claimed, version: (saved ?? claimed).version };",
  },
  {
    name: "forget the fence",
    find: "notAfter: Math.min(...claimed.map((copy) => copy.claim.sendBy)),",
    replace: "notAfter: Number.POSITIVE_INFINITY,",
  },
  {
    name: "trust SyncPercent",
    find: 'if (state === "NORMAL") return "done";',
    replace: 'if (state === "NORMAL" || (percent ?? 0) >= 90) return "done";',
  },
  {
    name: "tags after the rename",
    find: 'if (Object.keys(tags).length === 0) return "done";',
    replace: 'if (Object.keys(tags).length === 0 || image.name !== copyCase.record.claim.settings.name) return "done";',
  },
  {
    name: "adopt by the final name",
    find: 'if (desired.policy.existing === "adopt" && !misfit) {',
    replace: "if (!misfit) {",
  },
  {
    name: "treat one absent reading as gone",
    find: "if (copy.missingSince === undefined) {",
    replace: "if (copy.missingSince === undefined && copy.createdAt < 0) {",
  },
  {
    name: "select copies as sources",
    find: "if (!isMarked(image, account) && !recorded.has(refText(image))) return undefined;",
    replace: "if (!isMarked(image, account) || recorded.has(refText(image))) return undefined;",
  },
  {
    name: "take an empty state for a new one",
    find: "const lost = marked || observation.unreadable.size > 0 || copies.length > 0;",
    replace: "const lost = marked && observation.unreadable.size < 0;",
  },
  {
    name: "not notice that the state was lost in mid-plan",
    find: "if (await ctx.sameState()) await",
    replace: "if ((await ctx.sameState()) || true) await",
  },
  {
    name: "take every claimant for dead",
    find: "claimant.id === me.id || isDead(claimant)",
    replace: "claimant.id === me.id || isDead(claimant) || true",
  },
  {
    name: "believe lineage tags that were carried over",
    find: "if (image.tags[SELF] !== image.imageId) return undefined;",
    replace: "if (image.tags[SELF] === undefined) return undefined;",
  },
  {
    name: "repeat SyncImages after a lost answer",
    find: 'if (error.effect === "unknown") {',
    replace: 'if (error.effect === "unknown" && error.code !== "Network") {',
  },
  {
    name: "send without recording the claim",
    find: 'const saved = await ctx.save(claimed, journal("claimed", { token: claimed.claim.token }));',
    replace: "const saved = await Promise.resolve<Copy | undefined>(claimed);",
  },
  {
    name: "carry out a plan however old it is",
    find: 'if (action.do !== "record" && deps.now() - readAt > STALE) {',
    replace: "if (deps.now() - readAt > Number.MAX_VALUE + STALE) {",
  },
  {
    name: "not wait after the state was lost",
    find: "if (uncertainUntil === undefined || region.readAt >= uncertainUntil)",
    replace: "if (uncertainUntil === undefined || region.readAt >= 0)",
  },
  {
    name: "ask again under the same token",
    find: "const number = Math.max(base.claimCount, candidates.lastClaim) + 1;",
    replace: "const number = 1;",
  },
  {
    name: "count absence from the beginning of a look",
    find: "missingSince: ctx.now, updatedAt",
    replace: "missingSince: readAt, updatedAt",
  },
  {
    name: "keep quiet about a second copy",
    find: "return sorted.filter((image) => image !== primary).map(secondCopy);",
    replace: "return sorted.slice(9).map(secondCopy);",
  },
  {
    name: "ignore the border",
    find: 'if (policy.crossBorder === "never" && crossesBorder(root.region, region)) {',
    replace: 'if (policy.crossBorder === "never" && crossesBorder(root.region, root.region)) {',
  },
  {
    name: "write the journal after the call only",
    find: "await ctx.report(announce(action), about);",
    replace: "",
  },
  {
    name: "rebuild without closing the account before it forgets",
    find: "const closed = await closeAccount(account, deps);",
    replace: "const closed = await closeAccount(account, { ...deps, now: () => deps.now() - 2 * CLOSED });",
  },
  {
    name: "rebuild and not wait for what was claimed before it forgot",
    find: "uncertainUntil: uncertainUntil(at, settle)",
    replace: "uncertainUntil: at - settle",
  },
  {
    name: "try again a stuck copy as if it had never been asked for",
    find: 'return { ...stuck, ...fresh, state: "copying", claim: copy.claim, progressedAt: now };',
    replace: 'return { ...copyBase(copy.key, copy, undefined, now), state: "waiting", reason: copy.reason };',
  },
  {
    name: "never ask again for what was retired",
    find: 'if (record?.state === "failed" && record.attempts >= policy.attempts) return NOTHING;',
    replace: 'if (record?.state === "retired") return NOTHING;',
  },
  {
    name: "set lineage tags only",
    find: "    ...copy.claim.settings.tags,\n",
    replace: "",
  },
  {
    name: "set no description",
    find: "modify(copyCase, { name, description, ...familyNow })",
    replace: 'modify(copyCase, { name, description: "", ...familyNow })',
  },
  {
    name: "delete without asking who uses it",
    find: "whyUsed, whyPointedTo, whyShared,",
    replace: "whyPointedTo, whyShared,",
  },
  {
    name: "delete what a family points to",
    find: "whyUsed, whyPointedTo, whyShared,",
    replace: "whyUsed, whyShared,",
  },
  {
    name: "delete although another policy does not permit it",
    find: "const against = [own, ...others].find(",
    replace: "const against = [own].find(",
  },
  {
    name: "delete as much as there is in one run",
    find: "let left = MOST_DELETIONS - deleted;",
    replace: "let left = 1000 - deleted;",
  },
  {
    name: "publish together without waiting",
    find: "if (missing.length === 0) return undefined;\n      const regions",
    replace: "if (missing.length >= 0) return undefined;\n      const regions",
  },
  {
    name: "ask for an encrypted copy that is none",
    find: "if (kmsKeyId === undefined) return {};",
    replace: "if (kmsKeyId !== undefined || kmsKeyId === undefined) return {};",
  },
  {
    name: "delete although nobody answers who uses it",
    find: '  if ("unanswerable" in answer) return answer.unanswerable;\n  return answer.value === undefined ? undefined : reason("in-use"',
    replace:
      '  if ("unanswerable" in answer) return undefined;\n  return answer.value === undefined ? undefined : reason("in-use"',
  },
  {
    name: "delete without valid lineage",
    find: 'return isProven(image, key) ? undefined : reason("no-lineage");',
    replace: "return undefined;",
  },
  {
    name: "unshare what others have shared, and delete",
    find: "return outside.length === 0 ? undefined :",
    replace: "return outside.length >= 0 ? undefined :",
  },
  {
    name: "delete the step before the encrypted copy is ready",
    find: 'copy.state === "ready" || (copy.state === "blocked" && copy.reason.code === "gone") ?',
    replace: 'copy.state !== "waiting" ?',
  },
  {
    name: "take any step for superseded",
    find: "if (isReady) return undefined;",
    replace: 'if (isReady || copy.imageId !== "") return undefined;',
  },
  {
    name: "encrypt the source and not the step",
    find: "if (!desired.parent) return {",
    replace: 'if (!desired.parent || desired.key.variant !== "plain") return {',
  },
  {
    name: "share what is not named yet",
    find: "rename, leaveFamily, publish, share, complete",
    replace: "share, rename, leaveFamily, publish, complete",
  },
  {
    name: "delete what failed for another source",
    find: "removeFailed(record, candidates.failed, ctx)",
    replace: "removeFailed(record, ctx.customImages(key.region)?.images ?? [], ctx)",
  },
  {
    name: "wait for ever for what a failed attempt has left",
    find: 'if (call.do === "delete" && call.refused && isFinal) {',
    replace: 'if (call.do === "delete" && call.refused && isFinal && copy.attempts < 0) {',
  },
  {
    name: "set right for ever",
    find: "return tries >= MOST_TRIES ? DAY : backoff(tries - 1);",
    replace: "return tries >= 0 ? 0 : backoff(tries - 1);",
  },
  {
    name: "give the family to the older version",
    find: ": x > y;",
    replace: ": x < y;",
  },
  {
    name: "leave the family with the older version",
    find: "isWronglyLeading: (image) => wronglyLeading.has(",
    replace: 'isWronglyLeading: (image) => image.imageId === "" && wronglyLeading.has(',
  },
  {
    name: "publish again what was rolled back",
    find: " || rollbacks.of(copy.key, copy) !== undefined",
    replace: ' || rollbacks.of(copy.key, copy) === "nothing"',
  },
  {
    name: "keep the shares that were in the way of a change",
    find: 'if (!pendingReshare || rollbackDifference(copyCase)) return "done";',
    replace: 'if (!pendingReshare || image.imageId !== "") return "done";',
  },
  {
    name: "set right no tags",
    find: "if (keys.length === 0) return undefined;",
    replace: "if (keys.length >= 0) return undefined;",
  },
  {
    name: "not deprecate a copy with its source",
    find: "recalled && !image.deprecated ? deprecate",
    replace: 'recalled && image.imageId === "" ? deprecate',
  },
];

/** Where the text of a mutation occurs: the file below `lib`, and its text with the bug in it. */
export interface Place {
  readonly file: string;
  readonly mutated: string;
}

/** Every place of a mutation's text; one, unless the program has changed. White space and trailing commas do not count. */
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
