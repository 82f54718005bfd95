// The built commands plan and explain: changes, cost, preflight and reasons.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { type Ended, runCommand } from "../support/in-process.ts";
import { type Emulated, startEmulatorProgram, temporaryFolder, userEnv } from "./support.ts";

const POLICY = `version: 1
prices: { currency: CNY, snapshotGiBMonth: { default: 0.12, ap-shanghai: 0.24 } }
policies:
  - { name: golden, from: [ap-guangzhou], select: { name: ["golden-*"], newest: 50 }, to: [ap-shanghai, ap-beijing, ap-tokyo] }
  - { name: off, enabled: false, from: [ap-nanjing], select: { newest: 5 }, to: [ap-beijing] }
  - { name: theirs, from: [ap-chengdu], select: { type: shared, creator: ["100000000002"], newest: 5 }, to: [ap-beijing] }
`;
const [, { uin: OTHER }] = DEFAULT_ACCOUNTS;

const folder = temporaryFolder();
let cloud: Emulated;
let empty: Record<string, unknown>;
let env: Record<string, string>;
let cwd: string;
let tests = 0;

beforeAll(async () => {
  cloud = await startEmulatorProgram();
  empty = await cloud.control("GET", "export");
});
afterAll(async () => {
  await cloud.stop();
  folder.remove();
});
beforeEach(async () => {
  await cloud.control("PUT", "import", empty);
  await cloud.control("DELETE", "faults");
  cwd = join(folder.path, `test-${++tests}`);
  mkdirSync(cwd);
  writeFileSync(join(cwd, "policy.yaml"), POLICY);
  env = userEnv(cloud.url);
});

const run = (...args: string[]): Promise<Ended> => runCommand(args, env, cwd);
const jsonOf = ({ stdout }: Ended) => JSON.parse(stdout) as unknown;
const part = (text: string) => expect.stringContaining(text) as string;
const like = (pattern: RegExp) => expect.stringMatching(pattern) as string;

async function bake(fields: object = {}): Promise<string> {
  const body = { region: "ap-guangzhou", name: "golden-web", sizeGiB: 20, ...fields };
  const { images } = (await cloud.control("POST", "images", body)) as unknown as { images: { imageId: string }[] };
  return images[0]?.imageId ?? "";
}

/** The effects of all calls. `plan` and `explain` must have none. */
async function changes(): Promise<unknown[]> {
  const { requests } = (await cloud.control("GET", "requests")) as unknown as { requests: { effects: unknown[] }[] };
  return requests.flatMap(({ effects }) => effects);
}

describe("plan", { timeout: 60_000 }, () => {
  it("shows the added size, the cost and, after the first copies, the duration", async () => {
    await bake();
    const first = await run("plan");
    expect(first.code).toBe(0);
    expect(first.stdout).toContain("\nAdds at most 40 GiB of snapshots, 7.20 CNY a month; no time estimate yet.\n");
    expect(jsonOf(await run("plan", "--json"))).toMatchObject({
      create: [{ sizeGiB: 20, etaMs: null }, { sizeGiB: 20 }],
      estimate: { addGiB: 40, freeGiB: 0, etaMs: null, measured: 0, monthlyCost: 7.2, currency: "CNY" },
    });
    expect((await run("apply", "--wait")).code).toBe(3); // ap-tokyo is across the border
    expect((await run("plan")).stdout).toMatch(/\nNothing to do now; 1 blocked\.\n$/);
    await bake({ name: "golden-db" });
    expect((await run("plan")).stdout).toMatch(/a month; takes about 1 min \(2 copies measured\)\.\n$/);
    writeFileSync(join(cwd, "policy.yaml"), POLICY.replace("default: 0.12, ", ""));
    expect((await run("plan")).stdout).toContain(
      "40 GiB of snapshots (cost unknown: `prices` has no entry for ap-beijing)",
    );
    writeFileSync(join(cwd, "policy.yaml"), POLICY.replace(/^prices.*\n/m, ""));
    expect((await run("plan")).stdout).toContain("\nAdds at most 40 GiB of snapshots; takes about");
  });

  it.each([
    [20, "it would fit existing: adopt; rename or delete that image, give the copy another name (copy.name), or set"],
    [30, "it cannot be adopted: it has 30 GiB, the source 20; rename or delete that image, or give the copy another"],
  ])("shows whether an image of the same name would be adopted: %i GiB", async (sizeGiB, text) => {
    await bake({ createdAt: Date.UTC(2026, 0, 1) });
    const holder = await bake({ region: "ap-beijing", sizeGiB });
    const { stdout } = await run("plan");
    expect(stdout).toContain(`→ ap-beijing: blocked: ${holder} in ap-beijing is already named "golden-web"; ${text}`);
  });
});

describe("plan --preflight", { timeout: 60_000 }, () => {
  it.each(["success", "error"])(
    "checks each destination without changes, if the cloud answers with %s",
    async (dryRunAnswer) => {
      await cloud.control("PUT", "switches", { dryRunAnswer });
      const imageId = await bake();
      const text = await run("plan", "--preflight");
      expect(text.code).toBe(0);
      expect(text.stdout).toContain(`? ${imageId} → ap-beijing: would be accepted\n`);
      expect(text.stdout).toContain(`? ${imageId} → ap-shanghai: would be accepted\n`);
      const json = jsonOf(await run("plan", "--preflight", "--json")) as { preflight: unknown[] };
      const from = { region: "ap-guangzhou", imageId };
      const accepted = { variant: "plain", ok: true, reason: null, outcome: null };
      expect(json.preflight).toEqual([
        { from, region: "ap-beijing", ...accepted },
        { from, region: "ap-shanghai", ...accepted },
      ]);
      expect(await changes()).toEqual([]);
      expect(jsonOf(await run("plan", "--json"))).toMatchObject({ preflight: null });
    },
  );

  it("requires manual action for a terminal refusal, with a remedy", async () => {
    const imageId = await bake({ encrypted: true });
    const text = await run("plan", "--preflight");
    expect(text.code).toBe(3);
    expect(text.stdout).toMatch(
      new RegExp(
        `^\\? ${imageId} → ap-beijing: would be refused: .*EncryptedImagesNotSupported.*; let the policy select`,
        "m",
      ),
    );
    const json = await run("plan", "--preflight", "--json");
    expect(json.code).toBe(3);
    expect(jsonOf(json)).toMatchObject({
      preflight: [
        { ok: false, reason: { code: "UnsupportedOperation.EncryptedImagesNotSupported" }, outcome: "terminal" },
        { ok: false },
      ],
    });
    expect((await run("plan")).code).toBe(0);
  });

  it("does not report a busy source as a refusal", async () => {
    await bake();
    const busy = { kind: "error", code: "FailedOperation.InvalidImageState" };
    await cloud.control("POST", "faults", { match: { action: "SyncImages", times: 0 }, effect: busy });
    const { code, stdout } = await run("plan", "--preflight");
    expect({ code, stdout }).toEqual({ code: 0, stdout: part("→ ap-beijing: inconclusive: ") });
  });

  it("cannot check a copy that waits for an earlier copy", async () => {
    const imageId = await bake({ region: "ap-chengdu", account: OTHER });
    await cloud.control("POST", "share", {
      region: "ap-chengdu",
      imageId,
      accounts: [DEFAULT_ACCOUNTS[0].uin],
    });
    const { code, stdout } = await run("plan", "--preflight");
    expect(code).toBe(0);
    expect(stdout).toContain(`→ ap-beijing: waiting: waits for the copy in ap-chengdu, which is not requested yet`);
    expect(stdout).toContain(`? ${imageId} → ap-chengdu: would be accepted\n? 1 waiting copy was not checked`);
    expect(stdout).toContain("Adds at most 40 GiB of snapshots, 4.80 CNY a month; ");
  });
});

describe("explain", { timeout: 60_000 }, () => {
  it("explains a source and its copy by policy and region", async () => {
    const imageId = await bake();
    const before = await run("explain", imageId);
    expect(before).toMatchObject({
      code: 0,
      stderr: part("1 warning about the policy; cvm-replicator validate shows it"),
    });
    expect(before.stdout.split("\n")).toEqual([
      `${imageId} "golden-web" in ap-guangzhou, custom, NORMAL, 20 GiB`,
      like(/^policy golden: selects this image \(\S*policy\.yaml:\d+:\d+\)$/),
      "  ap-shanghai  to be requested",
      "  ap-beijing   to be requested",
      like(/^ {2}ap-tokyo {5}blocked {10}ap-guangzhou → ap-tokyo crosses the border .*; /),
      "policy off: does not select this image: the policy is disabled; set enabled: true",
      "  also: the policy does not read ap-guangzhou; add ap-guangzhou to its `from`",
      "policy theirs: does not select this image: the policy does not read ap-guangzhou; add ap-guangzhou to its `from`",
      "  also: the image is custom; the policy selects shared images; write a policy with select.type: custom",
      "",
    ]);
    expect(await changes()).toEqual([]);

    await run("apply", "--wait");
    const [copy] = await cloud.copies();
    const copyId = copy?.imageId ?? "";
    const after = await run("explain", imageId);
    expect(after.stdout).toMatch(new RegExp(`^ {2}${copy?.region} +ready +${copyId}$`, "m"));
    expect((await run("explain", copyId)).stdout.split("\n")).toEqual([
      `${copyId} "golden-web" in ${copy?.region}, custom, NORMAL, 20 GiB`,
      `copy of ${imageId} in ap-guangzhou, created by policy golden of installation lab`,
      like(/^ {2}rule: policy golden, \S*policy\.yaml:\d+:\d+$/),
      like(/^ {2}requested \S+Z by apply on \S+, pid \d+ \(request [0-9a-f-]{36}\)$/),
      "  ready",
      "  selected by golden",
      "",
    ]);
    expect(jsonOf(await run("explain", copyId, "--json"))).toMatchObject({
      images: [
        {
          region: copy?.region,
          imageId: copyId,
          image: { name: "golden-web" },
          copyOf: {
            source: { imageId },
            policy: "golden",
            desiredBy: ["golden"],
            state: "ready",
            reasons: [],
            next: [],
          },
        },
      ],
    });
  });

  it("explains images that a sweep does not read: public, shared without a policy, in another region", async () => {
    const common = await run("explain", "img-487zeit5", "--region", "ap-guangzhou");
    expect(common.stdout).toContain("\npolicy golden: does not select this image: public images are not replicated");
    const shared = await bake({ account: OTHER });
    const share = { region: "ap-guangzhou", imageId: shared, accounts: [DEFAULT_ACCOUNTS[0].uin] };
    await cloud.control("POST", "share", share);
    expect(jsonOf(await run("explain", shared, "--json"))).toMatchObject({
      images: [{ image: { type: "shared" }, policies: [{ reasons: [{ code: "other-type" }] }, {}, {}] }],
    });

    const far = await bake({ region: "ap-seoul" });
    const nowhere = await run("explain", far);
    expect({ code: nowhere.code, stdout: nowhere.stdout }).toEqual({ code: 2, stdout: "" });
    expect(nowhere.stderr).toBe(
      `error: IMAGE: no image ${far} in ap-beijing, ap-chengdu, ap-guangzhou, ap-nanjing, ap-shanghai, ap-tokyo; name another region with --region\n`,
    );
    const inRegion = await run("explain", far, "--region", "ap-seoul");
    expect(inRegion.code).toBe(0);
    expect(inRegion.stdout).toContain(
      "policy golden: does not select this image: the policy does not read ap-seoul; add ap-seoul to",
    );
    const wrong = await run("explain", far, "--region", "ap-seul");
    expect(wrong).toMatchObject({
      code: 2,
      stderr: 'error: --region: "ap-seul" is not a known region; did you mean "ap-seoul"?\n',
    });
  });

  it("explains an image in a region that this release does not know", async () => {
    const far = await bake({ region: "me-saudi-arabia" });
    const { code, stdout } = await run("explain", far, "--region", "me-saudi-arabia");
    expect(code).toBe(0);
    expect(stdout).toContain("the policy does not read me-saudi-arabia; add me-saudi-arabia to");
  });

  it("escapes control characters in names and ids", async () => {
    const imageId = await bake({ name: "golden-\u001b[31mred\nfake" });
    const { stdout } = await run("explain", imageId);
    expect(stdout).toContain('"golden-\\u001b[31mred\\u000afake" in ap-guangzhou');
    const none = await run("explain", "no\u001bsense");
    expect(none).toMatchObject({
      code: 2,
      stderr: part('no image is named "no\\u001bsense" in the regions of the policies; name an image by'),
    });
  });
});
