// One call with two outcomes for the same record: both are recorded.

import { afterEach, beforeEach, expect, it } from "vitest";
import { applyPlan } from "../../lib/apply/apply-plan.ts";
import { CloudError } from "../../lib/model/errors.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { RegionView } from "../../lib/model/observation.ts";
import type { Copy, CopyIn } from "../../lib/model/types.ts";
import { type Action, emptyPlan } from "../../lib/plan/types.ts";
import { ACCOUNT, claim, copySettings, policy } from "../support/builders.ts";
import { copiesOf, recordOf, saveCopy } from "../support/records.ts";
import { type TestWorld, testWorld } from "../support/world.ts";

const [FIRST, SECOND] = ["100000000003", "100000000004"];
const REGION = "ap-shanghai";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

it("an account that is refused when the image is shared again, and the refused modification before", async () => {
  t.bake();
  const policies = [policy({ to: [REGION], copy: copySettings({ shareWith: [FIRST, SECOND] }) })];
  const instance = t.instance(policies);
  await t.settle(instance);
  const [ready] = (await copiesOf(t.state, ACCOUNT)) as [CopyIn<"ready">];
  const { name: _, readyAt: __, adopted: ___, durationMs: ____, ...base } = ready;
  const finishing = { ...base, phase: "finishing", claim: claim(), progressedAt: instance.now() } as const;
  const copy = (await saveCopy(t.state, finishing)) as Copy;
  const [image] = await instance.cloud.images(REGION, "custom");
  if (!image) throw new Error("there is no image");

  const refusal = (code: string) =>
    new CloudError({
      ...{ action: "ModifyImageAttribute", region: REGION, code, text: storedText(code) },
      ...{ outcome: "terminal", effect: "none" },
    });
  const { cloud } = instance;
  instance.cloud = {
    ...cloud,
    modify: async () => {
      const isShared = (await cloud.sharedWith(image)).length > 0;
      throw refusal(isShared ? "UnsupportedOperation.SharedImageModifyUnsupported" : "InvalidParameter");
    },
    share: async (shared, accounts, notAfter) => {
      const { requestId } = await cloud.share(shared, [FIRST], notAfter);
      expect(accounts).toEqual([FIRST, SECOND]);
      return { requestId, refused: new Map([[SECOND, refusal("InvalidAccountId.NotFound")]]) };
    },
  };
  const view: RegionView = {
    readAt: instance.now(),
    complete: new Set(["custom"]),
    asked: new Set(),
    images: new Map(),
  };
  const record = await recordOf(t.state, ACCOUNT);
  if (!record) throw new Error("the account has no record");
  const basis = {
    ...{
      runId: "run",
      record,
      observation: {
        regions: new Map([
          [REGION, view],
          ["ap-guangzhou", view],
        ]),
      },
    },
    ...{
      changed: new Set<string>(),
      deleted: new Set<string>(),
      known: new Map<string, Copy>(),
      saved: new Map(),
      totals: new Map(),
    },
  };
  const call: Action = {
    ...{ do: "modify", copy, image, attributes: { description: "new" } },
    mayUnshareTemporarily: [FIRST, SECOND],
  };
  await applyPlan(emptyPlan([copy], [call]), basis, instance);

  expect(await copiesOf(t.state, ACCOUNT)).toMatchObject([
    { phase: "stuck", reason: { code: "InvalidParameter" }, refusals: [{ kind: "account", item: SECOND }] },
  ]);
});
