// outputs: region → image id for other programs, whole or not at all, to a file or an object of COS.
import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { makeBucket } from "../../emulator/world/services/make-bucket.ts";
import { type CommandBench, commandBench } from "../support/command-bench.ts";

const POLICY = `version: 1
policies:
  - { name: web, from: [ap-guangzhou], select: { family: golden }, to: [ap-shanghai, ap-beijing] }
  - { name: db-1, from: [ap-guangzhou], select: { name: ["db"] }, to: [ap-chengdu] }
`;

interface Json {
  schema: string;
  lastSweepAt: string | null;
  families: Record<string, Record<string, string>>;
  policies: Record<string, Record<string, string>>;
  missing: { name: string; region: string; state: string; reason: { code: string } }[];
}

let bench: CommandBench;
const run: CommandBench["run"] = (line, more) => bench.run(line, more);
const jsonOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as Json;
const copyIn = (region: string, name: string) =>
  [...(bench.world.images.get(region)?.values() ?? [])].find((image) => image.name === name)?.imageId;

async function replicated() {
  const web = bench.bake("web-v1", { family: "golden" });
  const db = bench.bake("db");
  expect(await run("apply --wait")).toMatchObject({ code: 0 });
  return { web, db };
}

describe("outputs", { timeout: 30_000 }, () => {
  let ids: Awaited<ReturnType<typeof replicated>>;
  beforeAll(async () => {
    bench = await commandBench(POLICY);
    ids = await replicated();
  }, 60_000);
  afterAll(() => bench.close());

  it("lists the current image of each family and the newest copies of each policy, sources included", async () => {
    const { web, db } = ids;
    const { code, stdout, stderr } = await run("outputs");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const found = JSON.parse(stdout) as Json;
    const golden = {
      "ap-beijing": copyIn("ap-beijing", "web-v1"),
      "ap-guangzhou": web,
      "ap-shanghai": copyIn("ap-shanghai", "web-v1"),
    };
    expect(found).toMatchObject({
      schema: "cvm-replicator/outputs/1",
      lastSweepAt: expect.stringMatching(/Z$/) as string,
      families: { golden },
      policies: { web: golden, "db-1": { "ap-guangzhou": db, "ap-chengdu": copyIn("ap-chengdu", "db") } },
      missing: [],
    });
    const calls = bench.world.requests.length;
    await run("outputs");
    expect(bench.world.requests.slice(calls).map(({ action }) => action)).toEqual([]);
  });

  it("replaces a file as a whole, keeps its mode and what links to it, and leaves nothing beside it", async () => {
    const file = join(bench.folder, "images.json");
    writeFileSync(file, "old");
    chmodSync(file, 0o640);
    symlinkSync("images.json", join(bench.folder, "link.json"));
    const { code, stdout, stderr } = await run("outputs --to link.json");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/^8 images written to link\.json, as of \S+Z, the last sweep\n$/);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(jsonOf(await run("outputs")));
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(bench.folder).filter((name) => name.includes("tmp"))).toEqual([]);
  });

  it("writes to a pipe instead of putting a file in its place, and makes the file that a link names", async () => {
    const pipe = join(bench.folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const read = promisify(execFile)("cat", [pipe]);
    expect(await run("outputs --to pipe")).toMatchObject({ code: 0 });
    expect(JSON.parse((await read).stdout)).toEqual(jsonOf(await run("outputs")));
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    symlinkSync("new.json", join(bench.folder, "dangling.json"));
    expect(await run("outputs --to dangling.json")).toMatchObject({ code: 0 });
    expect(lstatSync(join(bench.folder, "dangling.json")).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(join(bench.folder, "new.json"), "utf8"))).toEqual(jsonOf(await run("outputs")));
  });

  it("reports a folder that does not exist, and a place that is a folder", async () => {
    const { code, stderr } = await run("outputs --to out/images.json");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "error: out/images.json: cannot be written: there is no folder out; create it, or name another file\n",
    });
    expect(existsSync(join(bench.folder, "out"))).toBe(false);
    expect((await run("outputs --to .")).stderr).toBe("error: .: is a folder; name a file in it\n");
  });

  it("writes an object of COS with one request, and reports a refusal and a lost answer", async () => {
    const bucket = makeBucket(bench.world, { name: "ci-1250000001", region: "ap-guangzhou" });
    const to = "--to cos://ci-1250000001/golden/images.env?region=ap-guangzhou";
    expect(await run(`outputs --only db-1 --format dotenv ${to}`)).toMatchObject({ code: 0, stdout: "" });
    const text = Buffer.from(bucket.objects.get("golden/images.env")?.body ?? []).toString();
    expect(text).toContain(`DB_1_AP_CHENGDU=${copyIn("ap-chengdu", "db")}\n`);
    const puts = () => bench.world.requests.filter(({ action }) => action === "PutObject").length;
    expect(puts()).toBe(1);

    const elsewhere = await run("outputs --to cos://none-1250000001/a.json?region=ap-guangzhou");
    expect(elsewhere.code).toBe(1);
    expect(elsewhere.stderr).toMatch(
      /^error: cos:\S+: COS refuses the object \(404 NoSuchBucket\); nothing was written; /,
    );
    addFault(bench.world, {
      match: { service: "cos", action: "PutObject", times: 1 },
      effect: { kind: "http", status: 503 },
    });
    const lost = await run(`outputs ${to}`);
    expect(lost.code).toBe(1);
    expect(lost.stderr).toMatch(/^error: cos:\S+: COS did not confirm the object \(503.*\); .*; run it again\n/);
    for (const [url, part] of [
      ["cos://ci/a.json", /the bucket must be NAME-APPID/],
      ["cos://ci-1250000001/../a?region=ap-guangzhou", /the key may have/],
      ["cos://ci-1250000001/a.json", /no valid region/],
    ] as const) {
      const wrong = await run(`outputs --to ${url}`);
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toMatch(part);
    }
  });

  it("reports filters that nothing matches, all at once, and an empty state", async () => {
    const none = await run("outputs", { STATE_URL: `sqlite:${join(bench.folder, "none.db")}` });
    expect(none).toEqual({
      code: 3,
      stdout: "",
      stderr: "No copies recorded for this account yet. Run cvm-replicator apply.\n",
    });
    const { code, stderr } = await run("outputs --family goldn --only wbe --region ap-mars");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: --only: "wbe" .*web$/m);
    expect(stderr).toMatch(/^error: --region: "ap-mars"/m);
    expect(stderr).toMatch(/^error: --family: "goldn" is the family of no copy; did you mean golden\? known: golden$/m);
    expect((await run("outputs --format yaml")).stderr).toContain('"yaml" is not allowed; use json or dotenv');
  });

  it("writes variables, and reports one that would stand for two things", async () => {
    const { db } = ids;
    const { code, stdout } = await run("outputs --format dotenv --only db-1");
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `DB_1_AP_CHENGDU=${copyIn("ap-chengdu", "db")}\nDB_1_AP_GUANGZHOU=${db}\n`,
    });
    bench.policy(POLICY.replace("name: web", "name: golden"));
    await run("apply");
    const twice = await run("outputs --format dotenv --region ap-beijing");
    expect({ code: twice.code, stdout: twice.stdout }).toEqual({ code: 2, stdout: "" });
    expect(twice.stderr).toBe(
      "error: --format: GOLDEN_AP_BEIJING would stand for family golden in ap-beijing and for policy golden in ap-beijing; " +
        "choose one with --family or --only, or use --format json\n",
    );
    const family = await run("outputs --format dotenv --family golden --region ap-beijing");
    expect(family.stdout).toBe(`GOLDEN_AP_BEIJING=${copyIn("ap-beijing", "web-v1")}\n`);
  });
});

describe("outputs after a change", { timeout: 30_000 }, () => {
  beforeEach(async () => {
    bench = await commandBench(POLICY);
  });
  afterEach(() => bench.close());

  it("keeps the family at the version that is ready, and names what a policy's newest source lacks", async () => {
    await replicated();
    const old = copyIn("ap-beijing", "web-v1");
    const second = bench.bake("web-v2", { family: "golden" });
    addFault(bench.world, {
      match: { action: "SyncImages", times: 0 },
      effect: { kind: "error", code: "ImageQuotaLimitExceeded" },
    });
    await run("apply");
    const without = await run("outputs --image web-v2");
    expect({ code: without.code, stdout: without.stdout }).toEqual({ code: 3, stdout: "" });
    expect(without.stderr).toMatch(
      new RegExp(
        `^not included: family golden in ap-beijing, the copy of ${second} in ap-guangzhou \\("web-v2"\\) is blocked: .*quota`,
        "m",
      ),
    );
    const { stdout, ...asJson } = await run("outputs --image web-v2 --json");
    expect(asJson).toEqual({ code: 3, stderr: without.stderr });
    const none = { families: {}, policies: {}, images: [] };
    expect(JSON.parse(stdout)).toMatchObject({
      ...none,
      missing: [{ reason: { code: expect.stringMatching(/quota/i) as unknown } }, {}, {}, {}],
    });
    expect(without.stderr).toMatch(/^4 images missing, so nothing was written; /m);
    writeFileSync(join(bench.folder, "images.json"), "old");
    expect((await run("outputs --to images.json")).code).toBe(3);
    expect(readFileSync(join(bench.folder, "images.json"), "utf8")).toBe("old");
    const allowed = jsonOf(await run("outputs --allow-missing"));
    expect(allowed.families["golden"]).toMatchObject({ "ap-beijing": old, "ap-guangzhou": second });
    expect(allowed.policies["web"]).toEqual({ "ap-guangzhou": second });
    expect(allowed.missing.map(({ name, region, state }) => [name, region, state])).toEqual([
      ["web", "ap-beijing", "blocked"],
      ["web", "ap-shanghai", "blocked"],
    ]);
  });

  it("goes back with a family that was rolled back", async () => {
    const { web } = await replicated();
    const old = copyIn("ap-beijing", "web-v1");
    await sleep(1_100); // the time of creation has whole seconds
    bench.bake("web-v2", { family: "golden" });
    expect((await run("apply --wait")).code).toBe(0);
    expect(jsonOf(await run("outputs")).families["golden"]?.["ap-beijing"]).toBe(copyIn("ap-beijing", "web-v2"));
    await run("rollback golden");
    expect(jsonOf(await run("outputs")).families["golden"]).toMatchObject({ "ap-beijing": old, "ap-guangzhou": web });
  });
});
