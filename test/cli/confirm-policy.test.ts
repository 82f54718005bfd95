// apply with a policy that did not run before: it asks before it takes something back.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { makeImages } from "../../emulator/control/console.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { temporaryFolder, userEnv } from "../e2e/support.ts";
import { runCommand } from "../support/in-process.ts";

const CONFIRM = "../../cli/ui/confirm.ts";
const SWEEP_EVERY = 60_000;
const [MAIN, PARTNER, TEAM] = DEFAULT_ACCOUNTS;
const HELD = "problem: another policy has run for this account before";

let folder: ReturnType<typeof temporaryFolder>;
let world: World;
let emulator: Emulator;
let env: Record<string, string>;

beforeEach(async () => {
  folder = temporaryFolder();
  world = createWorld({ now: () => Date.now(), timeScale: 6_000, rateLimits: false });
  emulator = await startEmulator({ port: 0, world });
  makeImages(world, { region: "ap-guangzhou", name: "golden-web", sizeGiB: 20 });
  const STATE_URL = `sqlite:${join(folder.path, "state.db")}`;
  env = userEnv(emulator.url, { POLICY_FILE: join(folder.path, "policy.yaml"), STATE_URL, SWEEP_EVERY: "1m" });
  shareWith(PARTNER.uin, TEAM.uin);
  expect((await apply("--wait")).code).toBe(0);
  expect(shares()).toEqual([PARTNER.uin, TEAM.uin]);
  shareWith(TEAM.uin);
}, 60_000);
afterEach(async () => {
  vi.doUnmock(CONFIRM);
  vi.restoreAllMocks();
  await emulator.close();
  folder.remove();
});

function shareWith(...accounts: readonly string[]): void {
  writeFileSync(
    join(folder.path, "policy.yaml"),
    `version: 1
policies:
  - name: golden
    from: [ap-guangzhou]
    select: { newest: 3 }
    to: [ap-shanghai]
    copy: { shareWith: ${JSON.stringify(accounts)} }
`,
  );
}

const shares = () =>
  [...(world.images.get("ap-shanghai")?.values() ?? [])]
    .filter(({ owner }) => owner === MAIN.uin)
    .flatMap((image) => [...image.shares.keys()])
    .sort();

async function apply(...args: string[]) {
  const { code, stdout, stderr } = await runCommand(["apply", ...args], env, folder.path);
  return { code, text: stdout + stderr };
}

/** Time passes at once, for the program and the cloud alike. */
function pass(ms: number): void {
  const now = Date.now.bind(Date);
  vi.spyOn(Date, "now").mockImplementation(() => now() + ms);
}

/** A user in a terminal who gives this answer. */
function inTerminal(answer: boolean): string[] {
  const asked: string[] = [];
  const ask = async (question: string) => {
    asked.push(question);
    return answer;
  };
  vi.doMock(CONFIRM, () => ({ canAsk: () => true, ask }));
  return asked;
}

it("without a terminal it takes nothing back, says so with exit code 3, and does it later", async () => {
  const { code, text } = await apply();
  expect({ code, shares: shares() }).toEqual({ code: 3, shares: [PARTNER.uin, TEAM.uin] });
  expect(text).toContain(HELD);
  pass(2 * SWEEP_EVERY);
  const later = await apply();
  expect({ code: later.code, shares: shares() }).toEqual({ code: 0, shares: [TEAM.uin] });
  expect(later.text).toContain("(calls: unshared 1)");
});

it("in a terminal it asks, and takes back what the user confirms", async () => {
  const asked = inTerminal(true);
  const { code } = await apply();
  expect({ code, shares: shares(), asked: asked.length }).toEqual({ code: 0, shares: [TEAM.uin], asked: 1 });
});

it("in a terminal it takes nothing back that the user does not confirm", async () => {
  const asked = inTerminal(false);
  const { code } = await apply();
  expect({ code, shares: shares(), asked: asked.length }).toEqual({
    code: 3,
    shares: [PARTNER.uin, TEAM.uin],
    asked: 1,
  });
});

it("asks nothing if there is nothing to take back", async () => {
  shareWith(PARTNER.uin, TEAM.uin, "100000000004");
  const asked = inTerminal(false);
  expect(await apply()).toMatchObject({ code: 0 });
  expect(asked).toEqual([]);
});
