// Benchmark: what a deployment uses in a month, measured with the built functions on the emulator.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { changeImage, makeImages } from "../emulator/control/console.ts";
import { startEmulator } from "../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../emulator/settings/accounts.ts";
import { makeBucket } from "../emulator/world/services/make-bucket.ts";
import type { World } from "../emulator/world/types.ts";
import { createWorld } from "../emulator/world/world.ts";
import { lineageTags } from "../lib/model/identity.ts";
import { compilePolicies } from "../lib/policy/compiled.ts";
import { parsePolicy } from "../lib/policy/parse-policy.ts";

/**
 * N images with a finished copy in each of two other regions: how long an idle poll and a sweep take in a warm instance,
 * and how many requests they send. A month is 43,200 invocations of poll-copies, of which one in ten sweeps. The clock is
 * this machine's, so the seconds of the real cloud differ; the requests do not.
 * Usage: `npm run bench:cost -- --images 10,1000,10000` after `npm run build`.
 */

const { values } = parseArgs({
  options: {
    images: { type: "string", default: "10,1000,10000" },
    repeats: { type: "string", default: "7" },
    /** Megabytes of V8's heap. SCF gives a function what is configured for it, and Node.js plans its heap by that. */
    heap: { type: "string" },
  },
});
const sizes = values.images.split(",").map(Number);
const repeats = Number(values.repeats);
if (![...sizes, repeats].every((number) => Number.isSafeInteger(number) && number > 0))
  throw new Error("--images is a list of whole numbers above 0, --repeats is one");

const POLLS_A_MONTH = 30 * 24 * 60;
/** SWEEP_EVERY=10m, the default. */
const SWEEPS_A_MONTH = POLLS_A_MONTH / 10;
/** The memory of poll-copies in serverless.yml: SCF bills what is configured. */
const MEMORY_GB = 0.25;

const HOME = "ap-guangzhou";
const TO = ["ap-shanghai", "ap-beijing"];
const [ACCOUNT] = DEFAULT_ACCOUNTS;
const BUCKET = `state-${ACCOUNT.appId}`;
const POLICY = `version: 1
policies:
  - { name: golden, from: [${HOME}], select: { name: ["golden-*"] }, to: [${TO.join(", ")}] }
`;

const TIMED = `
const [count] = JSON.parse(process.argv[1]);
const { main_handler } = require("./index.js");
(async () => {
  const runs = [];
  for (let n = 0; n < count; n += 1) {
    const started = performance.now();
    const { run } = await main_handler({ Type: "Timer" }, { getRemainingTimeInMillis: () => 900000 });
    runs.push({ ms: performance.now() - started, actions: run.actions });
  }
  console.log("\\n" + JSON.stringify({ runs, memory: process.resourceUsage().maxRSS / 1e3 }));
  process.exit();
})();`;

interface Invoked {
  readonly runs: readonly { readonly ms: number; readonly actions: Record<string, number> }[];
  readonly memory: number;
}

/** Invokes poll-copies `count` times, one after the other, in one instance. */
async function invoke(count: number, cwd: string, env: Record<string, string>): Promise<Invoked> {
  const heap = values.heap === undefined ? [] : [`--max-old-space-size=${values.heap}`];
  const child = spawn(process.execPath, [...heap, "-e", TIMED, JSON.stringify([count])], { cwd, env });
  let stdout = "";
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr.pipe(process.stderr);
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`poll-copies ended with ${code}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Invoked;
}

/** Images with their finished copies, as this program leaves them: a sweep finds them by their tags. */
function fill(world: World, count: number): void {
  for (let n = 0; n < count; n += 1) {
    const name = `golden-${n}`;
    const [source] = makeImages(world, { region: HOME, name, silent: true });
    if (!source) throw new Error("the image was not made");
    const root = { account: ACCOUNT.uin, rootRegion: HOME, rootId: source.imageId };
    const parent = { region: HOME, imageId: source.imageId };
    for (const region of TO) {
      const [image] = makeImages(world, { region, name, silent: true });
      if (!image) throw new Error("the copy was not made");
      const making = { parent, policy: "golden", installation: "cost" };
      const tags = lineageTags({ ...root, region, variant: "plain" }, image.imageId, making);
      changeImage(world, { region, imageId: image.imageId }, { tags, silent: true });
    }
  }
}

/** What one invocation takes: the median of its time, and the requests by service. */
interface Used {
  readonly ms: number;
  readonly memory: number;
  readonly cos: number;
  readonly api: number;
}

async function measure(count: number): Promise<{ idle: Used; sweep: Used }> {
  const folder = mkdtempSync(join(tmpdir(), "cost-"));
  const world = createWorld({ now: () => Date.now(), quota: 1_000_000, rateLimits: false });
  makeBucket(world, { name: BUCKET, region: HOME });
  const emulator = await startEmulator({ port: 0, world });
  try {
    fill(world, count);
    copyFileSync("dist/functions/poll-copies/index.js", join(folder, "index.js"));
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    writeFileSync(join(folder, "policy.json"), compilePolicies(parsePolicy(POLICY, "policy.yaml"), version));
    const env = (sweepEvery: string) => ({
      REPLICATOR_ENDPOINT: emulator.url,
      TENCENTCLOUD_SECRET_ID: ACCOUNT.secretId,
      TENCENTCLOUD_SECRET_KEY: ACCOUNT.secretKey,
      TENCENTCLOUD_REGION: HOME,
      STATE_URL: `cos://${BUCKET}/state`,
      REPLICATOR_INSTALLATION: "cost",
      POLICY_FILE: join(folder, "policy.json"),
      SWEEP_EVERY: sweepEvery,
      LOG_LEVEL: "error",
    });
    // The first sweeps find the copies; a lost state is believed only after a while.
    for (let n = 0; n < 3; n += 1) {
      await invoke(1, folder, env("1ms"));
      world.clockOffset += 600_000;
    }
    const measured = async (sweepEvery: string): Promise<Used> => {
      // The first invocation of an instance also loads the program.
      await invoke(1, folder, env(sweepEvery));
      const before = world.requests.length;
      const { runs, memory } = await invoke(repeats + 1, folder, env(sweepEvery));
      const made = world.requests.slice(before);
      if (made.some(({ action }) => action === "SyncImages")) throw new Error("the copies were not found");
      const [, ...warm] = runs.map(({ ms }) => ms);
      const ms = warm.sort((a, b) => a - b)[Math.floor(warm.length / 2)] ?? Number.NaN;
      const cos = made.filter(({ service }) => service === "cos").length / runs.length;
      return { ms, memory, cos, api: made.length / runs.length - cos };
    };
    return { idle: await measured("365d"), sweep: await measured("1ms") };
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const print = (cells: readonly (string | number)[]) =>
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(14)).join("")}\n`);
print(["images", "idle poll ms", "COS requests", "API calls", "sweep ms", "COS requests", "API calls", "peak MB"]);
const months: (readonly (string | number)[])[] = [];
for (const size of sizes) {
  const { idle, sweep } = await measure(size);
  print([
    ...[size, idle.ms.toFixed(0), idle.cos.toFixed(1), idle.api.toFixed(1)],
    ...[sweep.ms.toFixed(0), sweep.cos.toFixed(1), sweep.api.toFixed(1), sweep.memory.toFixed(0)],
  ]);
  const inMonth = (used: (one: Used) => number) =>
    used(idle) * (POLLS_A_MONTH - SWEEPS_A_MONTH) + used(sweep) * SWEEPS_A_MONTH;
  const seconds = inMonth(({ ms }) => ms) / 1000;
  months.push([
    ...[size, POLLS_A_MONTH, (seconds * MEMORY_GB).toFixed(0)],
    ...[inMonth(({ cos }) => cos).toFixed(0), inMonth(({ api }) => api).toFixed(0)],
  ]);
}
process.stdout.write("\n");
print(["a month:", "invocations", "GB seconds", "COS requests", "API calls"]);
for (const month of months) print(month);
