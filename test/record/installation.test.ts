// The ids of an installation: made once, given by the user, and those that a new state meets.

import { describe, expect, it } from "vitest";
import { isInstallationId } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { NO_SUCH_REGION } from "../../lib/model/messages/reasons.ts";
import type { AccountRecord } from "../../lib/model/types.ts";
import { newInstallations, recordInstallations } from "../../lib/record/installation.ts";
import { ACCOUNT, image, NOW, observation } from "../support/builders.ts";
import { memoryState } from "../support/memory-state.ts";
import { copyIn } from "../support/plan-copy.ts";
import { knownOf, recordOf, saveRecord } from "../support/records.ts";

const NEW: AccountRecord = { account: ACCOUNT, firstSeenAt: NOW, installations: ["made1234"], version: 0 };
const met = (installation: string) =>
  copyIn("ready", image(), installation === "laptop" ? "ap-beijing" : "ap-shanghai", { installation }).image;
const both = observation([image(), met("laptop"), met("prod")].flatMap((one) => one ?? []));
const sweep = { observation: both, sweep: true };
const unreadable = (code: string) => ({
  observation: { ...both, unreadable: new Map([["ap-tokyo", { code, text: storedText("not read") }]]) },
  sweep: true,
});

/** Records the ids in a state that holds `record`; answers the record of the run and the stored one. */
async function recorded(
  record: AccountRecord,
  seen: typeof sweep,
  { installation, mode }: { installation?: string; mode?: "dry-run" } = {},
) {
  const state = memoryState();
  const stored = await saveRecord(state, { ...record, version: 0 });
  const deps = { known: await knownOf(state, ACCOUNT), ...(installation !== undefined && { installation }) };
  const answer = await recordInstallations(stored ?? record, seen, mode === undefined ? {} : { mode }, deps);
  const { installations, metInstallations } = (await recordOf(state, ACCOUNT)) ?? record;
  return {
    used: [answer.installations, answer.metInstallations],
    stored: [installations, metInstallations],
  };
}

describe("the id of a new installation", () => {
  it("is the given one, or one that is made from the random id of the process", () => {
    expect(newInstallations({ me: { id: "process" }, installation: "prod" })).toEqual(["prod"]);
    const [made] = newInstallations({ me: { id: "process" } });
    expect(isInstallationId(made)).toBe(true);
    expect(newInstallations({ me: { id: "another process" } })).not.toEqual([made]);
  });
});

describe("a new state without a given id", () => {
  it("records in its first whole sweep which installations it meets, and no later ones", async () => {
    const first = await recorded(NEW, sweep);
    expect(first.stored).toEqual([["made1234"], ["laptop", "prod"]]);
    expect(first.used).toEqual(first.stored);
    const later = await recorded({ ...NEW, metInstallations: [] }, sweep);
    expect(later.stored).toEqual([["made1234"], []]);
  });

  it("waits for a sweep, and for regions that could not be read, but not for those that do not exist", async () => {
    expect((await recorded(NEW, { ...sweep, sweep: false })).used).toEqual([["made1234"], undefined]);
    const unread = await recorded(NEW, unreadable("unreadable-Network"));
    expect(unread.used).toEqual([["made1234"], ["laptop", "prod"]]);
    expect(unread.stored).toEqual([["made1234"], undefined]);
    expect((await recorded(NEW, unreadable(NO_SUCH_REGION))).stored).toEqual([["made1234"], ["laptop", "prod"]]);
  });

  it("stores nothing in a dry run", async () => {
    const { used, stored } = await recorded(NEW, sweep, { mode: "dry-run" });
    expect(used).toEqual([["made1234"], ["laptop", "prod"]]);
    expect(stored).toEqual([["made1234"], undefined]);
  });
});

describe("an id that the user gives", () => {
  it("comes first, keeps the earlier ones, and ends the question who this installation is", async () => {
    const { used, stored } = await recorded({ ...NEW, metInstallations: ["prod"] }, sweep, { installation: "prod" });
    expect(stored).toEqual([["prod", "made1234"], []]);
    expect(used).toEqual(stored);
    const again = { ...NEW, installations: ["made1234", "prod"] as const, metInstallations: [] };
    expect((await recorded(again, sweep, { installation: "prod" })).stored).toEqual([["prod", "made1234"], []]);
  });

  it("is not stored by a dry run", async () => {
    const { used, stored } = await recorded(NEW, sweep, { installation: "prod", mode: "dry-run" });
    expect([used[0], stored[0]]).toEqual([["prod", "made1234"], ["made1234"]]);
  });
});
