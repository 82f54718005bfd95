// One of several real processes that `processes.test.ts` bundles and starts.

import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { openState } from "../../../lib/adapters/state/open.ts";
import type { Copy } from "../../../lib/model/types.ts";
import { recordOf, saveCopy, saveRecord } from "../../support/records.ts";
import { append } from "./calls.ts";
import { A, accountRecord, copyOf, entry, everyArm, key } from "./samples.ts";

/**
 * `worker MODE URL NUMBER OF COUNT`: prints `ready`, waits for a line on standard input, and prints
 * one line for each acknowledged save.
 */
const [mode, url, number, of, count] = process.argv.slice(2);

async function main(): Promise<void> {
  const print = (line: string) => writeSync(1, `${line}\n`);
  const waitForStart = async () => {
    print("ready");
    await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next();
  };
  // All processes start at the same time on purpose, so that each finds the database empty.
  if (mode === "open") await waitForStart();
  const state = await openState(url!);
  if (mode !== "open") await waitForStart();

  if (mode === "many") {
    // All processes open at the same clock tick, to meet in the few microseconds in which a file
    // becomes a database.
    for (let index = 0; index < Number(count); index++) {
      await new Promise((done) => setTimeout(done, 10 - (Date.now() % 10)));
      await (await openState(`${url}.${index}`)).close();
    }
  }

  if (mode === "open") {
    await append(state, A, [entry(1, number!)]);
  }
  if (mode === "claim") {
    // Every process tries every key, each from another start, so that they often collide.
    const start = Math.floor((Number(number) * Number(count)) / Number(of));
    for (let index = 0; index < Number(count); index++) {
      const rootId = `img-${(start + index) % Number(count)}`;
      if (await saveCopy(state, copyOf({ key: { ...key, rootId }, policy: `process ${number}` }))) print(rootId);
    }
  }
  if (mode === "batches") {
    // Every process replaces many copies of every other process at once, in an order of its own.
    const { copies } = await state.read(A, { all: true });
    let known = new Map(copies.map((copy) => [copy.key.rootId, copy]));
    for (let round = 0; round < Number(count); round++) {
      const batch = Array.from({ length: 60 }, (_, at) => {
        const rootId = `img-${(at * (2 * Number(number) + 1) + round * 17) % 97}`;
        const phase = everyArm[(at + round + Number(number)) % everyArm.length]!;
        const version = known.get(rootId)?.version ?? 0;
        const copy = { ...phase, key: { ...key, rootId }, policy: `process ${number}`, version } as Copy;
        return { copy, entries: [entry(round, `${rootId} of ${number} in ${round}`)] };
      });
      const { copies: saved } = await state.save(A, { copies: batch });
      for (const [
        at,
        {
          entries: [line],
        },
      ] of batch.entries())
        if (saved[at] && line) print(line.text);
      known = new Map((await state.read(A, { all: true })).copies.map((copy) => [copy.key.rootId, copy]));
    }
  }
  if (mode === "count") {
    for (let added = 0; added < Number(count); ) {
      const record = (await recordOf(state, A)) ?? accountRecord({ firstSeenAt: 0 });
      if (!(await saveRecord(state, { ...record, firstSeenAt: record.firstSeenAt + 1 }))) continue;
      print(String(++added));
    }
  }
  if (mode === "forever") {
    for (let index = 0; ; index++) {
      const rootId = `img-${number}-${index}`;
      if (await saveCopy(state, copyOf({ key: { ...key, rootId } }))) print(rootId);
    }
  }
  await state.close();
}

main()
  .catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  })
  .finally(() => process.stdin.destroy());
