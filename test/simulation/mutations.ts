/** Faults that somebody might make in the program; the simulation has to find each. `find` stands exactly once in the file. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: "send again without looking long enough",
    file: "lib/plan/lifecycle/create.ts",
    find: "if (readAt >= safeAt) return",
    replace: "if (readAt >= 0) return",
  },
  {
    name: "send what another has claimed",
    file: "lib/apply/send-copies.ts",
    find: "return saved && { ...claimed, version: saved.version };",
    replace: "return { ...claimed, version: (saved ?? claimed).version };",
  },
  {
    name: "forget the fence",
    file: "lib/apply/send-copies.ts",
    find: "notAfter: Math.min(...claimed.map((copy) => copy.claim.sendBy)),",
    replace: "notAfter: Number.POSITIVE_INFINITY,",
  },
  {
    name: "trust SyncPercent",
    file: "lib/plan/lifecycle/finish.ts",
    find: 'return image.state === "NORMAL" ?',
    replace: 'return image.state === "NORMAL" || (image.syncPercent ?? 0) >= 90 ?',
  },
  {
    name: "tags after the rename",
    file: "lib/plan/lifecycle/finish.ts",
    find: "if (Object.keys(tags).length > 0) return {",
    replace: "if (Object.keys(tags).length > 0 && image.name === settings.name) return {",
  },
  {
    name: "adopt by the final name",
    file: "lib/plan/lifecycle/create.ts",
    find: 'if (want.policy.existing === "adopt" && !misfit) {',
    replace: "if (!misfit) {",
  },
  {
    name: "treat one absent reading as gone",
    file: "lib/plan/lifecycle/reconcile-copy.ts",
    find: "if (copy.missingSince === undefined) {",
    replace: "if (copy.missingSince === undefined && copy.createdAt < 0) {",
  },
  {
    name: "select copies as sources",
    file: "lib/plan/desired/sources.ts",
    find: "if (!isMarked(image, account) && !recorded.has(refText(image))) return undefined;",
    replace: "if (!isMarked(image, account) || recorded.has(refText(image))) return undefined;",
  },
  {
    name: "take an empty state for a new one",
    file: "lib/record/first-contact.ts",
    find: "const lost = marked || observation.unreadable.size > 0 || copies.length > 0;",
    replace: "const lost = marked && observation.unreadable.size < 0;",
  },
  {
    name: "not notice that the state was lost in mid-plan",
    file: "lib/apply/send-copies.ts",
    find: "if (await run.sameState()) await",
    replace: "if ((await run.sameState()) || true) await",
  },
  {
    name: "take every claimant for dead",
    file: "lib/record/first-contact.ts",
    find: "claimant.id === me.id || isDead(claimant)",
    replace: "claimant.id === me.id || isDead(claimant) || true",
  },
  {
    name: "believe lineage tags that were carried over",
    file: "lib/model/identity.ts",
    find: "if (image.tags[SELF] !== image.imageId) return undefined;",
    replace: "if (image.tags[SELF] === undefined) return undefined;",
  },
  {
    name: "repeat SyncImages after a lost answer",
    file: "lib/apply/send-copies.ts",
    find: 'if (error.effect === "unknown") {',
    replace: 'if (error.effect === "unknown" && error.code !== "Network") {',
  },
  {
    name: "send without recording the claim",
    file: "lib/apply/send-copies.ts",
    find: 'const saved = await run.save(claimed, "claimed", `asks for "${claimed.claim.token}"`);',
    replace: "const saved = await Promise.resolve<Copy | undefined>(claimed);",
  },
  {
    name: "carry out a plan however old it is",
    file: "lib/apply/apply-plan.ts",
    find: 'if (action.do !== "note" && tools.now() - readAt > STALE) {',
    replace: "if (tools.now() - readAt > Number.MAX_VALUE + STALE) {",
  },
  {
    name: "not wait after the state was lost",
    file: "lib/plan/lifecycle/create.ts",
    find: "if (c.unknownUntil !== undefined && all.readAt < c.unknownUntil",
    replace: "if (c.unknownUntil !== undefined && all.readAt < 0",
  },
  {
    name: "ask again under the same token",
    file: "lib/plan/lifecycle/create.ts",
    find: "const number = Math.max(base.claims, found.lastClaim) + 1;",
    replace: "const number = 1;",
  },
  {
    name: "count absence from the beginning of a look",
    file: "lib/plan/lifecycle/reconcile-copy.ts",
    find: "missingSince: c.now, updatedAt",
    replace: "missingSince: readAt, updatedAt",
  },
  {
    name: "keep quiet about a second copy",
    file: "lib/plan/guards/duplicates.ts",
    find: "return sorted.filter((image) => image !== kept).map(secondCopy);",
    replace: "return sorted.slice(9).map(secondCopy);",
  },
  {
    name: "ignore the border",
    file: "lib/plan/desired/desired-copies.ts",
    find: 'if (policy.crossBorder === "never" && crossesBorder(root.region, region)) {',
    replace: 'if (policy.crossBorder === "never" && crossesBorder(root.region, root.region)) {',
  },
  {
    name: "write the journal after the call only",
    file: "lib/apply/apply-plan.ts",
    find: "await run.tell(action.do, textOf(action), about);",
    replace: "",
  },
  {
    name: "rebuild without closing the account before it forgets",
    file: "lib/replicator/rebuild-state.ts",
    find: "const closed = await closeAccount(account, tools);",
    replace: "const closed = await closeAccount(account, { ...tools, now: () => tools.now() - 2 * CLOSED });",
  },
  {
    name: "rebuild and not wait for what was claimed before it forgot",
    file: "lib/replicator/rebuild-state.ts",
    find: "unknownUntil: unknownUntil(at, settle)",
    replace: "unknownUntil: at - settle",
  },
  {
    name: "try again a stuck copy as if it had never been asked for",
    file: "lib/plan/lifecycle/manual-retry.ts",
    find: 'return { ...stuck, ...fresh, state: "copying", claim: copy.claim, progressedAt: now };',
    replace: 'return { ...copyBase(copy.key, copy, undefined, now), state: "waiting", reason: copy.reason };',
  },
  {
    name: "never ask again for what was retired",
    file: "lib/plan/lifecycle/create.ts",
    find: 'if (copy?.state === "failed" && copy.attempts >= want.policy.attempts) return NOTHING;',
    replace: 'if (copy?.state === "retired") return NOTHING;',
  },
  {
    name: "set lineage tags only",
    file: "lib/plan/lifecycle/locate.ts",
    find: "    ...copy.claim.settings.tags,\n",
    replace: "",
  },
  {
    name: "set no description",
    file: "lib/plan/lifecycle/finish.ts",
    find: "modify({ name, description, ...now })",
    replace: 'modify({ name, description: "", ...now })',
  },
  {
    name: "delete without asking who uses it",
    file: "lib/plan/upkeep/prune.ts",
    find: "for (const found of [used, pointed, shared]) {",
    replace: "for (const found of [pointed, shared]) {",
  },
  {
    name: "delete what a family points to",
    file: "lib/plan/upkeep/prune.ts",
    find: "for (const found of [used, pointed, shared]) {",
    replace: "for (const found of [used, shared]) {",
  },
  {
    name: "delete although another policy does not permit it",
    file: "lib/plan/upkeep/prune.ts",
    find: "const against = [own, ...others].find(",
    replace: "const against = [own].find(",
  },
  {
    name: "delete as much as there is in one run",
    file: "lib/plan/guards/deletion-budget.ts",
    find: "let left = MOST_DELETIONS - deleted;",
    replace: "let left = 1000 - deleted;",
  },
  {
    name: "publish together without waiting",
    file: "lib/plan/family/publish-together.ts",
    find: "if (missing.length === 0) return undefined;",
    replace: "if (missing.length >= 0) return undefined;",
  },
  {
    name: "ask for an encrypted copy that is none",
    file: "lib/apply/send-copies.ts",
    find: "if (kmsKeyId === undefined) return {};",
    replace: "if (kmsKeyId !== undefined || kmsKeyId === undefined) return {};",
  },
  {
    name: "delete although nobody answers who uses it",
    file: "lib/plan/upkeep/prune.ts",
    find: '  if ("unanswerable" in answer) return answer.unanswerable;\n  return answer.value === undefined ? undefined : { code: "in-use"',
    replace:
      '  if ("unanswerable" in answer) return undefined;\n  return answer.value === undefined ? undefined : { code: "in-use"',
  },
  {
    name: "delete without valid lineage",
    file: "lib/plan/upkeep/prune.ts",
    find: "if (!isProven(image, copy.key)) return kept(",
    replace: 'if (image.imageId === "") return kept(',
  },
  {
    name: "withdraw what others have shared, and delete",
    file: "lib/plan/upkeep/prune.ts",
    find: "if (outside.length === 0) return { withdraw",
    replace: "if (outside.length >= 0) return { withdraw",
  },
  {
    name: "delete the step before the encrypted copy is ready",
    file: "lib/plan/desired/desired-copies.ts",
    find: 'copy.state === "ready" || (copy.state === "blocked" && copy.reason.code === "gone") ?',
    replace: 'copy.state !== "waiting" ?',
  },
  {
    name: "take any step for superseded",
    file: "lib/plan/upkeep/prune.ts",
    find: "if (isReady) return undefined;",
    replace: 'if (isReady || copy.imageId !== "") return undefined;',
  },
  {
    name: "encrypt the source and not the step",
    file: "lib/plan/lifecycle/create.ts",
    find: "if (!want.parent) return {",
    replace: 'if (!want.parent || want.key.variant !== "plain") return {',
  },
  {
    name: "share what is not named yet",
    file: "lib/plan/lifecycle/finish.ts",
    find: "  if (image.name !== settings.name) {\n",
    replace:
      "  const early = missingShares(image, want?.release.shareWith ?? [], c.answers);\n" +
      '  if (!("missing" in early)) return early;\n' +
      '  if (early.missing.length > 0) return { what: "shares", act: (of) => ({ do: "share", copy: of, image, accounts: early.missing }) };\n' +
      "  if (image.name !== settings.name) {\n",
  },
  {
    name: "delete what failed for another source",
    file: "lib/plan/lifecycle/create.ts",
    find: "removeFailed(copy, found.failed, c)",
    replace: "removeFailed(copy, all.images, c)",
  },
  {
    name: "wait for ever for what a failed attempt has left",
    file: "lib/apply/apply-plan.ts",
    find: 'if (act.do === "delete" && act.refused && isFinal) {',
    replace: 'if (act.do === "delete" && act.refused && isFinal && copy.attempts < 0) {',
  },
  {
    name: "set right for ever",
    file: "lib/plan/upkeep/drift.ts",
    find: "return tries >= MOST_TRIES ? DAY : backoff(tries - 1);",
    replace: "return tries >= 0 ? 0 : backoff(tries - 1);",
  },
  {
    name: "give the family to the older version",
    file: "lib/plan/family/leaders.ts",
    find: ": x > y;",
    replace: ": x < y;",
  },
  {
    name: "leave the family with the older version",
    file: "lib/plan/family/leaders.ts",
    find: "usurps: (image) => usurpers.has(",
    replace: 'usurps: (image) => image.imageId === "" && usurpers.has(',
  },
  {
    name: "publish again what was rolled back",
    file: "lib/plan/family/leaders.ts",
    find: " || rolledBack.of(copy.key, copy) !== undefined",
    replace: ' || rolledBack.of(copy.key, copy) === "nothing"',
  },
  {
    name: "keep the shares that were in the way of a change",
    file: "lib/plan/upkeep/drift.ts",
    find: "  if (!unshared) return undefined;",
    replace: '  if (!unshared || image.imageId !== "") return undefined;',
  },
  {
    name: "set right no tags",
    file: "lib/plan/upkeep/drift.ts",
    find: "if (Object.keys(tags).length > 0) {",
    replace: "if (Object.keys(tags).length > 99) {",
  },
  {
    name: "not deprecate a copy with its source",
    file: "lib/plan/upkeep/drift.ts",
    find: "recalled && !image.deprecated ? deprecate",
    replace: 'recalled && image.imageId === "" ? deprecate',
  },
];
