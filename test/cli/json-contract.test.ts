// Every --json against its documented layout, strictly, in all its forms: empty, with work, with problems, with errors.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { LAYOUTS } from "../../deploy/docs/json/layouts.ts";
import { jsonSchemas } from "../../deploy/docs/json/schemas.ts";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { makeImages } from "../../emulator/control/console.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import { makeUser } from "../../emulator/world/image-users.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { temporaryFolder, userEnv } from "../e2e/support.ts";
import { runCommand, withShortWaits } from "../support/in-process.ts";

const POLICY = `version: 1
prices: { currency: CNY, snapshotGiBMonth: { default: 0.12 } }
policies:
  - name: golden
    from: [ap-guangzhou]
    select: { name: ["golden-*"], newest: 9 }
    to: [ap-shanghai, ap-beijing]
    copy: { family: web }
    prune: { delete: true, minAge: 1s }
`;
const BASE = `  - name: base
    from: [ap-guangzhou]
    select: { name: ["base-*"], newest: 1 }
    to: [ap-nanjing]
    prune: { delete: true, minAge: 1s }
`;
const EXAMPLES = `tests:
  - { name: right, image: { name: golden-a, region: ap-guangzhou }, regions: [ap-shanghai, ap-beijing] }
  - { name: wrong, image: { name: other, region: ap-guangzhou }, regions: [ap-tokyo] }
`;

const folder = temporaryFolder();
let world: World;
let emulator: Emulator;
let env: Record<string, string>;
beforeAll(async () => {
  world = createWorld({ now: () => Date.now(), timeScale: 6_000, rateLimits: false });
  emulator = await startEmulator({ port: 0, world });
  writeFileSync(join(folder.path, "policy.yaml"), POLICY);
  writeFileSync(join(folder.path, "examples.yaml"), EXAMPLES);
  env = userEnv(emulator.url, { STATE_URL: `sqlite:${join(folder.path, "state.db")}`, SWEEP_EVERY: "1m" });
});
afterAll(async () => {
  vi.restoreAllMocks();
  await emulator.close();
  folder.remove();
});

interface Image {
  region: string;
  imageId: string;
}
const startInstance = ({ region, imageId }: Image = { region: "", imageId: "" }) =>
  makeUser(world, { kind: "instance", region, imageIds: [imageId] }).id;

type Layout = keyof typeof LAYOUTS;

/** Runs a command with --json, and reads its only object, which must have the layout, strictly. */
async function run(layout: Layout, line: string, code: number, more: Record<string, string> = {}) {
  const args = [...line.split(" "), "--json"];
  const ended = await runCommand(args, { ...env, ...more }, folder.path);
  const value = JSON.parse(ended.stdout) as Record<string, unknown>;
  const checked = LAYOUTS[layout].safeParse(value);
  expect(checked.error?.issues ?? [], `${line}: ${ended.stdout}`).toEqual([]);
  expect(Object.keys(value)[0]).toBe("schema");
  expect(ended.code, ended.stderr).toBe(code);
  return { value, stderr: ended.stderr };
}

interface ErrorValue {
  error: { exitCode: number; message: string; problems: Record<string, string>[] };
}
async function failing(line: string, code: number, more: Record<string, string> = {}) {
  const { value, stderr } = await run("error", line, code, more);
  const { error } = value as unknown as ErrorValue;
  expect(error.exitCode).toBe(code);
  return { ...error, stderr };
}

describe.sequential("each layout", { timeout: 60_000 }, () => {
  it("in an account where nothing ever ran", async () => {
    await run("version", "version", 0);
    await run("validate", "validate", 0);
    await run("validate", "validate --tests examples.yaml", 2);
    await run("status", "status", 0);
    await run("history", "history", 0);
    await run("outputs", "outputs", 3);
    await run("outputs", "outputs --allow-missing", 0);
    await run("plan", "plan --preflight", 0);
    await run("doctor", "doctor", 0);
  });

  it("with work, and when it is done", async () => {
    const [image] = makeImages(world, { region: "ap-guangzhou", name: "golden-web", sizeGiB: 20 });
    const { value: planned } = await run("plan", "plan --preflight --detailed-exitcode", 4);
    expect(planned["create"]).toMatchObject([{ region: "ap-beijing" }, { region: "ap-shanghai" }]);
    expect((await run("plan", "plan --region ap-beijing", 0)).value["create"]).toHaveLength(1);
    await run("explain", `explain ${image?.imageId}`, 0);
    expect((await run("apply", "apply --region ap-beijing", 0)).value).toMatchObject({ done: { requested: 1 } });
    // One copy is under way, the other is not recorded yet.
    await run("status", "status", 0);
    await run("outputs", "outputs --allow-missing", 0);
    const effect = { kind: "error", code: "InvalidParameterValue", message: "no" } as const;
    addFault(world, { match: { action: "SyncImages", times: 0 }, effect });
    expect((await run("plan", "plan --preflight", 3)).value).toMatchObject({ preflight: [{ ok: false, reason: {} }] });
    endFaults(world);
    const { value: applied } = await run("apply", "apply --wait", 0);
    expect(applied).toMatchObject({ done: { requested: 1 }, narrowedTo: null });
    const { value: shown } = await run("status", "status", 0);
    expect((await run("history", "history", 0)).value["runs"]).toEqual(
      expect.arrayContaining([shown["lastRun"]]) as unknown,
    );
    const { value: story } = await run("history", "history golden-web", 0);
    expect(story).toMatchObject({ image: "golden-web", runs: [], copies: [{ state: "ready" }, { state: "ready" }] });
    const { value: found } = await run("outputs", "outputs --family web", 0);
    expect(found).toMatchObject({
      families: { web: { "ap-beijing": expect.stringMatching(/^img-/) as unknown } },
      missing: [],
    });
    const { copies } = applied as { copies: Image[] };
    await run("explain", `explain ${copies[0]?.imageId}`, 0);
    await run("explain", "explain golden-web", 0);
    await run("explain", `explain ${startInstance(copies[0])}`, 0);
    await run("doctor", "doctor", 0);
    const { value: pruned } = await run("prune", `prune ${image?.imageId} --yes`, 3);
    expect(pruned["retained"]).not.toEqual([]);
  });

  it("with a second version in the family, which is rolled back", async () => {
    makeImages(world, { region: "ap-guangzhou", name: "golden-api", sizeGiB: 20 });
    await run("apply", "apply --wait", 0);
    await run("rollback", "rollback web --dry-run", 0);
    await run("rollback", "rollback web", 0);
    await run("rollback", "rollback unknown", 2);
    await run("plan", "plan", 0);
    await run("status", "status", 0);
    await run("history", "history golden-api", 0);
    await run("outputs", "outputs", 0);
  });

  it("with deletions, which only --yes confirms", async () => {
    const policy = "--policy base.yaml";
    writeFileSync(join(folder.path, "base.yaml"), POLICY + BASE);
    for (const name of ["base-1", "base-2"]) {
      makeImages(world, { region: "ap-guangzhou", name, sizeGiB: 20 });
      await run("apply", `apply --wait ${policy}`, 0);
      await sleep(1_100); // times of creation have whole seconds
    }
    const clock = Date.now.bind(Date);
    vi.spyOn(Date, "now").mockImplementation(() => clock() + 4 * 60_000);
    const { value: planned } = await run("plan", `plan ${policy}`, 0);
    const [{ image } = { image: undefined }] = planned["delete"] as { image: { imageId: string } }[];
    const deleted = { region: "ap-nanjing", imageId: image?.imageId };
    const { value: kept } = await run("apply", `apply ${policy}`, 3);
    expect(kept).toMatchObject({ deleted: [], notDeleted: [{ ...deleted, reason: { code: "unconfirmed-deletion" } }] });
    const { value: applied } = await run("apply", `apply --yes ${policy}`, 0);
    expect(applied).toMatchObject({ applied: { deleted: 1 }, deleted: [deleted], notDeleted: [] });
    await run("status", "status", 0);
    await run("explain", `explain ${image?.imageId}`, 0);
    await run("history", "history base-1", 0);
  });

  it("with blocked copies, an unreadable region, and refused calls", async () => {
    makeImages(world, { region: "ap-guangzhou", name: "golden-taken", sizeGiB: 20 });
    makeImages(world, { region: "ap-shanghai", name: "golden-taken", sizeGiB: 20, silent: true });
    const effect = { kind: "error", code: "UnauthorizedOperation", message: "no" } as const;
    addFault(world, { match: { action: "DescribeImages", region: "ap-beijing", times: 0 }, effect });
    addFault(world, { match: { action: "SyncImages", times: 0 }, effect });
    const { value: planned } = await run("plan", "plan --preflight", 3);
    expect(planned).toMatchObject({ unreadRegions: [{ region: "ap-beijing" }] });
    await run("apply", "apply", 3);
    const { value: shown } = await run("status", "status", 3);
    expect(JSON.stringify(shown["attention"])).toMatch(/"requestId":"[0-9a-f-]+"/);
    expect(shown["lateRegions"]).toMatchObject([{ region: "ap-beijing", reason: {} }]);
    await run("plan", "plan --only golden", 3);
    await run("explain", "explain golden-taken", 0);
    await run("history", "history golden-taken", 0);
    expect((await run("outputs", "outputs", 3)).value).toMatchObject({ images: [], families: {}, policies: {} });
    await run("outputs", "outputs --allow-missing", 0);
    await run("apply", "retry", 3);
    await run("rebuild", "rebuild --yes", 3);
    await run("doctor", "doctor", 3);
    endFaults(world);
  });

  it("with times in one form", async () => {
    for (const line of ["status", "history", "history golden-web", "outputs --allow-missing", "explain golden-web"]) {
      const { stdout } = await runCommand([...line.split(" "), "--json"], env, folder.path);
      const members = [...stdout.matchAll(/"(\w*(?:At|Until|Since|Of)|at|since)": (.+?),?\n/g)];
      for (const [, name, value] of members) expect(`${name}: ${value}`).toMatch(/: (null|\{|"\d{4}-\d\d-\d\dT\S+Z")$/);
      // Milliseconds since 1970 have 13 digits.
      expect(stdout).not.toMatch(/\b\d{13}\b/);
    }
  });
});

describe("an error", { timeout: 60_000 }, () => {
  it.each([
    ["plan --frob", "unknown-option", "unknown option '--frob'"],
    ["aply", "unknown-command", "unknown command 'aply' (Did you mean apply?)"],
    ["explain", "missing-argument", "missing required argument 'image'"],
  ])("in the usage: %s", async (line, code, text) => {
    const { problems, stderr } = await failing(line, 2);
    expect(problems).toEqual([{ where: "command line", code, text }]);
    expect(stderr).toContain("--help");
  });

  it("in the policy: every one with its place; of validate they are the result", async () => {
    writeFileSync(
      join(folder.path, "bad.yaml"),
      "version: 1\npolices: []\npolicies: [{ name: p, from: [x], to: [y] }]\n",
    );
    const { problems, stderr } = await failing("plan --policy bad.yaml", 2);
    expect(problems[0]).toMatchObject({ where: "bad.yaml:2:1", field: "polices" });
    expect(stderr.trimEnd().split("\n")).toHaveLength(problems.length);
    const { value } = await run("validate", "validate --policy bad.yaml", 2);
    expect(value).toMatchObject({ policies: [], problems });
  });

  it("in the configuration, in an argument, and where nothing is confirmed", async () => {
    expect(await failing("status", 2, { SETTLE: "soon" })).toMatchObject({ problems: [{ where: "SETTLE" }] });
    expect(await failing("outputs --format dotenv", 2)).toMatchObject({ problems: [{ code: "json-and-format" }] });
    expect(await failing("outputs --family none", 2)).toMatchObject({ problems: [{ code: "unknown-family" }] });
    expect(await failing("history img-unknown0", 2)).toMatchObject({ problems: [{ where: "IMAGE" }] });
    expect(await failing("history --since soon", 2)).toMatchObject({ problems: [{ code: "not-a-time" }] });
    expect(await failing("explain img-unknown0", 2)).toMatchObject({
      problems: [{ code: "image-not-found" }, { code: "not-everything-read" }],
    });
    expect(await failing("plan --region ap-tokio", 2)).toMatchObject({ problems: [{ where: "--region" }] });
    expect(await failing("prune img-unknown0", 2)).toMatchObject({ problems: [{ where: "prune" }] });
    expect(await failing("rebuild", 2)).toMatchObject({ problems: [{ where: "rebuild" }] });
    expect(await failing("plan --policy none.yaml", 2)).toMatchObject({ problems: [{ code: "no-such-file" }] });
  });

  it("of the cloud: with its code, its remedy and the request id, which standard error shows too", async () => {
    const { problems, message, stderr } = await failing("plan", 1, { TENCENTCLOUD_SECRET_KEY: "wrong" });
    const [{ code, where, remedy, requestId = "" } = {}] = problems;
    expect({ code, where }).toEqual({ code: "AuthFailure.SignatureFailure", where: expect.any(String) as string });
    expect(remedy).toContain("TENCENTCLOUD_SECRET_KEY");
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(message).toContain(`(RequestId ${requestId})`);
    expect(stderr).toContain(`(RequestId ${requestId})`);
  });

  it("of the network: it has no request id, and names the endpoint", async () => {
    const unreachable = { REPLICATOR_ENDPOINT: "http://127.0.0.1:1" };
    const { problems } = await withShortWaits(() => failing("plan", 1, unreachable));
    expect(problems).toEqual([
      {
        code: "Network",
        where: expect.any(String) as string,
        text: expect.stringContaining("ECONNREFUSED") as string,
        remedy: expect.stringContaining("REPLICATOR_ENDPOINT=http://127.0.0.1:1") as string,
      },
    ]);
  });

  it("of the state", async () => {
    writeFileSync(join(folder.path, "file"), "");
    const { problems } = await failing("apply", 1, { STATE_URL: "sqlite:file/below/state.db" });
    expect(problems).toMatchObject([{ code: "StateError" }]);
  });
});

describe("the documents", () => {
  it.each([...jsonSchemas()])("docs/json/%s is what npm run docs writes", (file, schema) => {
    const written = readFileSync(join(import.meta.dirname, "../../docs/json", file), "utf8");
    expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(schema)));
  });

  const text = readFileSync(join(import.meta.dirname, "../../docs/json.md"), "utf8");
  const examples = [...text.matchAll(/```json\n(\{\n {2}"schema": "cvm-replicator\/([a-z]+)\/1"[^]*?)```/g)];

  it("name every layout", () => {
    for (const name of Object.keys(LAYOUTS)) expect(text).toContain(`json/${name}.schema.json`);
  });

  it.each(examples.map((match) => [match[2] ?? "", match[1] ?? ""] as const))(
    "have an example of %s that follows its layout",
    (name, example) => {
      expect(LAYOUTS[name as Layout].safeParse(JSON.parse(example)).error?.issues ?? []).toEqual([]);
    },
  );
});
