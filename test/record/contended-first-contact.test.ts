// The first record of an account, while other processes write to it as well.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Observation } from "../../lib/model/observation.ts";
import type { Changes } from "../../lib/model/ports.ts";
import { CLAIM_LIFE } from "../../lib/model/time.ts";
import type { AccountRecord } from "../../lib/model/types.ts";
import { knownAccount } from "../../lib/record/account-record.ts";
import { recordFirstContact } from "../../lib/record/first-contact.ts";
import { ACCOUNT, policy } from "../support/builders.ts";
import { recordOf, saveRecord } from "../support/records.ts";
import { type TestWorld, testWorld } from "../support/world.ts";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

/** Records the first contact with an empty region; `afterWrite` runs after the first write. */
async function contact(afterWrite: (stored: AccountRecord) => unknown): Promise<AccountRecord> {
  const instance = t.instance([policy()]);
  const view = { readAt: instance.now(), complete: new Set(["custom" as const]), asked: new Set<string>() };
  const observation: Observation = {
    account: ACCOUNT,
    regions: new Map([["ap-guangzhou", { ...view, images: new Map() }]]),
    unreadable: new Map(),
  };
  let writes = 0;
  const state = Object.assign(Object.create(t.state) as typeof t.state, {
    save: async (account: string, changes: Changes) => {
      const saved = await t.state.save(account, changes);
      writes += 1;
      if (saved.record && writes === 1) await afterWrite(saved.record);
      return saved;
    },
  });
  return recordFirstContact(observation, [], {}, { ...instance, known: knownAccount(ACCOUNT, undefined, state) });
}

describe("the first contact with an empty account", () => {
  it("leaves nothing uncertain, also if another process adds to the record meanwhile", async () => {
    const heartbeatAt = 7;
    const record = await contact((stored) => saveRecord(t.state, { ...stored, heartbeatAt }));
    expect(record).not.toHaveProperty("uncertainUntil");
    expect(await recordOf(t.state, ACCOUNT)).toEqual({ ...record, heartbeatAt });
  });

  it("stays uncertain if the process was frozen after its first write", async () => {
    const record = await contact(() => t.pass(CLAIM_LIFE + 1));
    expect(record.uncertainUntil).toBeGreaterThan(record.firstSeenAt);
    expect(await recordOf(t.state, ACCOUNT)).toEqual(record);
  });

  it("leaves a record alone that a rebuild has put in its place", async () => {
    const rebuilt = { firstSeenAt: 5, uncertainUntil: 6 };
    const record = await contact((stored) => saveRecord(t.state, { ...stored, ...rebuilt }));
    expect(record).toMatchObject(rebuilt);
  });
});
