import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { FAULTS, type FaultKind } from "./faults.ts";
import { runSeeds } from "./seeds.ts";

/** `npm run simulate -- --seeds N --from S`: runs seeds, counts the faults, and shows what failed. */
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
    steps: { type: "string", default: "1000" },
    jobs: { type: "string", default: String(availableParallelism()) },
    failures: { type: "string", default: "1" },
    lines: { type: "string", default: "60" },
    // A short run cannot meet every kind.
    "any-faults": { type: "boolean", default: false },
  },
});
const order = {
  seeds: Number(values.seeds),
  from: Number(values.from),
  steps: Number(values.steps),
  jobs: Number(values.jobs),
  failures: Number(values.failures),
  lines: Number(values.lines),
};

const started = performance.now();
let shown = started;
const tally = await runSeeds(order, ({ ran, failures }) => {
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
if (absent.length > 0) process.stdout.write(`never fired: ${absent.join(", ")}\n`);
process.stdout.write(
  `${tally.ran} seeds from ${order.from}, ${tally.failures.length} failed; ` +
    `${seconds.toFixed(0)} s, ${(tally.ran / seconds).toFixed(1)} seeds a second, ${order.jobs} processes\n`,
);
const proven = absent.length === 0 || values["any-faults"];
process.exitCode = tally.failures.length === 0 && proven ? 0 : 1;
