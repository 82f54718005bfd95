// The doctor and the state: whether it could be written, and whose copies there are.
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeImages } from "../../emulator/control/console.ts";
import { inspectState, openState } from "../../lib/adapters/state/open.ts";
import { tokenHash } from "../../lib/model/identity.ts";
import { temporaryFolder } from "../e2e/support.ts";
import {
  BUCKET,
  complaints,
  type Deployment,
  deploy,
  examined,
  functionName,
  HOME,
  MAIN,
  runTimer,
} from "./deployment.ts";

let d: Deployment;
const folder = temporaryFolder();
/** The temporary name of a copy: its marks name the installation. */
const COPY_OF_PROD = `golden--copying-${tokenHash({ account: MAIN.uin, rootRegion: HOME, rootId: "img-11111111", region: "ap-shanghai", variant: "plain" })}-prod-1`;
beforeEach(async () => {
  d = await deploy();
});
afterEach(() => d.close());
afterAll(() => folder.remove());

const sqlite = (name: string) => `sqlite:${join(folder.path, name)}`;

it("a new state is no fault, and is not made", async () => {
  const checks = await examined(d, { env: { STATE_URL: sqlite("none/state.db") }, stage: "prod" });
  expect(complaints(checks)).toEqual([]);
  expect(existsSync(join(folder.path, "none"))).toBe(false);
});

it("a state that is not that of the functions is a warning that names theirs", async () => {
  await runTimer(d);
  const checks = await examined(d, { env: { STATE_URL: sqlite("other.db") } });
  expect(complaints(checks)).toEqual(["warning shared state: state-differs", "warning timer runs: timer-never-ran"]);
  expect(checks.find(({ code }) => code === "state-differs")?.text).toContain("cos://");
});

it("the password in the state of the functions is not shown", async () => {
  const Variables = [{ Key: "STATE_URL", Value: "postgres://u:hidden-word@10.0.0.5:5432/replicator" }];
  for (const name of ["image-created", "evaluate-policy", "poll-copies"]) {
    d.call("scf", "UpdateFunctionConfiguration", { FunctionName: functionName(name), Environment: { Variables } });
  }
  const checks = await examined(d, { env: { STATE_URL: sqlite("mine.db") } });
  const differs = checks.find(({ code }) => code === "state-differs");
  expect(differs?.text).toContain("postgres://u@10.0.0.5:5432/replicator");
  expect(JSON.stringify(checks)).not.toContain("hidden-word");
});

it("another id than that of the functions, with one state, is wrong", async () => {
  await runTimer(d);
  expect(complaints(await examined(d, { env: { REPLICATOR_INSTALLATION: "laptop" } }))).toEqual([
    "warning installation: installation-changes",
    "wrong shared state: installation-differs",
  ]);
});

describe("copies that another state has made", () => {
  const others = () => makeImages(d.world, { region: "ap-shanghai", name: COPY_OF_PROD, silent: true });
  const empty = { STATE_URL: sqlite("empty.db") };

  it("have to be decided on by an empty state without an id", async () => {
    others();
    const checks = await examined(d, { env: { ...empty, REPLICATOR_INSTALLATION: "" }, stage: "other" });
    expect(complaints(checks)).toEqual(["wrong installation: installation-undecided"]);
    expect(checks.find(({ subject }) => subject === "installation")?.remedy).toContain("REPLICATOR_INSTALLATION=prod");
  });

  it("are named where this installation has an id", async () => {
    others();
    const checks = await examined(d, { env: empty, stage: "other" });
    expect(complaints(checks)).toEqual([]);
    expect(checks.find(({ subject }) => subject === "installation")?.text).toMatch(/^lab; copies of prod exist too/);
  });
});

it("a bucket that does not exist is named with its region", async () => {
  d.world.buckets.clear();
  const checks = await examined(d);
  expect(complaints(checks)).toEqual(["wrong state: state-unusable"]);
  expect(checks.find(({ subject }) => subject === "state")?.text).toContain(`in ${HOME}`);
});

it("a bucket that anyone can read is wrong", async () => {
  await runTimer(d);
  const bucket = d.world.buckets.get(BUCKET);
  if (bucket) bucket.isPublic = true;
  expect(complaints(await examined(d))).toEqual(["wrong state: state-public"]);
});

describe("whether a file could be written", () => {
  const unwritable = async (url: string) => (await inspectState(url, {})).unwritable;

  it("a file that does not exist in a folder that can be written", async () => {
    expect(await inspectState(sqlite("a/b/state.db"), {})).toEqual({ kind: "sqlite" });
    expect(readdirSync(folder.path)).not.toContain("a");
  });

  it("a file in place of its folder, where nothing can be made", async () => {
    writeFileSync(join(folder.path, "file"), "");
    expect(await unwritable(sqlite("file/state.db"))).toContain("must be readable and writable");
  });

  it("a directory in its place is refused", async () => {
    await expect(unwritable(`sqlite:${folder.path}`)).rejects.toThrow("is a directory");
  });
});

const server = process.env["TEST_POSTGRES_URL"];

describe.skipIf(!server)("whether a server could be written", () => {
  const url = (schema: string, user?: string) => {
    const address = new URL(server ?? "");
    if (user !== undefined) [address.username, address.password] = [user, "throw-away"];
    address.searchParams.set("schema", schema);
    return address.href;
  };
  const sql = async (...statements: readonly string[]) => {
    const client = new Client(server);
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  const schema = `doctor_${process.pid}`;
  const reader = `reader_${process.pid}`;

  it("a schema that does not exist is not made", async () => {
    expect(await inspectState(url(`${schema}_none`), {})).toEqual({ kind: "postgres" });
    await expect(sql(`set search_path = ${schema}_none`, "create table t ()")).rejects.toThrow("no schema");
  });

  it("tables that the user may only read", async () => {
    await (await openState(url(schema))).close();
    expect(await inspectState(url(schema), {})).toEqual({ kind: "postgres" });
    await sql(
      `create user ${reader} password 'throw-away'`,
      `grant usage on schema ${schema} to ${reader}`,
      `grant select on all tables in schema ${schema} to ${reader}`,
    );
    const { unwritable } = await inspectState(url(schema, reader), {});
    expect(unwritable).toContain("replicator_copies");
    expect(unwritable).toContain("grant the user");
    await sql(`drop schema ${schema} cascade`, `drop user ${reader}`);
  });
});
