// Benchmark: plans a wave of new images beside many finished copies, and prints how the time grows.
import { parseArgs } from "node:util";
import { image, observation, planOf, policy } from "../test/support/builders.ts";
import { made } from "../test/support/known-copies.ts";

/**
 * Plans a sweep of N sources in every region, nine tenths of whose copies are finished, for N and
 * twice N. An exponent of 1 means that the time grows as the number of sources does.
 * Usage: `npm run bench:plan -- --images 500 --regions 10`.
 */

const { values } = parseArgs({
  options: {
    images: { type: "string", default: "500" },
    regions: { type: "string", default: "10" },
    doublings: { type: "string", default: "2" },
  },
});
const DESTINATIONS = [
  "ap-shanghai",
  "ap-beijing",
  "ap-chengdu",
  "ap-chongqing",
  "ap-nanjing",
  "ap-hongkong",
  "ap-singapore",
  "ap-tokyo",
  "ap-seoul",
  "ap-bangkok",
  "ap-jakarta",
  "ap-mumbai",
  "eu-frankfurt",
  "na-siliconvalley",
  "na-ashburn",
  "sa-saopaulo",
  "na-toronto",
  "ap-hangzhou-ec",
  "ap-taipei",
  "eu-moscow",
].slice(0, Number(values.regions));

/** The least processor time of three plans, in milliseconds, and what the plan holds. */
function planOfWave(count: number) {
  const roots = Array.from({ length: count }, (_, at) => image({ imageId: `img-${at}`, name: `golden-${at}` }));
  const finished = roots
    .slice(0, Math.floor(count * 0.9))
    .flatMap((root) => DESTINATIONS.map((region) => made(root, region)));
  const input = {
    policies: [policy({ to: DESTINATIONS, crossBorder: "approved" })],
    observation: observation([...roots, ...finished.map((one) => one.image)], ["ap-guangzhou", ...DESTINATIONS]),
    copies: finished.map((one) => one.copy),
    sweep: true,
  };
  let least = Number.POSITIVE_INFINITY;
  let actions = 0;
  for (let run = 0; run < 3; run++) {
    const started = process.cpuUsage();
    actions = planOf(input).actions.length;
    const { user, system } = process.cpuUsage(started);
    least = Math.min(least, (user + system) / 1000);
  }
  return { least, actions, copies: finished.length };
}

process.stdout.write("  images  regions   copies  actions        ms  exponent\n");
let before: number | undefined;
for (let doubling = 0; doubling <= Number(values.doublings); doubling++) {
  const count = Number(values.images) * 2 ** doubling;
  const { least, actions, copies } = planOfWave(count);
  const exponent = before === undefined ? "" : Math.log2(least / before).toFixed(2);
  const cells = [count, DESTINATIONS.length, copies, actions, least.toFixed(0), exponent];
  const widths = [8, 9, 9, 9, 10, 10];
  process.stdout.write(`${cells.map((cell, at) => String(cell).padStart(widths[at] ?? 0)).join("")}\n`);
  before = least;
}
