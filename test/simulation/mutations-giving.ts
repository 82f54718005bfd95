// Bugs to plant in what copies are given, refused, and lose again.
import type { Mutation } from "./mutations.ts";

export const GIVING_MUTATIONS: readonly Mutation[] = [
  {
    name: "let the first policy after a loss of the state take back at once",
    find: "return policy === undefined && uncertainUntil === undefined;",
    replace: "return policy === undefined && uncertainUntil !== 0;",
  },
  {
    name: "report a refusal only once the source is read again",
    find: "!isOver && mayBeDesired(one, copy, ctx)",
    replace: "!isOver && !mayBeDesired(one, copy, ctx)",
  },
  {
    name: "share with nobody if one account is refused",
    find: "else for (const item of batch) await sendBatch([item]);",
    replace: "else throw error;",
  },
  {
    name: "try a refused account again at once",
    find: "one.item === item && now < one.at + TRY_AGAIN_AFTER",
    replace: "one.item === item && now < one.at",
  },
  {
    name: "go on without the ownership tags if the cloud refuses them",
    find: 'if (call.do === "tag" && item.startsWith(TAG_PREFIX)) throw error;',
    replace: 'if (call.do === "tag" && item === "") throw error;',
  },
  {
    name: "end a share that a person gave",
    find: "const accounts = answer.value.filter((account) => unnamed.includes(account));",
    replace: "const accounts = answer.value.filter((account) => !shareWith.includes(account));",
  },
  {
    name: "remove a tag that a person changed",
    find: "stays(Object.hasOwn(own.tags, key), image.tags[key] === value, Object.hasOwn(now.tags, key)),",
    replace: "stays(Object.hasOwn(own.tags, key), value !== undefined, Object.hasOwn(now.tags, key)),",
  },
  {
    name: "take back what a policy gave that is gone",
    find: "policies.some((policy) => policy.name === name && policy.enabled)",
    replace: "!policies.some((policy) => policy.name === name && !policy.enabled)",
  },
  {
    name: "take back what a policy gave that is disabled",
    find: "policies.some((policy) => policy.name === name && policy.enabled)",
    replace: "policies.some((policy) => policy.name === name)",
  },
  {
    name: "take something back while another policy runs as well",
    find: "const since = policy?.hash === hash ? policy.since : isFirst(",
    replace: "const since = policy && hash ? policy.since : isFirst(",
  },
  {
    name: "let an older copy give up its name while another policy runs as well",
    find: "const braked = whyBraked(ctx); if (braked) return awaitName(",
    replace: "const braked = ctx.now < 0 && whyBraked(ctx); if (braked) return awaitName(",
  },
  {
    name: "let the time of a policy go on while another one runs as well",
    find: "{ ...record, policy: { hash, since: isFirst(record) ? ALWAYS : now() } }",
    replace: "{ ...record, policy: { hash, since: isFirst(record) ? ALWAYS : (record.policy?.since ?? now()) } }",
  },
  {
    name: "do not record what a copy is given before it is finished",
    find: "const given = addGiven(bySettings, desired?.gives ?? {});",
    replace: "const given = addGiven(bySettings, {});",
  },
  {
    name: "do not record what a finished copy is given",
    find: "given: refreshGiven(copy.given, desired.gives, { image, accounts }, policies),",
    replace: "given: refreshGiven(copy.given, {}, { image, accounts }, policies),",
  },
  {
    name: "do not count the end of a share among the deletions of a run",
    find: "isCounted(call) && isPart(call.copy) && !deleted.has(copyId(call.copy.key))",
    replace: "isCounted(call) && call.why !== undefined && isPart(call.copy) && !deleted.has(copyId(call.copy.key))",
  },
  {
    name: "end most shares of a copy unasked",
    find: "accounts.length > MANY_ACCOUNTS && accounts.length * 2 > answer.value.length",
    replace: "accounts.length > 500 && accounts.length * 2 > answer.value.length",
  },
  {
    name: "lose a share that was ended for a modification",
    find: "const shares = missingShares(image, pendingReshare, ctx.answers);",
    replace:
      "const shares = missingShares(image, copyCase.shareWith.filter((one) => pendingReshare.includes(one)), ctx.answers);",
  },
  {
    name: "forget an account that the cloud refused when its share was given back",
    find: "const left = refused.size > 0 ? [...refused.keys()] : undefined;",
    replace: "const left = refused.size < 0 ? [...refused.keys()] : undefined;",
  },
  {
    name: "count a refused account as given back",
    find: "if (missing.length === 0) return recordChange(",
    replace: "if (accounts.length === 0) return recordChange(",
  },
  {
    name: "report a refused account only while a policy asks for it",
    find: "isAsked(one) || isToBeReshared(one, copy)",
    replace: "isAsked(one)",
  },
  {
    name: "never give up an account that no policy names",
    find: "const missing = shares.missing.filter((account) => !isGivenUp(account, copyCase, ctx));",
    replace: "const missing = shares.missing.filter((account) => account || !isGivenUp(account, copyCase, ctx));",
  },
];
