// Backup and restore of the state, with the tools and steps of docs/operations.md.

import { execFile } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as immediate } from "node:timers/promises";
import { promisify } from "node:util";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openState } from "../../../lib/adapters/state/open.ts";
import { storedText } from "../../../lib/model/messages/define.ts";
import type { State } from "../../../lib/model/ports.ts";
import { rebuild } from "../../../lib/replicator/rebuild-state.ts";
import { replicate } from "../../../lib/replicator/reconcile.ts";
import { ACCOUNT, policy, SETTLE } from "../../support/builders.ts";
import { copiesOf, recordOf, saveCopy } from "../../support/records.ts";
import { sweep, type TestWorld, testWorld } from "../../support/world.ts";
import { counted, totalsOf } from "./calls.ts";
import { emptyFolder, emptySchema, postgres, tellSkipped } from "./places.ts";
import { copyOf, key } from "./samples.ts";

const run = promisify(execFile);

/** A state that can be backed up and restored. */
interface Place {
  readonly url: string;
  backUp(): Promise<void>;
  restore(): Promise<void>;
  remove(): Promise<void>;
}

async function file(): Promise<Place> {
  const { folder, remove } = emptyFolder();
  const [path, backup] = [join(folder, "state.db"), join(folder, "backup.db")];
  const sql = `vacuum into '${backup}'`;
  return {
    url: `sqlite:${path}`,
    async backUp() {
      await run("sqlite3", [path, sql]).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
        // The tool is not installed; the statement is the same without it.
        const database = new Database(path);
        database.exec(sql);
        database.close();
      });
    },
    async restore() {
      for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
      copyFileSync(backup, path);
    },
    remove,
  };
}

async function schema(): Promise<Place> {
  const { url, remove } = await emptySchema();
  const { folder, remove: removeFolder } = emptyFolder();
  const backup = join(folder, "backup.sql");
  const [server = "", name] = url.split("?schema=");
  return {
    url,
    async backUp() {
      await run("pg_dump", ["--clean", "--if-exists", `--table=${name}.replicator_*`, `--file=${backup}`, server]);
    },
    async restore() {
      await run("psql", ["--single-transaction", "--set=ON_ERROR_STOP=1", "--quiet", `--file=${backup}`, server]);
    },
    async remove() {
      await remove();
      await removeFolder();
    },
  };
}

const PLACES = [{ engine: "an embedded state", make: file }];
if (postgres) PLACES.push({ engine: "PostgreSQL", make: schema });
tellSkipped("backup and restore");

it.runIf(process.env["REQUIRE_ALL_TESTS"])("has all that these tests need", () => {
  expect(Boolean(postgres), "TEST_POSTGRES_URL").toBe(true);
});

describe.each(PLACES)("a backup of $engine", ({ make }) => {
  let place: Place;
  let state: State;
  beforeEach(async () => {
    place = await make();
    state = await openState(place.url);
  });
  afterEach(async () => {
    await state.close();
    await place.remove();
  });

  it("that is made during writes is consistent, and can be restored", async () => {
    let written = 0;
    let stopped = false;
    const write = async () => {
      while (!stopped) {
        const copy = copyOf({ key: { ...key, rootId: `img-${written}` } });
        const line = {
          at: written,
          runId: "r",
          account: key.account,
          level: "info",
          event: "w",
          text: storedText("t"),
        } as const;
        await state.save(key.account, { copies: [{ copy, entries: [{ ...line, key: copy.key }] }] });
        written += 1;
        await immediate();
      }
    };
    const writing = write();
    while (written < 20) await immediate();
    const before = written;
    await place.backUp();
    const after = written;
    stopped = true;
    await writing;
    await state.close();
    await place.restore();
    state = await openState(place.url);
    const copies = await copiesOf(state, key.account);
    expect(copies.length).toBeGreaterThanOrEqual(before);
    expect(copies.length).toBeLessThanOrEqual(after + 1);
    const lines = await state.entries(key.account, 100_000);
    // Each line is written with its copy, and the backup shows one moment.
    expect(lines).toHaveLength(copies.length);
    expect(totalsOf(await state.read(key.account))).toEqual(counted(copies));
    expect(await saveCopy(state, { ...copies[0]!, policy: "goes on" })).toBeDefined();
  });

  describe("that was made before a copy was requested", () => {
    const one = policy({ to: ["ap-shanghai"] });
    let t: TestWorld;
    afterEach(() => t.close());

    /** Restores the state from before the claim while the cloud does not list the copy yet. */
    async function restoreOldState() {
      t = await testWorld({ switches: { copyVisibleAfterMs: SETTLE - 1000, sourceBusyWhileCopying: "no" } });
      const instance = t.instance([one], { state });
      await replicate(sweep, instance);
      t.pass(3_600_000);
      t.bake();
      await place.backUp();
      await replicate(sweep, instance);
      expect(t.syncs()).toBe(1);
      await state.close();
      await place.restore();
      state = await openState(place.url);
      return t.instance([one], { state });
    }

    it("leads to a second copy if the program continues with it", async () => {
      await replicate(sweep, await restoreOldState());
      expect(t.syncs()).toBe(2);
    });

    it("leads to no second copy after a rebuild", async () => {
      const instance = await restoreOldState();
      await rebuild(instance);
      await replicate(sweep, instance);
      const report = await t.settle(instance);
      expect(report.copies.map((copy) => copy.phase)).toEqual(["ready"]);
      expect(t.copies()).toHaveLength(1);
      expect(t.syncs()).toBe(1);
      expect((await recordOf(state, ACCOUNT))?.uncertainUntil).toBeDefined();
    });
  });
});
