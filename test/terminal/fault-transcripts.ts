// The command `npm run fault-transcripts -- FOLDER`: injects each fault of the emulator, and writes what a user then sees.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import PQueue from "p-queue";
import { fastClock, startEmulatorProgram, TOP, userEnv } from "../e2e/support.ts";
import { openTerminal } from "./terminal.ts";

/**
 * Each fault has a number, so that a reader who names cause and remedy from the transcript alone learns
 * nothing from its name. `key.txt` has the answers.
 */
interface Case {
  readonly fault: string;
  readonly match?: object;
  readonly effect?: object;
  /** The environment of the command, where that is what is wrong. */
  readonly env?: Readonly<Record<string, string>>;
  readonly policy?: string;
  readonly prepare?: (this: void, control: Control) => Promise<unknown>;
}
type Control = (method: string, path: string, body?: object) => Promise<Record<string, unknown>>;

const POLICY = `version: 1
policies:
  - name: golden
    from: [ap-guangzhou]
    select: { name: ["golden-*"], newest: 3 }
    to: [ap-beijing, ap-shanghai]
    copy: { tags: { set: { team: web } }, shareWith: ["100000000002"] }
`;
const error = (action: string, code: string, more: object = {}) => ({
  match: { action, times: 0, ...more },
  effect: { kind: "error", code },
});
const inBeijing = { region: "ap-beijing" };

const CASES: readonly Case[] = [
  {
    fault: "the image quota of ap-beijing is used up",
    prepare: (c) => c("PUT", "quota", { region: "ap-beijing", quota: 0 }),
  },
  { fault: "the key lacks cvm:SyncImages", ...error("SyncImages", "UnauthorizedOperation") },
  { fault: "the key lacks tag:TagResources", ...error("TagResources", "AuthFailure.UnauthorizedOperation") },
  {
    fault: "the key lacks cvm:ModifyImageSharePermission",
    ...error("ModifyImageSharePermission", "UnauthorizedOperation.PermissionDenied"),
  },
  { fault: "the secret key is wrong", env: { TENCENTCLOUD_SECRET_KEY: "wrong" } },
  { fault: "the endpoint is not reachable", env: { REPLICATOR_ENDPOINT: "http://127.0.0.1:9" } },
  {
    fault: "reading ap-beijing hangs",
    match: { action: "DescribeImages", ...inBeijing, times: 0 },
    effect: { kind: "hang" },
  },
  {
    fault: "ap-beijing answers 503",
    match: { action: "DescribeImages", ...inBeijing, times: 0 },
    effect: { kind: "http", status: 503 },
  },
  { fault: "the API throttles SyncImages", ...error("SyncImages", "RequestLimitExceeded") },
  { fault: "an internal error of SyncImages", ...error("SyncImages", "InternalError") },
  {
    fault: "the answer of SyncImages is lost each time",
    match: { action: "SyncImages", times: 0 },
    effect: { kind: "drop-after" },
  },
  { fault: "SyncImages is never received", match: { action: "SyncImages", times: 0 }, effect: { kind: "drop-before" } },
  {
    fault: "SyncImages answers what is not JSON",
    match: { action: "SyncImages", times: 0 },
    effect: { kind: "not-json" },
  },
  {
    fault: "the copies fail at 40 %",
    match: { action: "SyncImages", times: 0 },
    effect: { kind: "fail-copy", percent: 40 },
  },
  {
    fault: "the copies stop at 40 %",
    match: { action: "SyncImages", times: 0 },
    effect: { kind: "stick-copy", percent: 40 },
  },
  { fault: "the source image is in use or busy", ...error("SyncImages", "InvalidImageId.IncorrectState") },
  {
    fault: "copies across the border are not enabled",
    ...error("SyncImages", "InvalidParameterValue.InvalidRegion"),
    policy: POLICY.replace("ap-beijing, ap-shanghai]", "ap-singapore]\n    crossBorder: approved"),
  },
  { fault: "an account to share with does not exist", policy: POLICY.replace("100000000002", "100000999999") },
  { fault: "DescribeImages is refused everywhere", ...error("DescribeImages", "UnauthorizedOperation") },
  { fault: "the clock of this machine is wrong", env: { CLOCK_START: String(Date.now() - 4_000_000) } },
  { fault: "the state file cannot be written", env: { STATE_URL: "file:/proc/state.db" } },
  { fault: "no credentials", env: { TENCENTCLOUD_SECRET_ID: "", TENCENTCLOUD_SECRET_KEY: "" } },
  { fault: "the policy names a region that does not exist", policy: POLICY.replace("ap-shanghai", "ap-shanghi") },
  {
    fault: "the answer of SyncImages lacks an id",
    match: { action: "SyncImages", times: 0 },
    effect: { kind: "lose-image-set" },
  },
  {
    fault: "each call in ap-beijing takes 30 s",
    match: { ...inBeijing, times: 0 },
    effect: { kind: "delay", ms: 30_000 },
  },
  { fault: "renaming is refused", ...error("ModifyImageAttribute", "InvalidImageName.Duplicate") },
];

const folder = resolve(process.argv[2] ?? "fault-transcripts");
mkdirSync(folder, { recursive: true });

/** How long a user watches `apply --wait` before pressing Ctrl-C. */
const PATIENCE = 40_000;

async function play(one: Case, at: number): Promise<void> {
  // One clock for the cloud and the command, for which an hour passes in three minutes.
  const clock = fastClock(20);
  const emulator = await startEmulatorProgram(30, clock);
  const cwd = mkdtempSync(join(tmpdir(), "transcript-"));
  const texts: string[] = [];
  try {
    writeFileSync(join(cwd, "policy.yaml"), one.policy ?? POLICY);
    await emulator.control("POST", "images", { region: "ap-guangzhou", name: "golden-web", sizeGiB: 20 });
    await one.prepare?.((method, path, body) => emulator.control(method, path, body));
    if (one.effect) await emulator.control("POST", "faults", { match: one.match, effect: one.effect });
    const env = { ...userEnv(emulator.url), ...clock, STATE_URL: "file:state.db", ...one.env };
    for (const words of [["plan"], ["apply", "--wait"], ["status"]]) {
      const terminal = openTerminal([process.execPath, join(TOP, "dist/cli/main.js"), ...words], { cwd, env });
      const exitCode = await Promise.race([
        terminal.ended(),
        sleep(PATIENCE).then(() => {
          terminal.type("\u0003");
          return terminal.ended();
        }),
      ]);
      texts.push(`$ cvm-replicator ${words.join(" ")}`, ...terminal.lines(), `[exit code ${exitCode}]`, "");
    }
  } finally {
    await emulator.stop().catch(() => {});
    rmSync(cwd, { recursive: true, force: true });
  }
  writeFileSync(join(folder, `${String(at + 1).padStart(2, "0")}.txt`), `${texts.join("\n")}\n`);
  process.stderr.write(`${at + 1}: ${one.fault}\n`);
}

const queue = new PQueue({ concurrency: 2 });
await Promise.all(CASES.map((one, at) => queue.add(() => play(one, at))));
writeFileSync(join(folder, "key.txt"), `${CASES.map(({ fault }, at) => `${at + 1}: ${fault}`).join("\n")}\n`);
