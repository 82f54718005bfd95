// The command `npm run simulate`.
import { availableParallelism } from "node:os";
import { readArguments } from "../support/arguments.ts";
import { FAULTS, type FaultKind } from "./faults.ts";
import { runSeeds, type SeedsOrder } from "./seeds.ts";

/**
 * `npm run simulate -- --seeds N --from S`: runs seeds, counts the faults, and shows the seeds that
 * failed.
 */
const { values, numbers } = readArguments("simulate", {
  numbers: {
    seeds: { least: 1, otherwise: 200 },
    from: { least: 0, otherwise: 1 },
    steps: { least: 0, otherwise: 1000 },
    jobs: { least: 1, otherwise: availableParallelism() },
    failures: { least: 1, otherwise: 1 },
    lines: { least: 0, otherwise: 60 },
  },
  // A short run cannot contain every fault.
  switches: ["any-faults"],
});
const order = numbers as unknown as SeedsOrder;

const started = performance.now();
let shown = started;
let told = 0;
const tally = await runSeeds(order, ({ ran, failures }) => {
  // At once: the rest of a long run may take an hour.
  for (const { seed, violation } of failures.slice(told)) process.stderr.write(`seed ${seed} failed: ${violation}\n`);
  told = failures.length;
  if (performance.now() - shown < 15_000) return;
  shown = performance.now();
  process.stderr.write(`${ran} of ${order.seeds} seeds, ${failures.length} failed\n`);
});
const seconds = (performance.now() - started) / 1000;

for (const { seed, violation, trace } of tally.failures) {
  process.stdout.write(`seed ${seed}: ${violation}\n${trace.join("\n")}\n`);
}
const kinds = Object.keys(FAULTS) as FaultKind[];
for (const kind of kinds) {
  process.stdout.write(`${String(tally.faults.get(kind) ?? 0).padStart(8)}  ${kind.padEnd(26)} ${FAULTS[kind]}\n`);
}
const absent = kinds.filter((kind) => !tally.faults.has(kind));
if (absent.length > 0 && !values["any-faults"]) process.stdout.write(`never fired: ${absent.join(", ")}\n`);
process.stdout.write(
  `${tally.ran} seeds from ${order.from}, ${tally.failures.length} failed; ` +
    `${seconds.toFixed(0)} s, ${(tally.ran / seconds).toFixed(1)} seeds a second, ${order.jobs} processes\n`,
);
const proven = absent.length === 0 || values["any-faults"];
process.exitCode = tally.failures.length === 0 && proven ? 0 : 1;
