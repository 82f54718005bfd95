// One of several real processes that `processes.test.ts` bundles and starts.

import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { openState } from "../../../lib/adapters/state/open.ts";
import { storedText } from "../../../lib/model/messages/define.ts";
import { A, copyOf, key } from "./samples.ts";

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
    await state.append([
      { at: 1, runId: number!, account: A, level: "info", event: "open", text: storedText(number!) },
    ]);
  }
  if (mode === "claim") {
    // Every process tries every key, each from another start, so that they often collide.
    const start = Math.floor((Number(number) * Number(count)) / Number(of));
    for (let index = 0; index < Number(count); index++) {
      const rootId = `img-${(start + index) % Number(count)}`;
      if (await state.saveCopy(copyOf({ key: { ...key, rootId }, policy: `process ${number}` }))) print(rootId);
    }
  }
  if (mode === "count") {
    for (let added = 0; added < Number(count); ) {
      const record = (await state.account(A)) ?? { account: A, firstSeenAt: 0, version: 0 };
      if (!(await state.saveAccount({ ...record, firstSeenAt: record.firstSeenAt + 1 }))) continue;
      print(String(++added));
    }
  }
  if (mode === "forever") {
    for (let index = 0; ; index++) {
      const rootId = `img-${number}-${index}`;
      if (await state.saveCopy(copyOf({ key: { ...key, rootId } }))) print(rootId);
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
