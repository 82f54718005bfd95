// apply asks before it deletes, deletes exactly what was confirmed, and can be narrowed.
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { makeImages } from "../../emulator/control/console.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { temporaryFolder, userEnv } from "../e2e/support.ts";
import { runCommand } from "../support/in-process.ts";

const CONFIRM = "../../cli/ui/confirm.ts";
const [{ uin: MAIN }] = DEFAULT_ACCOUNTS;
const SOURCE = { region: "ap-guangzhou", family: "web", sizeGiB: 20 };
const POLICY = `version: 1
policies:
  - name: golden
    from: [ap-guangzhou]
    select: { name: ["golden-*"], newest: 1 }
    to: [ap-shanghai, ap-beijing]
    copy: { family: inherit }
    prune: { delete: true, minAge: 2m }
  - { name: base, from: [ap-guangzhou], select: { name: ["base-*"] }, to: [ap-nanjing] }
`;

let folder: ReturnType<typeof temporaryFolder>;
let world: World;
let emulator: Emulator;
let env: Record<string, string>;
let snapshot: string;

/** Two versions of one family: the older one is orphaned for long enough, and so may be deleted. */
beforeAll(async () => {
  folder = temporaryFolder();
  world = createWorld({ now: () => Date.now(), timeScale: 6_000, rateLimits: false });
  emulator = await startEmulator({ port: 0, world });
  writeFileSync(join(folder.path, "policy.yaml"), POLICY);
  const STATE_URL = `sqlite:${join(folder.path, "state.db")}`;
  env = userEnv(emulator.url, { POLICY_FILE: join(folder.path, "policy.yaml"), STATE_URL, SWEEP_EVERY: "1m" });
  makeImages(world, { ...SOURCE, name: "golden-1" });
  expect((await apply("--wait", "--json")).code).toBe(0);
  makeImages(world, { ...SOURCE, name: "golden-2" });
  expect((await apply("--wait", "--json")).code).toBe(0);
  snapshot = await (await control("GET", "export")).text();
  cpSync(folder.path, `${folder.path}-before`, { recursive: true });
}, 60_000);
afterAll(async () => {
  await emulator.close();
  folder.remove();
  rmSync(`${folder.path}-before`, { recursive: true });
});
beforeEach(async () => {
  await control("PUT", "import", snapshot);
  rmSync(folder.path, { recursive: true });
  cpSync(`${folder.path}-before`, folder.path, { recursive: true });
  const now = Date.now.bind(Date);
  vi.spyOn(Date, "now").mockImplementation(() => now() + 4 * 60_000);
});
afterEach(() => {
  vi.doUnmock(CONFIRM);
  vi.restoreAllMocks();
});

const control = (method: string, path: string, body?: string) =>
  fetch(`${emulator.url}/_emulator/${path}`, {
    method,
    ...(body !== undefined && { body, headers: { "content-type": "application/json" } }),
  });

/** When the account was swept last, as recorded. */
function lastSweepAt(): number | undefined {
  const database = new Database(join(folder.path, "state.db"));
  const row = database.prepare("select json_extract(body, '$.lastSweepAt') as at from replicator_accounts").get();
  database.close();
  return (row as { at?: number } | undefined)?.at;
}

async function apply(...args: string[]) {
  const { code, stdout, stderr } = await runCommand(["apply", ...args], env, folder.path);
  return { code, stdout, stderr };
}

/** The copies in the cloud, by name. */
const copies = () =>
  ["ap-shanghai", "ap-beijing", "ap-nanjing"].flatMap((region) =>
    [...(world.images.get(region)?.values() ?? [])]
      .filter(({ owner }) => owner === MAIN)
      .map(({ name }) => `${region} ${name}`),
  );
const BOTH = ["ap-shanghai golden-1", "ap-shanghai golden-2", "ap-beijing golden-1", "ap-beijing golden-2"];
const NEW = ["ap-shanghai golden-2", "ap-beijing golden-2"];

/** A user in a terminal who gives this answer, or none. */
function inTerminal(answer: boolean | "Ctrl-C"): string[] {
  const asked: string[] = [];
  const ask = async (question: string) => {
    asked.push(question);
    // The command is loaded anew for each run, so its classes are, too.
    if (answer === "Ctrl-C") throw new (await import("../../cli/ui/cancelled.ts")).Cancelled();
    return answer;
  };
  vi.doMock(CONFIRM, () => ({ canAsk: () => true, ask }));
  return asked;
}

it("without a terminal it does everything else, lists what it did not delete, and exits with 3", {
  timeout: 60_000,
}, async () => {
  makeImages(world, { ...SOURCE, family: "base", name: "base-1" });
  const { code, stdout, stderr } = await apply("--wait");
  expect({ code, copies: copies() }).toEqual({ code: 3, copies: [...BOTH, "ap-nanjing base-1"] });
  expect(stderr).toContain("Plan: 1 to create, 0 to change, 2 to delete.");
  expect(
    stdout.match(/^not deleted: img-\w+ in ap-(shanghai|beijing), "golden-1", 20 GiB: not confirmed/gm),
  ).toHaveLength(2);
  expect(stdout).toContain("Applied: 1 created, 0 changed, 0 deleted");
  const json = await apply("--json");
  expect(json.code).toBe(3);
  expect(JSON.parse(json.stdout)).toMatchObject({
    applied: { deleted: 0 },
    deleted: [],
    notDeleted: [{ name: "golden-1", reason: { code: "unconfirmed-deletion" } }, { name: "golden-1" }],
  });
});

it("with --yes it deletes what the plan says, and names each image", { timeout: 60_000 }, async () => {
  const { code, stdout, stderr } = await apply("--yes");
  expect({ code, copies: copies() }).toEqual({ code: 0, copies: NEW });
  expect(stderr).toContain("Plan: 0 to create, 0 to change, 2 to delete.");
  expect(stdout.match(/^deleted: img-\w+ in ap-\w+, "golden-1": /gm)).toHaveLength(2);
  expect(stdout).toContain("Applied: 0 created, 0 changed, 2 deleted");
});

it("in a terminal it asks, and deletes what the user confirms", { timeout: 60_000 }, async () => {
  const asked = inTerminal(true);
  expect((await apply("--only", "golden", "--region", "ap-beijing")).code).toBe(0);
  expect(asked).toEqual([expect.stringContaining("Delete 1 image, 20 GiB, for good?")]);
  expect(copies()).toEqual(BOTH.filter((copy) => copy !== "ap-beijing golden-1"));
});

it("does not ask twice about what the user does not confirm", { timeout: 60_000 }, async () => {
  const asked = inTerminal(false);
  const { code, stdout } = await apply("--wait");
  expect({ code, copies: copies(), asked: asked.length }).toEqual({ code: 3, copies: BOTH, asked: 1 });
  expect(stdout.match(/^not deleted: /gm)).toHaveLength(2);
});

it("changes nothing and ends with 130 if the question is cancelled", { timeout: 60_000 }, async () => {
  makeImages(world, { ...SOURCE, family: "base", name: "base-1" });
  inTerminal("Ctrl-C");
  const { code, stdout, stderr } = await apply();
  expect({ code, stdout, copies: copies() }).toEqual({ code: 130, stdout: "", copies: BOTH });
  expect(stderr).toContain("cancelled; nothing was changed");
});

it("narrowed to a policy it does that part, says so, and is no sweep", { timeout: 60_000 }, async () => {
  makeImages(world, { ...SOURCE, family: "base", name: "base-1" });
  const before = lastSweepAt();
  const nothing = await apply("--image", "golden-2");
  expect({ code: nothing.code, copies: copies() }).toEqual({ code: 0, copies: BOTH });
  expect(nothing.stderr).toContain("Nothing to do for image golden-2.");
  const { code, stdout } = await apply("--only", "base", "--wait");
  expect({ code, copies: copies() }).toEqual({ code: 0, copies: [...BOTH, "ap-nanjing base-1"] });
  expect(stdout).toContain("1 copy: 1 ready\nApplied: 1 created, 0 changed, 0 deleted");
  expect(before).toBeGreaterThan(0);
  expect(lastSweepAt()).toEqual(before);
  expect(await apply("--only", "bass")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--only: "bass" fits no copy; did you mean base?') as string,
  });
});
