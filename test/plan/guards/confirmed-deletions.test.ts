// A command deletes what its user has confirmed, and nothing else that a user would miss.
import { describe, expect, it } from "vitest";
import { IGNORE_TAG } from "../../../lib/model/identity.ts";
import { reason } from "../../../lib/model/messages/reasons.ts";
import { isAsked } from "../../../lib/plan/guards/confirmed-deletions.ts";
import type { Action } from "../../../lib/plan/types.ts";
import { image } from "../../support/builders.ts";
import { recordOf } from "../../support/plan-copy.ts";
import { hours, NOW, type PolicyFields, world } from "../../support/plan-world.ts";

const LISTED = "100000000003";
const COPY = "img-root0001-ap-shanghai";
const PRUNING: PolicyFields = {
  to: ["ap-shanghai"],
  copy: { shareWith: [LISTED] },
  prune: { minAge: hours(1), delete: true, last: true, shared: "delete" },
};
const orphaned = world()
  .policy(PRUNING)
  .image({ tags: { [IGNORE_TAG]: "bad" } })
  .copy("ap-shanghai", "retired", {
    image: { deprecated: true },
    record: { since: NOW - hours(2), reason: "recalled", deprecatedByUs: true },
  })
  .sweep()
  .users(COPY, undefined);
const confirming = (...ids: string[]) => ({ confirmedDeletions: new Set(ids.map((id) => `ap-shanghai/${id}`)) });

describe("an orphaned copy", () => {
  it("stays with its reason if its deletion is not confirmed, and is deleted if it is", () => {
    const unshared = orphaned.shares(COPY, []);
    const kept = unshared.option(confirming()).plan();
    expect(kept.calls).toEqual([]);
    expect(kept.retained).toMatchObject([{ image: { imageId: COPY }, reason: { code: "unconfirmed-deletion" } }]);
    expect(unshared.option(confirming("img-another")).plan().calls).toEqual([]);
    expect(unshared.option(confirming(COPY)).plan().calls).toEqual([`delete ${COPY}`]);
    expect(unshared.plan().calls).toEqual([`delete ${COPY}`]);
  });

  it("is not even unshared for its deletion before that is confirmed", () => {
    const shared = orphaned.shares(COPY, [LISTED]);
    expect(shared.option(confirming()).plan().calls).toEqual([]);
    expect(shared.option(confirming(COPY)).plan().calls).toEqual([`unshare ${COPY}: ${LISTED}`]);
  });
});

describe("a user is asked about", () => {
  const at = image({ region: "ap-shanghai", imageId: COPY });
  const retired = recordOf("ap-shanghai", "retired", { reason: reason("superseded") });
  const deletion = (copy: typeof retired, of = at): Action => {
    return { do: "delete", copy, image: of, sizeGiB: 20, why: "x", done: copy };
  };
  const failed = recordOf("ap-shanghai", "retrying");
  const token = image({ ...at, tags: { "cvm-replicator:intermediate": "yes" } });
  it.each<[string, Action, boolean]>([
    ["a finished copy", deletion(recordOf("ap-shanghai", "retired")), true],
    [
      "a copy that a policy desired before its encrypted one replaced it",
      deletion({ ...retired, desiredDirectly: true } as never, token),
      true,
    ],
    [
      "a share that ends before a deletion",
      { do: "unshare", copy: retired, image: at, accounts: ["a"], why: "x" },
      true,
    ],
    ["no share that ends for another reason", { do: "unshare", copy: retired, image: at, accounts: ["a"] }, false],
    ["no remains of a failed attempt", deletion(failed), false],
    ["no other call", { do: "untag", copy: retired, image: at, keys: ["a"] }, false],
  ])("%s", (_, action, asked) => {
    expect(isAsked(action)).toBe(asked);
  });
});
