// A run of the timer that finds nothing to do: one read and one save, however many copies there are.
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openState } from "../../lib/adapters/state/open.ts";
import type { State } from "../../lib/model/ports.ts";
import { type Empty, emptyFile, emptySchema, postgres, tellSkipped } from "../adapters/state/places.ts";
import { ACCOUNT, NOW, policy } from "../support/builders.ts";
import { fillFile, fillSchema, idleProgram, runTimer, saveSwept } from "../support/idle-timer.ts";
import { recordOf } from "../support/records.ts";
import { watched } from "../support/watched-state.ts";

tellSkipped("the queries of an idle poll");

const MINUTE = 60_000;

describe.each([
  ["SQLite", true, emptyFile, fillFile],
  ["PostgreSQL", Boolean(postgres), emptySchema, fillSchema],
] as const)("an idle poll on %s", (_, isThere, makePlace, fill) => {
  describe.skipIf(!isThere).each([4, 3_000])("beside %i finished copies", (count) => {
    let empty: Empty;
    let state: State;
    beforeEach(async () => {
      empty = await makePlace();
      state = await openState(empty.url);
      await fill(empty, count);
      await saveSwept(state);
    });
    afterEach(async () => {
      vi.restoreAllMocks();
      await state.close();
      await empty.remove();
    });

    it("is one read of what is due and one save of the run and the heartbeat, without a lease", async () => {
      const watch = watched(state);
      const sent = vi.spyOn(pg.Client.prototype, "query");
      const at = NOW + MINUTE;
      const report = await runTimer(idleProgram(watch.state, at));
      expect(sent.mock.calls).toHaveLength(makePlace === emptySchema ? 2 : 0);
      expect(watch.reads).toEqual([{ dueBy: at }]);
      expect(watch.saves).toHaveLength(1);
      const [{ run, record, copies }] = watch.saves as [(typeof watch.saves)[0]];
      expect([run?.trigger, run?.actions, record?.heartbeatAt, copies]).toEqual(["timer", {}, at, []]);
      expect([record?.timer, record?.policy]).toEqual([undefined, { hash: expect.any(String) as string, since: 0 }]);
      expect(await recordOf(state, ACCOUNT)).toMatchObject({ heartbeatAt: at });
      expect([report.copies, report.totals, report.run.actions]).toEqual([[], { ready: count }, {}]);
    });

    it("says that another policy runs now, with one save more", async () => {
      const watch = watched(state);
      const at = NOW + MINUTE;
      await runTimer(idleProgram(watch.state, at, [policy(), policy({ name: "another" })]));
      expect([watch.reads.length, watch.saves.length]).toEqual([1, 2]);
      expect((await recordOf(state, ACCOUNT))?.policy?.since).toBe(at);
    });
  });
});
