// The built command prune against the emulator: shows, asks, deletes the last version.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, runCommand } from "../support/in-process.ts";
import { type Emulated, startEmulatorProgram, temporaryFolder, userEnv } from "./support.ts";

const POLICY = `version: 1
policies:
  - { name: p, from: [ap-guangzhou], select: { name: ["golden-*"], newest: 1 }, to: [ap-shanghai], prune: { delete: true, minAge: 1s } }
`;

const folder = temporaryFolder();
let cloud: Emulated;
let env: Record<string, string>;

beforeAll(async () => {
  cloud = await startEmulatorProgram();
  writeFileSync(join(folder.path, "policy.yaml"), POLICY);
  const STATE_URL = `sqlite:${join(folder.path, "state.db")}`;
  env = userEnv(cloud.url, { STATE_URL, POLICY_FILE: join(folder.path, "policy.yaml") });
});
afterAll(async () => {
  await cloud.stop();
  folder.remove();
});

const run = (...args: string[]): Promise<Ended> => runCommand(args, env, folder.path);

/** All orphaned copies were orphaned long ago. */
function orphanedLongAgo(): void {
  const database = new Database(join(folder.path, "state.db"));
  database.exec("update replicator_copies set body = json_set(body, '$.since', 0)");
  database.close();
}

describe("prune", { timeout: 60_000 }, () => {
  it("shows the last version, asks, and deletes it", async () => {
    await cloud.control("POST", "images", { region: "ap-guangzhou", name: "golden-web", sizeGiB: 20 });
    await run("apply", "--wait");
    const [copy] = await cloud.copies();
    const rootId = copy?.copiedFrom?.imageId ?? "";

    const desired = await run("prune", rootId, "--yes");
    expect(desired.code).toBe(3);
    expect(desired.stdout).toMatch(/^= not deleted: "golden-web" .*: policy p still selects its source; /);

    await cloud.control("DELETE", `images/ap-guangzhou/${rootId}`);
    await run("apply");
    orphanedLongAgo();
    expect((await run("plan")).stdout).toContain("the last usable one there");
    await run("apply");
    expect(await cloud.copies()).toHaveLength(1);

    expect(await run("prune", "img-unknown0")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no copy of "img-unknown0" is recorded') as string,
    });
    const unconfirmed = await run("prune", rootId);
    expect(unconfirmed.code).toBe(2);
    expect(unconfirmed.stdout).toMatch(
      /^- delete "golden-web" \(img-\w+\) in ap-shanghai with its snapshots, 20 GiB: /,
    );
    expect(unconfirmed.stderr).toMatch(/deletes 1 image with snapshots of 20 GiB, which .*; confirm with --yes/);
    expect(await cloud.copies()).toHaveLength(1);

    const { code, stdout } = await run("prune", copy?.imageId ?? "", "--yes", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      imageId: copy?.imageId,
      images: [{ region: "ap-shanghai", imageId: copy?.imageId, name: "golden-web", sizeGiB: 20, done: true }],
      retained: [],
    });
    expect(await cloud.copies()).toEqual([]);
    for (const id of [rootId, copy?.imageId ?? ""])
      expect(await run("prune", id, "--yes")).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`no copy of "${id}" is left to prune`) as string,
      });
  });
});
