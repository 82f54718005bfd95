import { Simulation } from "./simulation.ts";

/** `npm run simulate -- --seeds N --from S`: runs seeds, counts the faults, and shows the first failure. */
const argument = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const seeds = argument("seeds", 200);
const from = argument("from", 1);
const steps = argument("steps", 1500);
const faults = new Map<string, number>();
const started = performance.now();
let failed = 0;
for (let seed = from; seed < from + seeds; seed += 1) {
  const outcome = await new Simulation(seed).run(steps);
  for (const [kind, number] of outcome.faults) faults.set(kind, (faults.get(kind) ?? 0) + number);
  if (outcome.violation) {
    failed += 1;
    process.stdout.write(
      `seed ${seed}: ${outcome.violation}\n${
        failed === 1
          ? `${outcome.trace
              .filter((line) => !/ends: \{\}/.test(line))
              .slice(-argument("lines", 60))
              .join("\n")}\n`
          : ""
      }`,
    );
    if (failed >= argument("failures", 1)) break;
  }
}
const seconds = (performance.now() - started) / 1000;
for (const [kind, number] of [...faults].sort()) process.stdout.write(`${kind.padEnd(28)} ${number}\n`);
process.stdout.write(`${failed} of ${seeds} seeds failed, ${(seeds / seconds).toFixed(1)} seeds a second\n`);
process.exitCode = failed > 0 ? 1 : 0;
