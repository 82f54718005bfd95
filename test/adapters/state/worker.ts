import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { openState } from "../../../lib/adapters/state/open.ts";
import { A, copyOf, key } from "./samples.ts";

/**
 * One of several real processes, bundled and started by `processes.test.ts`: `worker MODE URL NUMBER OF COUNT`.
 * It prints `ready`, waits for a line on standard input, and prints one line for each save that was acknowledged.
 */
const [mode, url, number, of, count] = process.argv.slice(2);

async function main(): Promise<void> {
  const say = (line: string) => writeSync(1, `${line}\n`);
  const go = async () => {
    say("ready");
    await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next();
  };
  // Started at the same time on purpose: all of them find the database empty.
  if (mode === "open") await go();
  const state = await openState(url!);
  if (mode !== "open") await go();

  if (mode === "many") {
    // At the same tick of the clock in all processes, to meet in the few microseconds in which a file becomes a database.
    for (let index = 0; index < Number(count); index++) {
      await new Promise((done) => setTimeout(done, 10 - (Date.now() % 10)));
      await (await openState(`${url}.${index}`)).close();
    }
  }

  if (mode === "open") {
    await state.append([{ at: 1, runId: number!, account: A, level: "info", event: "open", text: number! }]);
  }
  if (mode === "claim") {
    // Everybody tries every key, each from another place on, so that they meet all over.
    const start = Math.floor((Number(number) * Number(count)) / Number(of));
    for (let index = 0; index < Number(count); index++) {
      const rootId = `img-${(start + index) % Number(count)}`;
      if (await state.saveCopy(copyOf({ key: { ...key, rootId }, policy: `process ${number}` }))) say(rootId);
    }
  }
  if (mode === "count") {
    for (let added = 0; added < Number(count); ) {
      const record = (await state.account(A)) ?? { account: A, firstSeenAt: 0, version: 0 };
      if (!(await state.saveAccount({ ...record, firstSeenAt: record.firstSeenAt + 1 }))) continue;
      say(String(++added));
    }
  }
  if (mode === "forever") {
    for (let index = 0; ; index++) {
      const rootId = `img-${number}-${index}`;
      if (await state.saveCopy(copyOf({ key: { ...key, rootId } }))) say(rootId);
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
