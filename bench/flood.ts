// Benchmark: delivers one event many times and prints the cost of each delivery.
import { parseArgs } from "node:util";
import { createdEvent, floodOf } from "../test/fuzz/flooding.ts";
import { ACCOUNT } from "../test/support/builders.ts";
import { testWorld } from "../test/support/world.ts";

/**
 * Delivers one event many times through the real path, over the emulator and an embedded state: the
 * event is parsed, becomes a run request, and the run is executed.
 * Usage: `npm run bench:flood -- --events 100000`.
 */

const { values } = parseArgs({ options: { events: { type: "string", default: "100000" } } });
const events = Number(values.events);
if (!Number.isSafeInteger(events) || events < 10) throw new Error("--events must be a whole number of 10 or more");

const world = await testWorld();
try {
  const flood = floodOf(world);
  const [image] = world.bake();
  const event = createdEvent(image?.imageId ?? "");
  let calls = 0;
  let started = performance.now();
  const part = Math.floor(events / 10);
  process.stdout.write("  events  ms each  calls each  copies  runs  journal  SyncImages  RSS MB\n");
  for (let delivered = 1; delivered <= events; delivered++) {
    calls += (await flood.deliver(event)).calls.length;
    // The clock advances one hour in the first tenth, so the copies are ready before it ends.
    if (delivered < part) world.pass(Math.ceil(3_600_000 / part));
    if (delivered % part !== 0) continue;
    const msEach = (performance.now() - started) / part;
    const { copies, runs, journal } = await flood.rows(ACCOUNT);
    const memory = Math.round(process.memoryUsage().rss / 1e6);
    const cells = [msEach.toFixed(2), (calls / part).toFixed(2), copies, runs, journal, flood.syncs(), memory];
    const widths = [9, 12, 8, 6, 9, 12, 8];
    process.stdout.write(
      `${String(delivered).padStart(8)}${cells.map((cell, i) => String(cell).padStart(widths[i] ?? 0)).join("")}\n`,
    );
    calls = 0;
    started = performance.now();
  }
} finally {
  await world.close();
}
